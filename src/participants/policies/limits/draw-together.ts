import type { Draw, Grant, Want } from './schedule.js';

/** A draw that takes longer than this counts as failed, ms. */
const PATIENCE = 100;

/** The shared schedules did not answer in time, or still owe an earlier answer. What they would give is lost. */
export class SchedulesAway extends Error {
  readonly code = 'schedules-away';

  constructor() {
    super('the shared schedules do not answer');
    this.name = 'SchedulesAway';
  }
}

interface Asker {
  readonly wants: readonly Want[];
  readonly settle: (grants: readonly Grant[]) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Sends the draws of all limiters of a process together: those of one turn of the event loop, and those that come up
 * while a request is on its way. One request at a time, so that a server that hangs holds one connection at most.
 */
export function drawTogether(draw: Draw, patience = PATIENCE): Draw {
  let askers: Asker[] = [];
  let isBusy = false;
  let isLate = false;

  const send = async (): Promise<void> => {
    const asking = askers;
    askers = [];
    const timer = setTimeout(() => {
      isLate = true;
      for (const { fail } of [...asking, ...askers.splice(0)]) fail(new SchedulesAway());
    }, patience);
    try {
      const grants = await draw(asking.flatMap(({ wants }) => wants));
      let from = 0;
      for (const { wants, settle } of asking) settle(grants.slice(from, (from += wants.length)));
    } catch (error) {
      for (const { fail } of asking) fail(error);
    } finally {
      clearTimeout(timer);
      isLate = false;
      if (askers.length > 0) void send();
      else isBusy = false;
    }
  };

  return (wants) => {
    if (isLate) return Promise.reject(new SchedulesAway());
    return new Promise((settle, fail) => {
      askers.push({ wants, settle, fail });
      if (isBusy) return;
      isBusy = true;
      setImmediate(() => void send());
    });
  };
}
