import type { Entry, Fact } from '../../../src/saga/facts.js';
import type { Json } from '../../../src/saga/json.js';
import type { Happening } from './happenings.js';
import type { RecordedCall } from './post.js';

/** Longest JSON in a line, in characters. */
const LONGEST = 120;

const UNITS = { d: 86_400_000, h: 3_600_000, m: 60_000 } as const;

/** What happened, one line each, with the time since the start in front. */
export function timelineOf(happenings: readonly Happening[], root: string): string[] {
  return happenings.flatMap((happening) => {
    switch (happening.type) {
      case 'call':
        return line(happening.call.at, happening.call.definition, root, told(happening.call));
      case 'entry': {
        const { at, saga, entry } = happening;
        return entry.facts.flatMap((fact) => linesOf(fact, entry).flatMap((text) => line(at, saga, root, text)));
      }
      case 'refusal': {
        const { at, saga, event, refused } = happening;
        return line(at, saga, root, `${event} was refused: ${refused.code} (${refused.message})`);
      }
      case 'crash':
        return line(happening.at, root, root, 'the orchestrator crashes; another takes over');
    }
  });
}

/** Milliseconds as people say them: `12ms`, `1.5s`, `2h 30m`. */
export function spoken(ms: number): string {
  if (ms < 1_000) return `${ms}ms`;
  let rest = ms;
  const parts = (['d', 'h', 'm'] as const).flatMap((unit) => {
    const whole = Math.floor(rest / UNITS[unit]);
    rest -= whole * UNITS[unit];
    return whole > 0 ? `${whole}${unit}` : [];
  });
  return [...parts, ...(rest > 0 ? [`${rest / 1_000}s`] : [])].join(' ');
}

function line(at: number, saga: string, root: string, text: string): string[] {
  const time = `+${spoken(at)}`.padStart(10);
  return [`${time}  ${saga === root ? '' : `[${saga}] `}${text}`];
}

function told({ step, operation, attempt, participant, method, path, body, answer, note }: RecordedCall): string {
  // All attempts of an operation say the same.
  const said = attempt === 1 ? ` ${json(body)}` : '';
  const heard = answer
    ? `${answer.status} ${answer.body === undefined ? '(not JSON)' : json(answer.body)}`
    : 'no answer';
  const remark = note === undefined ? '' : ` (${note})`;
  return `${step} ${operation} #${attempt}: ${method} ${participant}${path}${said} -> ${heard}${remark}`;
}

/** What a fact says that the calls around it don't. */
function linesOf(fact: Fact, { seq, by }: Entry): string[] {
  switch (fact.type) {
    case 'saga-started':
      return [`started with ${json(fact.input)}`];
    case 'step-skipped':
      return [`${fact.step} is skipped (${fact.because})`];
    case 'step-succeeded':
      return fact.attempt === undefined || by === 'callback' ? [`${fact.step} is done: ${json(fact.output)}`] : [];
    case 'step-compensated':
      return by === 'callback' || fact.because ? [`${fact.step} is undone`] : [];
    case 'attempt-failed':
      return fact.error.code === 'callback-timeout' ? [`${fact.step}: ${fact.error.message}`] : [];
    case 'step-rejected':
      return [`${fact.step} is rejected: ${fact.error.code} (${fact.error.message})`];
    case 'step-failed':
      return [`${fact.step} has failed: ${fact.error.code} (${fact.error.message})`];
    case 'step-in-doubt':
      return [`${fact.step} is in doubt: ${fact.error.code} (${fact.error.message})`];
    case 'step-stuck':
      return [`${fact.step} is stuck: ${fact.error.code} (${fact.error.message})`];
    case 'signal-received':
      return [`signal ${fact.signal}: ${json(fact.payload)}`];
    case 'child-requested':
      return [`${fact.step} starts the child saga ${fact.definition}`];
    case 'turn-requested':
      return [`wants to turn back: ${fact.reason.code} (${fact.reason.message}); its pivot decides`];
    case 'turn-overtaken':
      return ['goes on: its pivot has succeeded'];
    case 'turned-back':
      return [`turns back: ${fact.reason.code} (${fact.reason.message})`];
    case 'deadline-passed':
      return ['its deadline has passed'];
    case 'saga-prepared':
    case 'saga-completed': {
      const word = fact.type === 'saga-prepared' ? 'done, and can still be undone' : 'completed';
      return [
        `${word}: ${json(fact.output)}${fact.outputError === undefined ? '' : ` (no output: ${fact.outputError})`}`,
      ];
    }
    case 'saga-compensated':
      return ['compensated'];
    case 'saga-taken-over':
      return [`taken over (entry ${seq})`];
    case 'saga-resolved':
      return [`is settled by hand: ${fact.outcome} (${fact.reason.message})`];
    case 'saga-paused':
      return ['is paused'];
    case 'saga-resumed':
      return ['is resumed'];
    case 'step-rebound':
      return [`${fact.step} has another ${fact.operation}`];
    case 'step-entered':
    case 'call-accepted':
    case 'call-parked':
    case 'call-released':
    case 'saga-set-aside':
    case 'order-taken':
    case 'retry-ordered':
    case 'saga-taken-up':
      return [];
  }
}

function json(value: Json): string {
  const text = JSON.stringify(value);
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}
