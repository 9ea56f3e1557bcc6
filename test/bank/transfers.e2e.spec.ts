import { execFileSync } from 'node:child_process';
import { BANKS } from '../../examples/bank/src/banks.js';
import { sleep } from '../support/waiting.js';
import { PROGRAMS } from './bank-process.js';
import { happen, planFaults } from './faults.js';
import { type Evidence, judge } from './judge.js';
import { Load } from './load.js';
import { Random } from './random.js';
import { SCALE } from './scale.js';
import { Stage } from './stage.js';

/** For the long test, in ms: on a busy machine as well. */
const TIME = 300_000 + 200 * SCALE.transfers;

/** Looks at the books again and again: also in the middle of transfers, each bank's must add up. */
function watchBooks(stage: Stage): { readonly faults: string[]; readonly stop: () => Promise<number> } {
  const faults: string[] = [];
  let looks = 0;
  let isWatching = true;
  const watch = async () => {
    for (; isWatching; await sleep(1_000)) {
      for (const bank of BANKS) {
        const books = await stage.banks[bank].books().catch(() => null); // it is being killed, perhaps
        if (!books) continue;
        looks++;
        const { total, disagreements } = books;
        if (total !== '0.00' || disagreements > 0) faults.push(`${bank}: ${JSON.stringify(books)}`);
      }
    }
  };
  const watched = watch();
  const stop = async () => {
    isWatching = false;
    await watched;
    return looks;
  };
  return { faults, stop };
}

function shares({ sagas }: Evidence): { completed: number; undone: number } {
  const completed = sagas.filter(({ status }) => status === 'completed').length;
  return { completed: completed / sagas.length, undone: (sagas.length - completed) / sagas.length };
}

describe('transfers between two banks', () => {
  beforeAll(() => {
    execFileSync(process.execPath, ['scripts/build-when-stale.mjs', 'sdk', 'bank'], { stdio: 'inherit' });
  }, 120_000);

  it(
    'neither make nor lose a cent while banks and servers are killed, and connections and answers are lost',
    async () => {
      const [choices, faults] = [new Random(SCALE.seed), new Random(SCALE.seed + 1)];
      await Stage.play({ servers: 2, program: PROGRAMS.guarded }, async (stage) => {
        const before = await stage.balances();
        const books = watchBooks(stage);
        const servers = stage.servers.map(({ api }) => api.url);
        const load = new Load({ servers, banks: stage.banks, random: choices });
        const plan = planFaults(SCALE.transfers, faults);
        let isOver = false;
        const progress = { ended: () => load.ended, total: SCALE.transfers };
        const happening = happen(plan, stage, faults, progress).finally(() => (isOver = true));
        const [hits] = await Promise.all([happening, load.run(SCALE.transfers, () => isOver)]);
        const evidence = await stage.evidence(load, before);
        const looks = await books.stop();

        expect(judge(evidence).slice(0, 20)).toEqual([]);
        expect(books.faults).toEqual([]);
        // Otherwise the run proves nothing.
        expect(looks).toBeGreaterThan(5);
        expect(evidence.sagas.length).toBeGreaterThanOrEqual(SCALE.transfers);
        const { completed, undone } = shares(evidence);
        expect(completed).toBeGreaterThan(0.5);
        expect(undone).toBeGreaterThan(0.1);
        const reversals = BANKS.flatMap((bank) => evidence.entries[bank]).filter(({ kind }) => kind === 'reversal');
        expect(reversals.length).toBeGreaterThan(SCALE.transfers / 50);
        for (const name of ['bank killed', 'server killed']) {
          expect([name, hits.get(name)]).toEqual([name, plan.filter(([each]) => each === name).length]);
        }
        for (const [name, count] of hits) expect([name, count > 0]).toEqual([name, true]);
        const told = [...hits].map(([name, count]) => `${name} ${count} times`).join(', ');
        process.stdout.write(
          `${evidence.sagas.length} transfers, ${Math.round(completed * 100)} % completed, ${reversals.length} debits undone; ${told}\n`,
        );
      });
    },
    TIME,
  );

  it('are condemned by the judge when the banks have no barrier', async () => {
    await Stage.play({ servers: 1, program: PROGRAMS.unguarded }, async (stage) => {
      const before = await stage.balances();
      for (const bank of BANKS) stage.banks[bank].proxy.loseAnswersTo('POST /credits ', 5);
      const load = new Load({
        servers: [stage.servers[0]!.api.url],
        banks: stage.banks,
        random: new Random(SCALE.seed),
      });
      await load.run(150);
      const found = judge(await stage.evidence(load, before));
      expect(BANKS.some((bank) => stage.banks[bank].proxy.lost > 0)).toBe(true);
      expect([...new Set(found.map(({ invariant }) => invariant))].sort()).toEqual(['I6', 'I9']);
    });
  }, 120_000);
});
