import type { Saga } from '@skald/sdk';
import type { Paint } from './paint.js';
import { sagaTree } from './saga-tree.js';
import { table } from './table.js';
import { age } from './times.js';

/** Sagas as rows. */
export function sagaRows(sagas: readonly Saga[], paint: Paint, now: number = Date.now()): string {
  return table(
    sagas,
    {
      id: ({ id }) => id,
      definition: ({ definition, version }) => `${definition} v${version}`,
      status: ({ status }) => status,
      paused: ({ paused }) => (paused ? 'yes' : ''),
      at: ({ stuck, steps }) => stuck?.step ?? steps.find(({ waitingFor }) => waitingFor)?.name,
      key: ({ businessKey }) => businessKey,
      age: ({ startedAt }) => age(startedAt, now),
    },
    paint,
  );
}

/** One saga, as a tree of its steps. */
export function oneSaga(saga: Saga, paint: Paint, columns?: number): string {
  return `${sagaTree(saga, paint, Date.now(), columns).join('\n')}\n`;
}
