import type { Operation } from '../../../saga/definition.js';
import { FlatCadence } from './cadence.js';
import { RampCadence } from './ramp-cadence.js';
import { SlotSchedule } from './slot-schedule.js';

/** Share of a permit for an action that a compensation uses up: a tenth of the full pace stays with the actions. */
const YIELDED = 0.9;

/**
 * Who may go out after a breaker has closed, and when: actions on a ramp, compensations at the full pace from the start.
 * It is booked ahead while the breaker is open, and stays until all who were given a slot have had their turn.
 */
export class BreakerRamp {
  private readonly actions: SlotSchedule;
  private readonly compensations: SlotSchedule;
  private readonly cadence: RampCadence;

  /**
   * @param length ms from a tenth to all of the reference
   * @param reference calls per second
   * @param earlier a ramp that is replaced: who has slots on it keeps them
   */
  constructor(
    readonly start: number,
    private readonly length: number,
    readonly reference: number,
    earlier?: BreakerRamp,
  ) {
    this.cadence = new RampCadence(start, length, reference);
    const flat = new FlatCadence(start, reference);
    this.actions = earlier?.actions.under(this.cadence) ?? new SlotSchedule(this.cadence);
    this.compensations = earlier?.compensations.under(flat) ?? new SlotSchedule(flat);
  }

  /**
   * Ms to wait, or `null`: may go out now.
   * @param isPaced it was told to come now by a ramp, of this process or of another
   */
  take(operation: Operation, isPaced: boolean, at: number): number | null {
    if (operation === 'action') return this.actions.take(isPaced, at);
    // Whoever is paced had permits set aside when it was given its slot.
    if (!isPaced) this.setAside(at);
    const wait = this.compensations.take(isPaced, at);
    if (wait === null) this.actions.standBack(YIELDED, at);
    return wait;
  }

  /** A slot, though nobody may go out yet. Ms to wait. */
  book(operation: Operation, at: number): number {
    if (operation === 'action') return this.actions.book(at);
    this.setAside(at);
    return this.compensations.book(at);
  }

  /** The same under another start: it begins with a tenth again. */
  startingAt(start: number): BreakerRamp {
    return new BreakerRamp(start, this.length, this.reference, this);
  }

  /** Full pace is reached, and nobody has a slot any more. */
  isOver(at: number): boolean {
    if (at >= this.cadence.end) return true;
    const isIdle = this.actions.waiting(at) === 0 && this.compensations.waiting(at) === 0;
    return isIdle && at >= this.start + this.length;
  }

  /** For a compensation that goes out or gets a slot. */
  private setAside(at: number): void {
    if (this.compensations.hasSlots(at)) this.actions.setAside(YIELDED, at);
  }
}
