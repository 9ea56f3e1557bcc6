import type { Json } from '../json.js';
import { scriptOf, type Act } from './acts.js';
import { seededRandom } from './chance.js';
import { Orchestrator } from './orchestrator.js';
import { Run } from './run.js';
import type { Disturbance } from './script.js';
import { stageOf, type Stage, type TestSetup } from './setup.js';

/** What surrounds the saga; as a function, it is made anew for each run. */
export type Surroundings = TestSetup | (() => TestSetup | Promise<TestSetup>);

/** A run, and what it can still be asked. */
export interface Rehearsal {
  readonly run: Run;
  readonly orchestrator: Orchestrator;
  readonly stage: Stage;
}

/** Runs so far in this process: two of them never share an id, for participants remember what they have done. */
let runs = 0;

/** A saga, its input and what shall happen: can be run any number of times. */
export class Play {
  constructor(
    private readonly document: object,
    readonly surroundings: Surroundings,
    private readonly input: Json,
    private readonly acts: readonly Act[] = [],
  ) {}

  /** The same, and one thing more that happens. */
  with(act: Act): Play {
    return new Play(this.document, this.surroundings, this.input, [...this.acts, act]);
  }

  /** @throws {SagaTestSetupError} if something is missing around the saga, or its input is not what its schema wants */
  async rehearse(disturbance: Disturbance = {}): Promise<Rehearsal> {
    const { surroundings } = this;
    const setup = typeof surroundings === 'function' ? await surroundings() : surroundings;
    const stage = stageOf(this.document, setup);
    const seed = setup.seed ?? 1;
    const chance = { ids: seededRandom(seed * 1_000_003 + runs++), random: seededRandom(seed) };
    const before = await effectsIn(setup);
    const orchestrator = new Orchestrator(stage, scriptOf(this.acts, stage.library), disturbance, chance);
    const root = await orchestrator.run(this.input);
    const effects = setup.effects ? { before, after: await effectsIn(setup) } : null;
    return { run: new Run(root, orchestrator, effects), orchestrator, stage };
  }
}

/** What is in force at the participants now. A copy: the test may answer with the very object that they go on changing. */
export async function effectsIn({ effects }: TestSetup): Promise<unknown> {
  return structuredClone(await effects?.());
}
