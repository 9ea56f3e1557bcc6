import { Inject, Injectable } from '@nestjs/common';
import { LOG, type Log } from '../../config/log.js';
import { readReport } from '../../engine/node-report.js';
import { ParticipantDirectory } from '../../engine/participant-directory.js';
import { Peers } from '../../engine/peers.js';
import { BreakerOrders, type BreakerOrder } from '../../store/breaker-orders.js';
import { Database } from '../../store/database.js';
import { Nodes } from '../../store/nodes.js';
import { DEFAULTS_ROW, Participants } from '../../store/participants.js';
import type { Act } from '../access/act.js';
import { invalid, Problem } from '../errors/problem.js';
import type { BoardDto, BoardItemDto, ProcessStateDto } from './board.dto.js';
import { mergedState } from './merged-state.js';
import { BREAKER_WORDS } from './order-breaker.dto.js';
import { instant, stateIn } from './participant-state.js';

/** The operators' board of participants: what its controller answers. */
@Injectable()
export class ParticipantsBoard {
  constructor(
    private readonly database: Database,
    private readonly participants: Participants,
    private readonly directory: ParticipantDirectory,
    private readonly nodes: Nodes,
    private readonly orders: BreakerOrders,
    private readonly peers: Peers,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /** All participants, by name, also those that nobody has called. */
  async show(): Promise<BoardDto> {
    const stored = await this.participants.changedSince(0);
    const names = stored.filter(({ name, spec }) => spec !== null && name !== DEFAULTS_ROW).map(({ name }) => name);
    return { items: await this.itemsOf(names.sort()) };
  }

  /** Puts a breaker under an order, or takes the order back; in force here when it answers, elsewhere within 2 s. */
  async order(participant: string, word: unknown, reason: string, { actor, requestId }: Act): Promise<BoardItemDto> {
    const state = BREAKER_WORDS.find((known) => known === word);
    if (!state) {
      const detail = `must be one of ${BREAKER_WORDS.join(', ')}`;
      throw invalid([{ pointer: '/state', detail }], 'invalid-breaker-state');
    }
    const audit = (before = 'auto') => ({
      ...{ actor, requestId, reason, action: 'breaker.set', target: participant },
      ...{ before: { state: before }, after: { state } },
    });
    const isKnown =
      participant !== DEFAULTS_ROW &&
      (state === 'auto'
        ? (await this.participants.get(participant)) !== null
        : (await this.orders.give({ participant, state, reason, by: actor }, audit)) !== null);
    if (!isKnown) {
      const detail = `there is no participant ${JSON.stringify(participant)}`;
      throw new Problem(404, 'unknown-participant', 'No such participant', detail);
    }
    if (state === 'auto') await this.orders.lift(participant, audit);
    this.log.info({ participant, state, reason, by: actor }, 'an operator gave an order about a breaker');
    await this.peers.refresh();
    const [item] = await this.itemsOf([participant]);
    return item!;
  }

  private async itemsOf(names: readonly string[]): Promise<BoardItemDto[]> {
    const [live, orders] = await Promise.all([this.nodes.live(), this.orders.all(), this.directory.refresh()]);
    const now = this.database.clock.now();
    const reports = live.flatMap(({ node, age, report }) => {
      const read = readReport(report);
      return read ? [{ node, at: now - age, ...read }] : [];
    });
    return names.map((name) => {
      const processes = reports.flatMap(({ node, at, role, version, startedAt, participants }): ProcessStateDto[] => {
        const snapshot = Object.hasOwn(participants, name) ? participants[name] : undefined;
        if (!snapshot) return [];
        const about = { node, role, version, startedAt: instant(startedAt), seenAt: instant(at) };
        return [{ ...about, ...stateIn({ at, snapshot }) }];
      });
      const order = orders.find(({ participant }) => participant === name);
      return { name, ...mergedState(processes, this.directory.find(name), order), order: viewOf(order), processes };
    });
  }
}

function viewOf(order: BreakerOrder | undefined): BoardItemDto['order'] {
  return order ? { state: order.state, by: order.by, at: instant(order.at), reason: order.reason } : null;
}
