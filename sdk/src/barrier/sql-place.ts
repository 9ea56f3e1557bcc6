import type { Json } from '../json.js';
import type { OperationId } from '../participant/call.js';
import type { SqlSession } from '../sql/session.js';
import { NO_ACTIVE_TRANSACTION, sqlStateOf } from '../sql/sql-state.js';
import { BARRED, NOTHING_TO_UNDO, type Answer, type Guarded, type Verdict } from './barrier.js';
import { BarrierError } from './barrier-error.js';
import type { Statements } from './statements.js';

/** The row of one operation, in one transaction. */
export class SqlPlace {
  constructor(
    private readonly session: SqlSession,
    private readonly statements: Statements,
    private readonly operation: OperationId,
  ) {}

  /** Takes the place; or gives the answer, if the work must not be done. */
  async take(): Promise<Guarded | null> {
    const { operation } = this.operation;
    const isBarred = operation === 'compensation' && (await this.insert(this.statements.bar));
    if (!(await this.insert(this.statements.claim, operation))) return this.storedAnswer();
    if (operation === 'action' || (!isBarred && (await this.actionTookEffect()))) return null;
    await this.store('nothing-to-undo', NOTHING_TO_UNDO);
    return { answer: NOTHING_TO_UNDO, origin: 'nothing-to-undo' };
  }

  /** Does the work, and stores its answer with its effects, or alone. */
  async fill(work: () => Promise<Verdict>): Promise<Guarded> {
    await this.session.query('savepoint skald_work');
    const { answer, effects } = await work();
    // Fails if the work has ended the transaction.
    await this.session
      .query(effects === 'undo' ? 'rollback to savepoint skald_work' : 'release savepoint skald_work')
      .catch((error: unknown) => {
        const state = sqlStateOf(error);
        if (state !== NO_ACTIVE_TRANSACTION && state !== NO_SUCH_SAVEPOINT) throw error;
        const message =
          'the handler has ended the transaction of the barrier: leave commit and rollback to the barrier';
        throw new BarrierError('transaction-ended', message, { cause: error });
      });
    await this.store(effects === 'undo' ? 'rejected' : 'done', answer);
    return { answer, origin: 'work' };
  }

  private async insert(statement: string, ...values: string[]): Promise<boolean> {
    const { sagaId, step } = this.operation;
    // Waits for a transaction that has inserted the same row, until it is known what becomes of it.
    const rows = await this.session.query(statement, [sagaId, step, ...values]);
    return rows.length === 1;
  }

  private async storedAnswer(): Promise<Guarded> {
    const { outcome, status, body } = await this.stored(this.operation.operation);
    if (outcome === null) {
      const message =
        'an earlier attempt of this operation has ended the transaction of the barrier: its answer is lost';
      throw new BarrierError('transaction-ended', message);
    }
    if (outcome === 'barred') return { answer: BARRED, origin: 'barred' };
    return { answer: { status: Number(status), body: JSON.parse(String(body)) as Json }, origin: 'repeat' };
  }

  private async actionTookEffect(): Promise<boolean> {
    return (await this.stored('action')).outcome === 'done';
  }

  private async stored(operation: string): Promise<{ outcome: unknown; status: unknown; body: unknown }> {
    const { sagaId, step } = this.operation;
    const [row] = await this.session.query(this.statements.read, [sagaId, step, operation]);
    return { outcome: row?.['outcome'] ?? null, status: row?.['status'], body: row?.['body'] };
  }

  private async store(outcome: 'done' | 'rejected' | 'nothing-to-undo', { status, body }: Answer): Promise<void> {
    const { sagaId, step, operation } = this.operation;
    const text = JSON.stringify(body);
    await this.session.query(this.statements.store, [sagaId, step, operation, outcome, status, text]);
  }
}

const NO_SUCH_SAVEPOINT = '3B001';
