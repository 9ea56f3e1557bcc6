import type { Definition } from '../../saga/definition.js';
import type { IdempotencyKeys } from '../../store/idempotency.js';
import { Overloaded } from '../engine-errors.js';
import type { Admission, Shed } from './admission.js';
import type { AdmissionMetrics } from './admission-metrics.js';

/** A client's key and what it stands for, hashed. */
export interface StartKey {
  readonly scope: string;
  readonly keyHash: Buffer;
  readonly fingerprint: Buffer;
}

/** The door that starts come through. Who was let in before is answered, however full it is. */
export class Intake {
  constructor(
    private readonly admission: Admission,
    private readonly keys: IdempotencyKeys,
    private readonly metrics: AdmissionMetrics,
  ) {}

  /** `null`: come in. */
  refusal(definition: Definition): Shed | null {
    return this.admission.refusal(definition.priority ?? 'normal');
  }

  /**
   * What the key was used for, if it was: one look-up by primary key, and only of those who would be turned away.
   * @throws Overloaded when there is no such start
   */
  async acceptedBefore(
    definition: Definition,
    { reason, retryAfter }: Shed,
    key: StartKey | undefined,
  ): Promise<{ readonly sagaId: string; readonly isSameRequest: boolean }> {
    const known = key && (await this.keys.find(key.scope, key.keyHash));
    if (known) return { sagaId: known.sagaId, isSameRequest: known.fingerprint.equals(key.fingerprint) };
    this.metrics.shed(definition.name, reason);
    throw new Overloaded(definition.name, reason, retryAfter);
  }
}
