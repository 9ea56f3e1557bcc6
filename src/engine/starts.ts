import { createHash } from 'node:crypto';
import { uuidv7 } from 'uuidv7';
import type { Parent, SagaStarted } from '../saga/facts.js';
import { replay } from '../saga/evolve.js';
import { inputChecker } from '../saga/input-schema.js';
import type { Json } from '../saga/json.js';
import type { SagaState } from '../saga/state.js';
import type { IdempotencyCache } from '../queue/idempotency-cache.js';
import type { Journal } from '../store/journal.js';
import type { Intake, StartKey } from './admission/intake.js';
import type { CompiledDefinitions } from './compiled-definitions.js';
import { crashPoint } from './crash-points.js';
import {
  ConcurrencyKeyBusy,
  IdempotencyKeyInUse,
  IdempotencyKeyReused,
  InvalidInput,
  UnknownSaga,
} from './engine-errors.js';
import type { EngineMetrics } from './engine-metrics.js';

export interface StartRequest {
  readonly definition: string;
  /** The latest when absent. */
  readonly version?: number;
  readonly input: Json;
  readonly businessKey?: string;
  readonly concurrencyKey?: string;
  readonly tags?: { readonly [key: string]: string };
  /** The client's key, and the request it stands for in a canonical form. */
  readonly idempotency?: { readonly key: string; readonly request: string };
}

export interface StartResult {
  /** As it was right after the start, also when the start is replayed: the same answer to the same question. */
  readonly state: SagaState;
  readonly isReplay: boolean;
}

export interface ChildStart {
  readonly id: string;
  readonly definition: string;
  readonly version: number;
  readonly input: Json;
  readonly parent: Parent;
}

const SCOPE = 'start';

/** Accepts sagas: checked, made durable once, and only then known to anybody. */
export class Starts {
  constructor(
    private readonly journal: Journal,
    private readonly definitions: CompiledDefinitions,
    private readonly cache: IdempotencyCache,
    private readonly metrics: EngineMetrics,
    /** The saga was accepted; nobody drives it yet. */
    private readonly onAccepted: (state: SagaState) => void,
    /** Absent: everybody is let in. Children always are: they belong to what is under way. */
    private readonly intake?: Intake,
  ) {}

  /** @throws UnknownDefinition, Overloaded, InvalidInput, IdempotencyKeyReused, IdempotencyKeyInUse, ConcurrencyKeyBusy, StoreUnavailable */
  async start(request: StartRequest): Promise<StartResult> {
    const { idempotency } = request;
    if (!idempotency) return this.accept(request);
    const key = sha256(idempotency.key);
    const fingerprint = sha256(idempotency.request);

    const claim = await this.cache.claim(SCOPE, idempotency.key, fingerprint.toString('hex'));
    switch (claim.state) {
      case 'done':
        return this.replayed(claim.sagaId);
      case 'running':
        throw new IdempotencyKeyInUse(
          'the first call with this Idempotency-Key is still running: repeat it in a second',
        );
      case 'other-body':
        throw reused();
      case 'claimed':
      case 'unknown': // Postgres decides
        break;
    }
    try {
      const result = await this.accept(request, { scope: SCOPE, keyHash: key, fingerprint });
      this.cache.settle(SCOPE, idempotency.key, fingerprint.toString('hex'), result.state.id);
      return result;
    } catch (err) {
      this.cache.release(SCOPE, idempotency.key);
      throw err;
    }
  }

  /** Starts a child under the id that its parent chose; starting it again changes nothing. */
  async startChild({ id, ...start }: ChildStart): Promise<void> {
    await this.accept(start, undefined, id);
  }

  private async accept(
    request: StartRequest & { parent?: Parent },
    idempotency?: StartKey,
    id: string = uuidv7(),
  ): Promise<StartResult> {
    const definition = await this.definitions.get(request.definition, request.version);
    const shed = request.parent ? null : this.intake?.refusal(definition);
    if (shed) {
      const before = await this.intake!.acceptedBefore(definition, shed, idempotency);
      if (!before.isSameRequest) throw reused();
      return this.replayed(before.sagaId);
    }
    const problems = inputChecker(definition)(request.input);
    if (problems.length > 0) throw new InvalidInput(`${definition.name} v${definition.version}`, problems);

    const { input, businessKey, concurrencyKey, tags, parent } = request;
    const fact: SagaStarted = {
      type: 'saga-started',
      definition: definition.name,
      version: definition.version,
      input,
      ...(businessKey !== undefined && { businessKey }),
      ...(concurrencyKey !== undefined && { concurrencyKey }),
      ...(tags && { tags }),
      ...(parent && { parent }),
    };
    const by = parent ? `saga/${parent.saga}` : 'api';
    const started = await this.journal.start({
      sagaId: id,
      fact,
      by,
      due: 'lease',
      rootId: parent?.root ?? id,
      ...(idempotency && { idempotency }),
    });
    switch (started.outcome) {
      case 'started': {
        const state = replay(id, definition, [{ seq: 1, at: started.at, by, facts: [fact] }]);
        crashPoint('after-accept');
        this.metrics.started(definition.name);
        this.onAccepted(state);
        return { state, isReplay: false };
      }
      case 'exists':
        return this.replayed(id);
      case 'replayed':
        return this.replayed(started.sagaId);
      case 'other-body':
        throw reused();
      case 'key-busy':
        throw new ConcurrencyKeyBusy(concurrencyKey!, started.holder);
    }
  }

  /** The state a saga had when it was accepted. */
  private async replayed(sagaId: string): Promise<StartResult> {
    const stored = await this.journal.read(sagaId);
    const first = stored?.entries[0];
    const fact = first?.facts[0];
    if (fact?.type !== 'saga-started') throw new UnknownSaga(sagaId);
    const definition = await this.definitions.get(fact.definition, fact.version);
    return { state: replay(sagaId, definition, [first!]), isReplay: true };
  }
}

function reused(): IdempotencyKeyReused {
  return new IdempotencyKeyReused('this Idempotency-Key was used for another request: take a new one');
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
