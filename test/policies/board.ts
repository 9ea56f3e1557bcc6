import type { SkaldApi } from '../support/skald-api.js';
import { eventually } from '../support/waiting.js';

/** What a process says of a participant, as far as these tests look at it. */
export interface ProcessState {
  readonly node: string;
  readonly breaker: { readonly state: string };
  readonly inFlight: number;
}

/** What each process says of a participant, by `GET /v1/admin/participants`. */
export async function processesOf(api: SkaldApi, participant: string): Promise<readonly ProcessState[]> {
  const { body } = await api.get('/v1/admin/participants');
  const items = body.items as { readonly name: string; readonly processes: readonly ProcessState[] }[];
  return items.find(({ name }) => name === participant)?.processes ?? [];
}

/** Waits until so many processes have their breaker in this state. They tell of it about once a second. */
export async function breakersAre(api: SkaldApi, participant: string, state: string, processes: number): Promise<void> {
  await eventually(`${processes} breakers are ${state}`, async () => {
    const states = (await processesOf(api, participant)).map(({ breaker }) => breaker.state);
    return states.length === processes && states.every((it) => it === state);
  });
}
