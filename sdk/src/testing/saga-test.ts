import type { InputOf } from '../client/definition-ref.js';
import type { Json } from '../json.js';
import { compileDefinition } from './library.js';
import { Play, type Surroundings } from './rehearsal.js';
import { Scenario } from './scenario.js';
import { stageOf } from './setup.js';

/** A definition and what surrounds it, ready to be given inputs. */
export class SagaTest<Input = unknown> {
  /** @internal */
  constructor(
    private readonly definition: object,
    private readonly surroundings: Surroundings,
  ) {}

  /** @param input what the saga is started with; checked against the definition's schema when it is run */
  given(...[input]: undefined extends Input ? [input?: Input] : [input: Input]): Scenario {
    // As it would be after its way over the network.
    const plain = JSON.parse(JSON.stringify(input ?? null)) as Json;
    return new Scenario(new Play(this.definition, this.surroundings, plain));
  }
}

/**
 * Tests a saga without a server: with the rules that run in production, in memory and in virtual time.
 *
 * Every run of a process has ids of its own, but the next process has the same ones again. So a participant whose barrier
 * is in a real database should start with an empty one.
 *
 * @example
 * const test = sagaTest(placeOrder, {
 *   participants: {
 *     inventory: { '/reservations': () => ({ id: 'r-1' }), '/reservations/cancel': () => null },
 *     payment,       // a participant of the SDK
 *     shipping: {},  // answers null to everything
 *   },
 * });
 * await test.given({ sku: 'book', qty: 1 }).whenStepFails('charge').expectCompensated(['reserve']);
 *
 * @param definition what a builder built, or what was read from JSON or YAML
 * @param surroundings participants, child definitions and so on; a function makes them anew for each run, which is what
 * participants that remember something need
 * @throws {SagaTestSetupError} with everything that is wrong with the definition, or missing around it
 */
export function sagaTest<Definition extends object>(
  definition: Definition,
  surroundings: Surroundings = {},
): SagaTest<InputOf<Definition>> {
  if (typeof surroundings === 'function') compileDefinition(definition);
  else stageOf(definition, surroundings);
  return new SagaTest(definition, surroundings);
}
