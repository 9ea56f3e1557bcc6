import { createServer } from 'node:http';
import express from 'express';
import { fastify } from 'fastify';
import type { Type } from 'arktype';
import * as v from 'valibot';
import { z } from 'zod';
import type { Barrier } from '../../barrier/barrier.js';
import { participant } from '../participant.js';

interface Tx {
  query(text: string): Promise<readonly unknown[]>;
}
declare const barrier: Barrier<Tx>;
declare const arktype: Type<{ cents: number }>;

/** Never run: what counts is that it compiles, and that each marked line does not. */
export function theTypesFit(): void {
  const open = participant();
  const guarded = participant({ secret: process.env['SECRET'], barrier });

  createServer(open.node());
  express().use(open.express());
  express().use('/prefix', open.express());
  void fastify().register(open.fastify());
  void fastify({ logger: true }).register(open.fastify(), { prefix: '/prefix' });

  guarded
    .action<{ cents: number }, { id: string }>('/a', async (call, tx) => {
      await tx.query(`select ${call.body.cents}`);
      return { id: 'a' };
    })
    .compensation('/a', (_, tx) => tx.query('select 1'));
  open.action('/a', (call, tx) => {
    // @ts-expect-error: without a barrier there is no transaction
    void tx.query('select 1');
    // @ts-expect-error: what isn't known of the body can't be used
    return call.body.cents;
  });
  // @ts-expect-error: the output is promised
  guarded.action<{ cents: number }, { id: string }>('/b', () => ({ id: 1 }));

  const number = (value: number): number => value;
  open.action('/zod', { body: z.object({ cents: z.string().transform(Number) }) }, ({ body }) => number(body.cents));
  open.action('/valibot', { body: v.object({ cents: v.number() }) }, ({ body }) => number(body.cents));
  open.action('/arktype', { body: arktype }, ({ body }) => number(body.cents));
  // @ts-expect-error: the schema says what there is
  open.action('/wrong', { body: z.object({ cents: z.number() }) }, ({ body }) => body.euros);
  // @ts-expect-error: a transaction comes with a barrier
  participant<Tx>({});
}

it('compiles', () => expect(theTypesFit).toBeInstanceOf(Function));
