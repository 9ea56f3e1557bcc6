import type { Saga, StepView } from '@skald/sdk';
import { paintStatus, type Colour, type Paint } from './paint.js';
import { clipped, plain } from './plain.js';
import { span } from './times.js';

const MARKS: Readonly<Record<string, readonly [mark: string, colour: Colour]>> = {
  pending: ['○', 'grey'],
  running: ['●', 'blue'],
  waiting: ['◔', 'blue'],
  succeeded: ['✔', 'green'],
  failed: ['✘', 'red'],
  rejected: ['✘', 'red'],
  unknown: ['?', 'yellow'],
  skipped: ['–', 'grey'],
  compensating: ['↶', 'yellow'],
  compensated: ['↩', 'yellow'],
  stuck: ['■', 'red'],
};

/** A saga and its steps, as a tree of lines that fit into `width` characters. */
export function sagaTree(saga: Saga, paint: Paint, now: number, width = 120): string[] {
  const name = Math.max(0, ...saga.steps.map((step) => step.name.length));
  const lines = saga.steps.map((step, i) => {
    const branch = i === saga.steps.length - 1 ? '└─' : '├─';
    const [mark, colour] = MARKS[step.status] ?? ['·', 'grey'];
    const head = `${branch} ${mark} ${step.name.padEnd(name)}  ${step.status.padEnd(12)}  `;
    const told = clipped(plain(detailOf(step, now)), Math.max(0, width - head.length));
    return `${paint('grey', branch)} ${paint(colour, mark)} ${step.name.padEnd(name)}  ${paintStatus(paint, step.status)}${' '.repeat(Math.max(0, 12 - step.status.length))}  ${told}`.trimEnd();
  });
  return [headOf(saga, paint), ...lines, ...tail(saga, paint, width)];
}

function headOf(saga: Saga, paint: Paint): string {
  const key = saga.businessKey === null ? '' : `  ${plain(saga.businessKey)}`;
  const paused = saga.paused ? ` ${paint('yellow', '(paused)')}` : '';
  return `${paint('bold', saga.definition)} v${saga.version}  ${paintStatus(paint, saga.status)}${paused}  ${saga.id}${key}`;
}

function tail({ reason, stuck }: Saga, paint: Paint, width: number): string[] {
  const lines: string[] = [];
  if (reason) lines.push(paint('yellow', clipped(plain(`turned back: ${reason.code}: ${reason.message}`), width)));
  if (stuck) {
    const where = stuck.step === null ? '' : ` at ${stuck.step} (${stuck.operation ?? 'action'})`;
    lines.push(paint('red', clipped(plain(`stuck${where}: ${stuck.code}: ${stuck.message}`), width)));
  }
  return lines;
}

function detailOf(step: StepView, now: number): string {
  const { action, compensation } = step.attempts;
  const parts = [
    step.participant ?? (step.saga === undefined ? '' : `saga ${step.saga}`),
    action > 1 ? `${action} attempts` : '',
    compensation > 0 ? `undone in ${compensation}` : '',
    step.degraded ? `degraded (${step.degradedBy ?? 'fallback'})` : '',
    waiting(step, now),
    step.error && step.status !== 'succeeded' ? `${step.error.code}: ${step.error.message}` : '',
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

function waiting({ waitingFor }: StepView, now: number): string {
  if (!waitingFor) return '';
  const by = waitingFor.by === undefined ? '' : ` (${waitingFor.by})`;
  const until = waitingFor.until === null ? '' : ` in ${span(Date.parse(waitingFor.until) - now)}`;
  return `waits for ${waitingFor.what}${by}${until}`;
}
