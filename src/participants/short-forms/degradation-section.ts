import type { Place } from '../../saga/problems.js';
import { isRecord, record } from '../readings.js';
import type { DegradedServices } from './degraded-services.js';
import { switched } from './switch.js';

/** Reads `degradation: { enabled, services: [{ name, fallback, conditions }] }`. */
export function readDegradation(section: unknown, services: DegradedServices, place: Place): void {
  const { isOn, fields } = switched(section, place);
  const written = record<{ services?: unknown }>({ services: (value) => value })(fields, place)?.services ?? [];
  const at = place.at('services');
  if (!Array.isArray(written)) return at.refuse('must be a list of services, each with name, fallback and conditions');
  written.forEach((service: unknown, i) => readService(service, services, isOn, at.at(i)));
}

function readService(service: unknown, services: DegradedServices, isOn: boolean, place: Place): void {
  if (!isRecord(service)) return place.refuse('must be an object with name, fallback, conditions');
  const { name, ...fields } = service;
  if (typeof name === 'string') services.take(name, fields, 'fallback', isOn, place);
  else place.at('name').refuse(name === undefined ? 'is missing' : 'must be the name of a participant');
}
