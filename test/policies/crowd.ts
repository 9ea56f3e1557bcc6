import { isTerminal, type SagaView, type SkaldApi } from '../support/skald-api.js';
import { eventually } from '../support/waiting.js';

/** Starts so many sagas of a definition at once; all are accepted. */
export async function startCrowd(api: SkaldApi, definition: string, count: number): Promise<void> {
  const items = Array.from({ length: count }, () => ({ definition, input: {} }));
  const { status, body } = await api.post('/v1/sagas/batch', { items });
  expect(status).toBe(200);
  const results = (body as { items: { status: number }[] }).items;
  expect(results.filter((result) => result.status === 202)).toHaveLength(count);
}

/** All sagas of a definition, once none of them is open any more. */
export async function endedCrowd(api: SkaldApi, definition: string, patience = 30_000): Promise<SagaView[]> {
  const isOver = async (): Promise<boolean> => {
    const { body } = await api.get(`/v1/sagas?definition=${definition}&status=running,compensating,stuck&limit=1`);
    return (body as { items: unknown[] }).items.length === 0;
  };
  await eventually(`all sagas of ${definition} have ended`, isOver, patience, 200);
  const sagas = await api.list('/v1/sagas', `definition=${definition}`);
  expect(sagas.every(({ status }) => isTerminal(status))).toBe(true);
  return sagas;
}

/** How many sagas needed how many attempts of their only step: `{ 1: 98, 2: 2 }`. */
export function attemptsOf(sagas: readonly SagaView[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { steps } of sagas) {
    const { action } = steps[0]!.attempts;
    counts[action] = (counts[action] ?? 0) + 1;
  }
  return counts;
}
