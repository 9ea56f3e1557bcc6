import type { Json, JsonObject } from '../../saga/json.js';
import type { Place, Problem } from '../../saga/problems.js';
import { namedFallbacks } from '../fallbacks.js';
import { isRecord } from '../readings.js';
import { checkAutoHeal } from './auto-heal.js';
import { DegradedServices } from './degraded-services.js';
import { readDegradation } from './degradation-section.js';
import { readResilience } from './resilience-section.js';

/** Sections of the resilience file besides `participants` (contract §6). */
export const SHORT_FORM_SECTIONS = ['resilience', 'degradation', 'fallbacks', 'auto_heal'];

interface ShortForms {
  /** What holds for all participants, as `parseDefaults` takes it; `null`: the file says nothing of that kind. */
  readonly defaults: JsonObject | null;
  /** Names under `fallbacks`. */
  readonly fallbacks: readonly string[];
  readonly warnings: readonly Problem[];
}

/** Reads the short forms of a resilience file into the long form. What is wrong goes to `place`. */
export function readShortForms(content: Readonly<Record<string, unknown>>, place: Place): ShortForms {
  const warnings: Problem[] = [];
  const written = content['fallbacks'] ?? null;
  if (written !== null) namedFallbacks(written, place.at('fallbacks'));
  const names = isRecord(written) ? Object.keys(written) : null;
  const services = new DegradedServices(names, warnings);
  const policies = readResilience(content['resilience'] ?? {}, services, place.at('resilience'));
  readDegradation(content['degradation'] ?? {}, services, place.at('degradation'));
  if (content['auto_heal'] !== undefined && checkAutoHeal(content['auto_heal'] ?? {}, place.at('auto_heal'))) {
    warnings.push({ pointer: '/auto_heal', detail: 'auto_heal is not yet applied' });
  }
  const parts: Record<string, JsonObject> = {
    policies,
    degradations: Object.fromEntries(services.byName),
    fallbacks: isRecord(written) ? (written as Record<string, Json>) : {},
  };
  const said = Object.entries(parts).filter(([, part]) => Object.keys(part).length > 0);
  return { defaults: said.length > 0 ? Object.fromEntries(said) : null, fallbacks: names ?? [], warnings };
}
