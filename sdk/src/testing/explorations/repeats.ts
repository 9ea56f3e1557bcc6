import type { Play } from '../rehearsal.js';
import type { Explored } from './explored.js';
import { expectSameEnd, requireFreshSurroundings } from './judgement.js';

/** Every call comes to its participant twice. */
export async function repeatEverything(play: Play): Promise<Explored> {
  requireFreshSurroundings(play);
  const calm = await play.rehearse();
  expectSameEnd(calm.run, await play.rehearse({ copies: 'twice' }), 'When each call comes twice');
  expectSameEnd(calm.run, await play.rehearse({ copies: 'twice-at-once' }), 'When each call comes twice at once');
  return { runs: 3 };
}
