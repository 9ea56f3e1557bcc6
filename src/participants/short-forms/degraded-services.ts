import type { Json, JsonObject } from '../../saga/json.js';
import { nearest } from '../../saga/nearest.js';
import { Place, type Problem } from '../../saga/problems.js';
import { degradation } from '../degradation-readings.js';
import { OWN_STRATEGIES, strategyProblem } from '../fallbacks.js';
import { PARTICIPANT_NAME } from '../participant.js';
import { record, type Reading } from '../readings.js';
import { asDuration } from './spelling.js';

/** The field that names the strategy: the two sections call it differently. */
type StrategyField = 'fallback' | 'fallback_strategy';

const asItIs: Reading<unknown> = (value) => value;
const rest = { response: asItIs, ttl: asItIs, conditions: asItIs };
const FIELDS: { readonly [field in StrategyField]: Reading<Readonly<Record<string, unknown>>> } = {
  fallback: record({ fallback: asItIs, ...rest }, 'fallback'),
  fallback_strategy: record({ fallback_strategy: asItIs, ...rest }, 'fallback_strategy'),
};

/** What `resilience.fallback` and `degradation` say of services, gathered by the name of the participant. */
export class DegradedServices {
  /** In the long form. */
  readonly byName = new Map<string, JsonObject>();
  private readonly seen = new Set<string>();

  /** @param fallbacks the names under `fallbacks:`; `null`: the file has no such section */
  constructor(
    private readonly fallbacks: readonly string[] | null,
    private readonly warnings: Problem[],
  ) {}

  /** Takes what is said of one service. Of one that is switched off nothing is kept, but what is wrong is told. */
  take(name: string, service: unknown, field: StrategyField, isOn: boolean, place: Place): void {
    if (!PARTICIPANT_NAME.test(name)) return place.refuse(`${JSON.stringify(name)} is not the name of a participant`);
    if (this.seen.has(name)) return place.refuse(`says again what becomes of ${name}: leave one out`);
    this.seen.add(name);
    const written = FIELDS[field](service, place);
    const strategy = written?.[field];
    if (written === undefined || strategy === undefined) return;
    const long = longDegradation(written, strategy);
    const problems: Problem[] = [];
    degradation(long, new Place(problems));
    for (const { pointer, detail } of problems) place.below(shortPointer(pointer, field)).refuse(detail);
    if (problems.length > 0 || typeof strategy !== 'string' || !this.isKnown(strategy, place.at(field))) return;
    if (strategy === 'static_response' && written['response'] === undefined) {
      this.warn(place.at(field), 'static_response without a response answers null: add one');
    }
    if (isOn) this.byName.set(name, long);
  }

  /**
   * A file that has `fallbacks` and names one that isn't there is mistaken. One without the section is a write-up as it
   * stands: the rest of it is worth having, so it is told what is missing.
   */
  private isKnown(strategy: string, place: Place): boolean {
    const problem = strategyProblem(strategy, this.fallbacks ?? []);
    if (problem === null) return true;
    if (this.fallbacks || nearest(strategy, OWN_STRATEGIES)) place.refuse(problem);
    else this.warn(place, `${problem}; until then nothing stands in`);
    return false;
  }

  private warn({ pointer }: Place, detail: string): void {
    this.warnings.push({ pointer, detail });
  }
}

function longDegradation(written: Readonly<Record<string, unknown>>, strategy: unknown): JsonObject {
  const { response = strategy === 'static_response' ? null : undefined, ttl, conditions } = written;
  return {
    fallback: {
      strategy: strategy as Json,
      ...(response !== undefined && { response: response as Json }),
      ...(ttl !== undefined && { ttl: asDuration(ttl) as Json }),
    },
    ...(conditions !== undefined && { conditions: conditions as Json }),
  };
}

function shortPointer(pointer: string, field: StrategyField): string {
  return pointer.startsWith('/fallback')
    ? pointer.slice('/fallback'.length).replace(/^(\/strategy|)$/, `/${field}`)
    : pointer;
}
