import { arrayLiteral, quoted } from './array-literal.js';
import type { Database, Statement } from './database.js';

/** See `participants/policies/limits/schedule.ts`, which defines what a draw means. Times in ms. */
interface Want {
  readonly key: string;
  readonly want: number;
  readonly intervalMs: number;
  readonly burst: number;
  readonly horizonMs: number;
  readonly notBeforeMs: number;
}

interface Grant {
  readonly count: number;
  readonly firstInMs: number;
}

const DRAW: Statement = {
  name: 'draw-permits',
  text: `
    select granted as count, first_in as "firstInMs"
    from skald.draw_permits($1::text[], $2::int[], $3::float8[], $4::float8[], $5::float8[], $6::float8[])`,
};

/** Schedules that all processes share, in Postgres: for installations without Redis. Whoever draws bounds the wait. */
export class PostgresSchedules {
  constructor(private readonly database: Database) {}

  /**
   * One grant for each want. One statement, which locks the schedules in the order of their keys: two processes never
   * wait for each other. Rejects when Postgres is away.
   */
  readonly draw = async (wants: readonly Want[]): Promise<Grant[]> => {
    const order = wants.map((_, index) => index).sort((a, b) => compare(wants[a]?.key, wants[b]?.key) || a - b);
    const sorted = order.map((index) => wants[index] as Want);
    const rows = await this.database.query<Grant>(DRAW, [
      arrayLiteral(sorted, ({ key }) => quoted(key)),
      arrayLiteral(sorted, ({ want }) => want),
      arrayLiteral(sorted, ({ intervalMs }) => intervalMs),
      arrayLiteral(sorted, ({ burst }) => burst),
      arrayLiteral(sorted, ({ horizonMs }) => horizonMs),
      arrayLiteral(sorted, ({ notBeforeMs }) => notBeforeMs),
    ]);
    const grants: Grant[] = [];
    rows.forEach((row, place) => (grants[order[place] as number] = row));
    return grants;
  };
}

function compare(a = '', b = ''): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
