import type { Bank } from '../../examples/bank/src/banks.js';
import { sleep } from '../support/waiting.js';
import type { Random } from './random.js';
import type { Stage } from './stage.js';

/** Something that goes wrong. Resolves when it is over. @returns how often it has hit */
type Fault = (stage: Stage, random: Random) => Promise<number> | number;

const killBank =
  (bank: Bank): Fault =>
  async (stage, random) => {
    await stage.banks[bank].kill();
    await sleep(random.below(500));
    await stage.banks[bank].restart();
    return 1;
  };

const killServer =
  (number: number): Fault =>
  async (stage, random) => {
    const server = stage.servers[number]!;
    await server.kill();
    await sleep(random.below(500));
    await server.restart();
    return 1;
  };

/** The next calls of that path reach the bank and take effect there, but nobody hears the answer. */
const loseAnswers =
  (bank: Bank, path: string): Fault =>
  async ({ banks }) => {
    const { proxy } = banks[bank];
    const before = proxy.lost;
    proxy.loseAnswersTo(`POST ${path} `, 3);
    for (let patience = 200; patience > 0 && proxy.lost < before + 3; patience--) await sleep(50);
    return proxy.lost - before;
  };

/** One of each kind: what goes wrong, by the name under which it is counted. */
const DECK: readonly (readonly [name: string, fault: Fault])[] = [
  ['bank killed', killBank('north')],
  ['bank killed', killBank('south')],
  ['bank killed', killBank('north')],
  ['bank killed', killBank('south')],
  ['server killed', killServer(0)],
  ['server killed', killServer(1)],
  ['server killed', killServer(0)],
  ['server killed', killServer(1)],
  ["bank's connections cut", ({ banks }) => banks.north.cut()],
  ["bank's connections cut", ({ banks }) => banks.south.cut()],
  ["servers' connections cut", (stage) => stage.cutServers()],
  ["servers' connections cut", (stage) => stage.cutServers()],
  ['answer lost', loseAnswers('north', '/debits')],
  ['answer lost', loseAnswers('south', '/debits/cancel')],
  ['answer lost', loseAnswers('south', '/credits')],
  ['answer lost', loseAnswers('north', '/settlements')],
];

/** Transfers for which the deck is played once. */
const PER_DECK = 2_000;

/** What goes wrong while so many transfers are made, in an order that depends on the seed alone. */
export function planFaults(transfers: number, random: Random): typeof DECK {
  const decks = Math.max(1, Math.round(transfers / PER_DECK));
  return Array.from({ length: decks }, () => random.shuffled(DECK)).flat();
}

/** Lets the faults happen one after the other, each when its share of the transfers has ended. @returns hits, by name */
export async function happen(
  faults: typeof DECK,
  stage: Stage,
  random: Random,
  { ended, total }: { readonly ended: () => number; readonly total: number },
): Promise<Map<string, number>> {
  const hits = new Map<string, number>();
  for (const [i, [name, fault]] of faults.entries()) {
    while (ended() < (total * i) / faults.length) await sleep(20);
    hits.set(name, (hits.get(name) ?? 0) + (await fault(stage, random)));
  }
  return hits;
}
