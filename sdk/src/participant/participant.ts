import type { Barrier } from '../barrier/barrier.js';
import { milliseconds } from '../duration.js';
import { expressHandler, type ExpressHandler } from './adapters/express.js';
import { fastifyPlugin, type FastifyPlugin } from './adapters/fastify.js';
import { nodeListener, type NodeListener } from './adapters/node.js';
import { admit, pathOf, tooLong, type Admission } from './admission.js';
import { speaksAsSkald } from './call-headers.js';
import type { Call, Operation } from './call.js';
import { printFault, tellFault } from './faults.js';
import type { Handler, HandlerOptions, Target } from './handler.js';
import type { ParticipantOptions, ParticipantRequest } from './participant-options.js';
import { problem, reply, type Reply } from './reply.js';
import { Routes } from './routes.js';
import { keysIn } from './secrets.js';
import { settle } from './settle.js';
import type { InferOutput, StandardSchema } from '../standard-schema.js';

export type { ParticipantOptions, ParticipantRequest };

/**
 * A service's part in sagas: verifies a call, reads it, has it carried out once, and says what came of it in Skald's
 * words. Made by {@link participant}.
 * @typeParam Tx the barrier's transaction; `undefined` without a barrier
 * @example
 * function addCharges(payment: Participant<PoolClient>): void {
 *   payment.action('/charges', charge).compensation('/charges/refund', refund);
 * }
 */
export class Participant<Tx = undefined> {
  private readonly routes = new Routes<Target<Tx>>();
  private readonly admission: Admission;
  private readonly onError: NonNullable<ParticipantOptions['onError']>;
  private readonly barrier: Barrier<Tx> | undefined;

  /** @internal */
  constructor(options: ParticipantOptions & { readonly barrier?: Barrier<Tx> }) {
    const { tolerance = '5m', maxBodyBytes = 4 * 1_048_576 } = options;
    if (!(maxBodyBytes > 0)) throw new TypeError('participant({ maxBodyBytes }) must be a number of bytes above 0');
    const keys = 'secret' in options ? keysIn(options.secret) : null;
    this.admission = { keys, tolerance: milliseconds(tolerance), maxBodyBytes };
    this.onError = options.onError ?? printFault;
    this.barrier = options.barrier;
  }

  /**
   * Registers what carries a step out.
   * @param path as in the definition; `:names` stand for one segment each, and are found in `call.params`
   * @throws {TypeError} if it is no path, or has an action already
   * @example
   * payment.action<{ amount: number }, { charge: string }>('/accounts/:id/charges', async (call, tx) => {
   *   const charge = await charges.insert(tx, call.params.id, call.body.amount);
   *   return { charge };
   * });
   */
  action<Body = unknown, Output = unknown>(path: string, handler: Handler<Body, Output, Tx>): this;
  /**
   * Registers what carries a step out, with a schema that its body must fit.
   * @example
   * payment.action('/charges', { body: z.object({ amount: z.number().positive() }) }, (call, tx) =>
   *   charges.insert(tx, call.body.amount),
   * );
   */
  action<Schema extends StandardSchema, Output = unknown>(
    path: string,
    options: HandlerOptions<Schema>,
    handler: Handler<InferOutput<Schema>, Output, Tx>,
  ): this;
  action(path: string, ...given: Given<Tx>): this {
    return this.register('action', path, given);
  }

  /**
   * Registers what undoes a step. With a barrier it only runs if the action took effect; without one it must find out
   * for itself. Returning is enough; a {@link Rejected} makes the saga `stuck`, and is not kept: once an operator has
   * mended what stood in the way, the same compensation runs again.
   * @throws {TypeError} if it is no path, or has a compensation already
   * @example
   * payment.compensation<CompensationBody<{ amount: number }, { charge: string }>>('/charges/refund', async (call, tx) => {
   *   await charges.refund(tx, call.sagaId);
   * });
   */
  compensation<Body = unknown, Output = unknown>(path: string, handler: Handler<Body, Output, Tx>): this;
  /**
   * Registers what undoes a step, with a schema that its body must fit.
   * @example
   * payment.compensation('/charges/refund', { body: z.object({ output: Charge.nullable() }) }, (call, tx) =>
   *   charges.refund(tx, call.sagaId),
   * );
   */
  compensation<Schema extends StandardSchema, Output = unknown>(
    path: string,
    options: HandlerOptions<Schema>,
    handler: Handler<InferOutput<Schema>, Output, Tx>,
  ): this;
  compensation(path: string, ...given: Given<Tx>): this {
    return this.register('compensation', path, given);
  }

  /**
   * Answers one call, from whatever server it comes. Never rejects.
   * @example
   * // a route of any framework that knows the web's Request and Response
   * const { status, headers, body } = await payment.handle({
   *   method: request.method,
   *   path: new URL(request.url).pathname,
   *   headers: Object.fromEntries(request.headers),
   *   body: new Uint8Array(await request.arrayBuffer()),
   *   signal: request.signal,
   * });
   * return new Response(body, { status, headers });
   */
  async handle(request: ParticipantRequest): Promise<Reply> {
    try {
      const admitted = admit(request, this.admission, this.routes);
      if (!('call' in admitted)) return admitted;
      const settled = await settle(this.barrier, admitted.target, admitted.call);
      return 'error' in settled ? this.fault(settled.error, admitted.call, settled.status) : settled;
    } catch (error) {
      return this.fault(error);
    }
  }

  /**
   * A listener for `http.createServer`.
   * @example
   * http.createServer(payment.node()).listen(8081);
   */
  node(): NodeListener {
    return nodeListener(this);
  }

  /**
   * A handler for Express. It reads the raw body itself, so it goes before `express.json()`. Under a prefix, the paths
   * are those below it: with `app.use('/payment', payment.express())` the participant's endpoint in Skald ends in
   * `/payment`, and its paths stay as they are registered here.
   *
   * It takes every call that has `Skald-*` headers, to answer 400 where it knows no such path: Skald takes a 404 for
   * "nothing there to undo". So two participants in one app get a prefix each. Other requests go to `next()`.
   * @example
   * app.use(payment.express());
   * app.use(express.json());
   */
  express(): ExpressHandler {
    return expressHandler(this);
  }

  /**
   * A plugin for Fastify. Its body parser stays its own. With `{ prefix }`, the paths are those below it. A call with
   * `Skald-*` headers for which the app has no route is answered 400, not 404. Register the plugin in the outermost
   * context, and give two participants a prefix each. What a `:name` stands for is bounded by Fastify's own
   * `maxParamLength` (100 characters): beyond it Fastify answers 414.
   * @example
   * await app.register(payment.fastify(), { prefix: '/payment' });
   */
  fastify(): FastifyPlugin {
    return fastifyPlugin(this);
  }

  /** @internal */
  get maxBodyBytes(): number {
    return this.admission.maxBodyBytes;
  }

  /** Where handlers are registered. @internal */
  get paths(): readonly string[] {
    return this.routes.paths;
  }

  /** Whether a request is for a participant at all. @internal */
  isFor({ method, path, headers }: Pick<ParticipantRequest, 'method' | 'path' | 'headers'>): boolean {
    return speaksAsSkald(headers) || (method === 'POST' && this.routes.find(pathOf(path)) !== undefined);
  }

  /** The reply to a call that fails for our own reasons. @internal */
  fault(error: unknown, call?: Call, status: 500 | 503 = 500): Reply {
    tellFault(this.onError, error, call);
    // No Retry-After: what was done may have been committed, so this is in doubt, and Skald's own pauses grow.
    return reply(problem(status, status === 500 ? 'fault' : 'barrier-unavailable', FAULT_DETAILS[status]));
  }

  /** The reply to a body of which no more was read than the bound. @internal */
  tooLong(): Reply {
    return tooLong(this.maxBodyBytes);
  }

  private register(operation: Operation, path: string, given: Given<Tx>): this {
    const [handler, schema] = given.length === 1 ? [given[0]] : [given[1], given[0].body];
    this.routes.add(path, operation, { handler, schema });
    return this;
  }
}

/**
 * Makes a service a participant in sagas. Without a barrier, effects happen **at least once**, and handlers have to
 * deal with repeats, late actions and compensations that come first by themselves (`call.idempotencyKey`).
 *
 * | the handler | the answer | to Skald |
 * |---|---|---|
 * | returns a value | 200, JSON; `undefined` is `null` | succeeded |
 * | returns {@link Accepted} | 202 | waits for the callback |
 * | throws {@link Rejected}, or the body doesn't fit the schema | 409, 422 | rejected; of a compensation: `stuck` |
 * | throws {@link Later} | 429 with `Retry-After` | asks again; no effect |
 * | throws anything else, or returns what JSON can't say | 500, without a word of it | asks again; in doubt |
 * | isn't reached: the barrier's database is away | 503 | asks again; in doubt |
 * | isn't reached: no good signature | 401 | asks again; no effect |
 * | isn't reached: odd headers, path or body | 400, 405, 413 | rejected; of a compensation: `stuck` |
 *
 * With a barrier, the header `Skald-Answer` says where the answer comes from: {@link Origin}.
 *
 * @throws {TypeError} if an option makes no sense; above all if `secret` is there but empty
 * @example
 * const payment = participant({ secret: process.env.PAYMENT_SECRET, barrier: pgBarrier(pool) });
 * payment.action<{ amount: number }>('/charges', async (call, tx) => {
 *   await tx.query('insert into charges (saga, amount) values ($1, $2)', [call.sagaId, call.body.amount]);
 * });
 * payment.compensation('/charges/refund', async (call, tx) => {
 *   await tx.query('delete from charges where saga = $1', [call.sagaId]);
 * });
 * http.createServer(payment.node()).listen(8081);
 */
export function participant<Tx>(options: ParticipantOptions & { readonly barrier: Barrier<Tx> }): Participant<Tx>;
export function participant(options?: ParticipantOptions & { readonly barrier?: undefined }): Participant;
export function participant<Tx>(
  options: ParticipantOptions & { readonly barrier?: Barrier<Tx> } = {},
): Participant<Tx> {
  return new Participant(options);
}

/** A handler of any types, and its options if there are some. */
type Given<Tx> =
  [handler: Handler<never, unknown, Tx>] | [options: HandlerOptions, handler: Handler<never, unknown, Tx>];

const FAULT_DETAILS = {
  500: 'the operation failed; its service knows more',
  503: 'the operation could not be guarded; its service knows more',
};
