import type { Json } from '../json.js';
import { participant as newParticipant, type Participant } from '../participant/participant.js';
import {
  isReal,
  type RealParticipant,
  type TestAnswer,
  type TestHandlers,
  type TestParticipant,
  type TestRequest,
} from './participants.js';
import { SagaTestSetupError } from './test-errors.js';

/** Where requests to one participant go in, and its answers come out. */
export interface Door {
  /** `{}`: nothing is known of it but that it works, so there is nothing to judge. */
  readonly isStub: boolean;
  /** Its paths, for a message; empty if it answers for itself. */
  readonly paths: readonly string[];
  /** Whether there is a handler for this path. */
  knows(path: string): boolean;
  enter(request: TestRequest): Promise<TestAnswer>;
}

/** @throws {SagaTestSetupError} if a path among the handlers is none */
export function doorOf(name: string, participant: TestParticipant): Door {
  if (isReal(participant)) {
    const enter: Door['enter'] = (request) => asked(participant, request);
    return { isStub: false, paths: [], knows: () => true, enter };
  }
  if (Object.keys(participant).length > 0) return handlersDoor(name, participant);
  const enter: Door['enter'] = () => Promise.resolve({ status: 200, headers: {}, body: null });
  return { isStub: true, paths: [], knows: () => true, enter };
}

/** Handlers of a test are those of a participant without a barrier. */
function handlersDoor(name: string, handlers: TestHandlers): Door {
  const faults: unknown[] = [];
  const participant = newParticipant({ onError: (error) => faults.push(error) });
  try {
    for (const [path, handler] of Object.entries(handlers)) {
      participant.action(path, handler).compensation(path, handler);
    }
  } catch (error) {
    throw new SagaTestSetupError(`the participant ${name} of this test can't work:`, [(error as Error).message]);
  }
  return {
    isStub: false,
    paths: participant.paths,
    knows: (path) => leadsSomewhere(participant, path),
    async enter(request) {
      const answer = await asked(participant, request);
      if (answer.status !== 500) return answer;
      // A caller learns nothing of a fault, but in a test it may be told.
      return { ...answer, body: { detail: `the handler threw ${String(faults.pop())}` } };
    },
  };
}

function leadsSomewhere(participant: Participant, path: string): boolean {
  return participant.isFor({ method: 'POST', path, headers: {} });
}

async function asked(participant: RealParticipant, request: TestRequest): Promise<TestAnswer> {
  const { status, headers, body } = await participant.handle(request);
  return { status, headers, body: read(body) };
}

function read(text: string): Json | undefined {
  if (text === '') return null;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
