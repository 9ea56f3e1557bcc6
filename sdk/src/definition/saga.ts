import type { Duration } from '../duration.js';
import type { BuiltSaga } from './built-saga.js';
import { buildPlan, type JsonSchema, type Plan, type SagaOptions } from './plan.js';
import type { SagaBuilder } from './saga-builder.js';
import type { StandardSchema } from '../standard-schema.js';
import type { SagaType } from './step-options.js';
import type { AnyCall, AnyChild, AnySignal, PlannedStep } from './write-step.js';

/** A saga of which nothing but its name is known. */
export interface NewSaga<Input> extends SagaBuilder<Input, object> {
  /**
   * What a saga is started with; the same as the option `input`.
   *
   * @example
   * saga('place-order').input(z.object({ sku: z.string(), qty: z.int().min(1) }))
   * @example
   * saga('place-order').input<{ sku: string }>({ type: 'object', required: ['sku'] })
   */
  input<T = unknown>(schema: StandardSchema<T> | JsonSchema): SagaBuilder<T, object>;
}

/**
 * Begins a definition. Steps run in the order in which they are said, unless they are said to run side by side.
 *
 * @param name lower-case letters, digits and hyphens
 *
 * @example
 * const order = saga('place-order', { deadline: '15m', input: z.object({ sku: z.string(), amount: z.int() }) })
 *   .step('reserve', {
 *     participant: 'inventory',
 *     action: { path: '/reservations', body: ({ input }) => ({ sku: input.sku }), output: typed<{ id: string }>() },
 *     compensation: { path: '/reservations/cancel' },
 *   })
 *   .pivot('charge', {
 *     participant: 'payment',
 *     action: {
 *       path: '/charges',
 *       body: ({ input, steps }) => ({ amount: input.amount, reservation: steps.reserve.output.id }),
 *     },
 *   })
 *   .retriable('thank', { participant: 'mail', action: { path: '/mails' }, optional: true })
 *   .build();
 */
export function saga<Input = unknown>(name: string, options: SagaOptions<Input> = {}): NewSaga<Input> {
  // What the types say about steps and mappings leaves no trace when the program runs.
  return new WrittenSaga({ name, options, steps: [], ends: [] }) as unknown as NewSaga<Input>;
}

/** The one builder behind all the types: never changed, always followed by another. */
class WrittenSaga {
  constructor(private readonly plan: Plan) {}

  input(input: StandardSchema | JsonSchema): WrittenSaga {
    return new WrittenSaga({ ...this.plan, options: { ...this.plan.options, input } });
  }

  step(name: string, options: AnyCall): WrittenSaga {
    return this.and(name, { type: 'call', options });
  }

  pivot(name: string, options: AnyCall): WrittenSaga {
    return this.and(name, { type: 'call', options, kind: 'pivot' });
  }

  retriable(name: string, options: AnyCall): WrittenSaga {
    return this.and(name, { type: 'call', options, kind: 'retriable' });
  }

  sleep(name: string, time: Duration, options: AnySignal = {}): WrittenSaga {
    return this.and(name, { type: 'sleep', options, time });
  }

  signal(name: string, signal: string, options: AnySignal = {}): WrittenSaga {
    return this.and(name, { type: 'signal', options, signal });
  }

  child(name: string, saga: string | SagaType, options: AnyChild = {}): WrittenSaga {
    return this.and(name, { type: 'child', options, saga });
  }

  parallel(...branches: readonly ((branch: WrittenSaga) => WrittenSaga)[]): WrittenSaga {
    let { steps } = this.plan;
    const ends: string[] = [];
    for (const branch of branches) {
      const { plan } = branch(new WrittenSaga({ ...this.plan, steps }));
      if (!steps.every((step, i) => plan.steps[i] === step)) {
        throw new TypeError('a branch goes on from the builder that it is given: return what that gave');
      }
      // An end that is a start belongs to a branch without steps.
      if (plan.steps.length > steps.length) ends.push(...plan.ends);
      steps = plan.steps;
    }
    return new WrittenSaga({ ...this.plan, steps, ends: ends.length > 0 ? ends : this.plan.ends });
  }

  output(output: unknown): WrittenSaga {
    return new WrittenSaga({ ...this.plan, output });
  }

  build(): BuiltSaga {
    return buildPlan(this.plan);
  }

  private and(name: string, step: PlannedStep): WrittenSaga {
    const { steps, ends } = this.plan;
    const after = step.options.after ?? ends;
    return new WrittenSaga({ ...this.plan, steps: [...steps, { name, step, after }], ends: [name] });
  }
}
