import 'reflect-metadata';
import type { Call, Operation } from '../participant/call.js';
import type { HandlerOptions } from '../participant/handler.js';

/** What a decorated method carries out. */
export interface Duty {
  readonly operation: Operation;
  readonly path: string;
  readonly options: HandlerOptions;
}

/**
 * Decorates a method that gets the call and the barrier's transaction, as a `Handler` does.
 * @example
 * const BankAction = (name: string): SagaHandlerDecorator => SagaAction(`/bank/${name}`);
 */
export type SagaHandlerDecorator = <Method extends (call: Call<never>, tx: never) => unknown>(
  target: object,
  name: string | symbol,
  method: TypedPropertyDescriptor<Method>,
) => void;

const DUTIES = Symbol.for('skald.duties');

/**
 * Makes a method of a provider the action of a step. Its class is injected as usual; what the method returns and throws
 * means what it means for `Participant.action`.
 * @param path as in the definition; `reserve` is `/reserve`; `:names` are found in `call.params`
 * @example
 * \@Injectable()
 * export class Stock {
 *   constructor(private readonly warehouse: Warehouse) {}
 *
 *   \@SagaAction('reserve')
 *   async reserve(call: Call<{ sku: string }>, tx: EntityManager): Promise<{ reservation: string }> {
 *     return { reservation: await this.warehouse.reserve(tx, call.sagaId, call.body.sku) };
 *   }
 * }
 */
export function SagaAction(path: string, options: HandlerOptions = {}): SagaHandlerDecorator {
  return duty({ operation: 'action', path: slashed(path), options });
}

/**
 * Makes a method of a provider the compensation of a step.
 * @param path as in the definition; `cancel` is `/cancel`
 * @example
 * \@SagaCompensation('reserve/cancel')
 * async cancel(call: Call, tx: EntityManager): Promise<void> {
 *   await this.warehouse.release(tx, call.sagaId);
 * }
 */
export function SagaCompensation(path: string, options: HandlerOptions = {}): SagaHandlerDecorator {
  return duty({ operation: 'compensation', path: slashed(path), options });
}

/** What the method of that name has been decorated with, in this class or one above it. */
export function dutiesOf(prototype: object, name: string): readonly Duty[] {
  return (Reflect.getMetadata(DUTIES, prototype, name) as readonly Duty[] | undefined) ?? [];
}

/** Noted by the method's name and not on the function, which other decorators may replace. */
function duty(duty: Duty): SagaHandlerDecorator {
  return (target, name) => {
    const others = (Reflect.getOwnMetadata(DUTIES, target, name) ?? []) as readonly Duty[];
    Reflect.defineMetadata(DUTIES, [...others, duty], target, name);
  };
}

function slashed(path: string): string {
  return path.startsWith('/') ? path : `/${path}`;
}
