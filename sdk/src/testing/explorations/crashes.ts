import type { Play } from '../rehearsal.js';
import type { Explored } from './explored.js';
import { expectSameEnd, requireFreshSurroundings } from './judgement.js';

/** One crash per run, at each point of the undisturbed run. */
export async function crashEverywhere(play: Play): Promise<Explored> {
  requireFreshSurroundings(play);
  const calm = await play.rehearse();
  const points = calm.orchestrator.crashPoints.passed;
  for (const [i, point] of points.entries()) {
    expectSameEnd(calm.run, await play.rehearse({ crashAt: i + 1 }), `When the orchestrator crashes ${point}`);
  }
  return { runs: 1 + points.length };
}
