import type { Json, JsonObject } from '../saga/json.js';
import type { SagaOrder } from '../saga/order.js';
import { redactedText } from '../saga/redaction.js';
import { statusOf, type SagaState } from '../saga/state.js';
import type { AuditRecord } from '../store/audit.js';
import type { Decision } from './decision.js';

/** The row of the audit trail for an order that a saga has taken: what has changed by it, and no payloads. */
export function auditOf(
  { before, after }: Decision,
  what: SagaOrder,
  by: { readonly actor: string; readonly reason: string; readonly requestId?: string },
): AuditRecord {
  return {
    action: `saga.${what.verb}`,
    saga: after.id,
    target: 'step' in what ? what.step : null,
    ...by,
    reason: redactedText(after, by.reason),
    before: seen(before, after),
    after: { ...seen(after, before), ...detailsOf(what, (text) => redactedText(after, text)) },
  };
}

/** Of the steps, those that differ. */
function seen(state: SagaState, from: SagaState): JsonObject {
  const steps: Record<string, Json> = {};
  for (const [i, { name, status }] of state.steps.entries()) {
    if (from.steps[i]!.status !== status) steps[name] = status;
  }
  return { seq: state.seq, status: statusOf(state), paused: state.paused, steps };
}

/** What was ordered beside the verb. Outputs and bodies are the journal's: they may hold what nobody should read here. */
function detailsOf(what: SagaOrder, shown: (text: string) => string): JsonObject {
  switch (what.verb) {
    case 'rebind': {
      const { operation, participant, path } = what;
      return {
        ...(operation && { operation }),
        ...(participant !== undefined && { participant }),
        ...(path !== undefined && { path: shown(path) }),
        ...(what.body !== undefined && { body: 'given' }),
      };
    }
    case 'resolve':
      return { outcome: what.outcome };
    case 'skip':
      return what.output === undefined ? {} : { output: 'given' };
    case 'retry':
    case 'compensate':
    case 'cancel':
    case 'pause':
    case 'resume':
      return {};
  }
}
