import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Engine } from '../../engine/engine.js';
import type { Entry } from '../../saga/facts.js';
import { invalidRequest } from '../body.pipe.js';
import { redactedFacts } from '../../saga/redaction.js';
import { headerOf } from '../header.js';
import { sightOf, type Sight } from './sight.js';

/** How often a saga driven by another process is looked at, in ms. */
const POLL_INTERVAL = 500;
/** A comment keeps proxies from closing a quiet stream. In ms. */
const HEARTBEAT = 15_000;

/** The journal of one saga, at once or as it grows. */
@Injectable()
export class SagaEvents {
  constructor(private readonly engine: Engine) {}

  async answer(id: string, after: string | undefined, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const isLive = /\btext\/event-stream\b/.test(request.headers.accept ?? '');
    const last = isLive ? (headerOf(request, 'last-event-id') ?? after) : after;
    const seq = readSeq(last);
    const read = this.readerFor(id, sightOf(request));
    if (isLive) await this.stream(id, seq, read, request, reply);
    else await reply.send({ items: (await read(seq)).entries.map(viewOfEntry), nextCursor: null });
  }

  /** Who must not see everything waits for the saga as it stands too: what it knows by then is hidden in what it said. */
  private readerFor(id: string, sight: Sight): (after: number) => ReturnType<Engine['entries']> {
    if (sight === 'whole') return (after) => this.engine.entries(id, after);
    return async (after) => {
      const { entries, hasEnded } = await this.engine.entries(id, after);
      if (entries.length === 0) return { entries, hasEnded };
      const { state } = await this.engine.find(id);
      return { hasEnded, entries: entries.map((entry) => ({ ...entry, facts: redactedFacts(state, entry.facts) })) };
    };
  }

  private async stream(
    id: string,
    after: number,
    read: ReturnType<SagaEvents['readerFor']>,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    let { entries, hasEnded } = await read(after);
    if (hasEnded && entries.length === 0) {
      await reply.status(204).send(); // tells an EventSource not to come back
      return;
    }
    const closed = new AbortController();
    request.raw.once('close', () => closed.abort());
    reply.hijack();
    const stream = reply.raw;
    stream.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    let seq = after;
    let heardAt = performance.now();
    for (;;) {
      for (const entry of entries) {
        stream.write(`id: ${entry.seq}\nevent: entry\ndata: ${JSON.stringify(viewOfEntry(entry))}\n\n`);
        seq = entry.seq;
        heardAt = performance.now();
      }
      if (hasEnded || closed.signal.aborted || this.engine.draining) break;
      if (performance.now() - heardAt > HEARTBEAT) {
        stream.write(': still here\n\n');
        heardAt = performance.now();
      }
      await this.engine.nextEntry(id, POLL_INTERVAL);
      // Postgres may be away for a while: the stream stays open and goes on when it is back.
      ({ entries, hasEnded } = await read(seq).catch(() => ({ entries: [], hasEnded: false })));
    }
    stream.end();
  }
}

function viewOfEntry({ seq, at, by, facts }: Entry): object {
  return { seq, at: new Date(at).toISOString(), by, facts };
}

function readSeq(text: string | undefined): number {
  if (text === undefined || text === '') return 0;
  if (!/^\d{1,9}$/.test(text)) throw invalidRequest([{ pointer: '/after', detail: 'must be the seq of an entry' }]);
  return Number(text);
}
