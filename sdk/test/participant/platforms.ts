import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory, type AbstractHttpAdapter } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import express from 'express';
import { fastify } from 'fastify';
import type { Barrier } from '../../src/barrier/barrier.js';
import { SagaAction, SagaCompensation, SkaldParticipantModule } from '../../src/nestjs/index.js';
import type { Call, Operation } from '../../src/participant/call.js';
import type { ParticipantOptions } from '../../src/participant/participant-options.js';
import { Participant } from '../../src/participant/participant.js';
import type { StandardSchema } from '../../src/standard-schema.js';

/** A handler, told apart from how it is registered. */
export interface Deed {
  readonly path: string;
  readonly operation: Operation;
  readonly schema?: StandardSchema;
  // Each spec knows its own barrier's transaction.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly handler: (call: Call<any>, tx: any) => unknown;
}

export type Options = ParticipantOptions & { readonly barrier?: Barrier<unknown> };

/** A real server with a participant in it, and with a page of its own at `/hello`. */
export interface Platform {
  /** Where the participant's paths begin. */
  readonly endpoint: string;
  /** Where the application's own begin. */
  readonly origin: string;
  readonly close: () => Promise<void>;
}

export type Start = (options: Options, deeds: readonly Deed[]) => Promise<Platform>;

/** Every way to serve a participant. */
export const PLATFORMS: Readonly<Record<string, Start>> = {
  'node:http': async (options, deeds) => {
    const listener = made(options, deeds).node();
    return listening((request, response) =>
      request.url === '/hello' ? response.end('hello') : listener(request, response),
    );
  },
  'Express 5': (options, deeds) => onExpress(options, deeds, ''),
  'Express 5, below a prefix': (options, deeds) => onExpress(options, deeds, '/below/here'),
  'Fastify 5': (options, deeds) => onFastify(options, deeds, ''),
  'Fastify 5, below a prefix': (options, deeds) => onFastify(options, deeds, '/below/here'),
  'Nest on Fastify': (options, deeds) =>
    onNest(() => new FastifyAdapter({ forceCloseConnections: true }), options, deeds, ''),
  'Nest on Fastify, below a prefix': (options, deeds) =>
    onNest(() => new FastifyAdapter({ forceCloseConnections: true }), options, deeds, '/below/here'),
  'Nest on Express': (options, deeds) => onNest(() => new ExpressAdapter(), options, deeds, ''),
  'Nest on Express, below a prefix': (options, deeds) =>
    onNest(() => new ExpressAdapter(), options, deeds, '/below/here'),
};

function made(options: Options, deeds: readonly Deed[]): Participant<unknown> {
  const participant = new Participant<unknown>(options);
  for (const { operation, path, schema, handler } of deeds) participant[operation](path, { body: schema }, handler);
  return participant;
}

async function onExpress(options: Options, deeds: readonly Deed[], prefix: string): Promise<Platform> {
  const app = express();
  app.use(prefix || '/', made(options, deeds).express());
  app.use(express.json());
  app.get('/hello', (_, response) => void response.send('hello'));
  return listening(app, prefix);
}

async function listening(listener: RequestListener, prefix = ''): Promise<Platform> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = async (): Promise<void> => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  return { origin, endpoint: origin + prefix, close };
}

async function onFastify(options: Options, deeds: readonly Deed[], prefix: string): Promise<Platform> {
  const app = fastify({ forceCloseConnections: true });
  app.get('/hello', async () => 'hello');
  await app.register(made(options, deeds).fastify(), { prefix });
  const origin = await app.listen({ host: '127.0.0.1', port: 0 });
  return { origin, endpoint: origin + prefix, close: () => app.close() };
}

async function onNest(
  adapter: () => AbstractHttpAdapter,
  options: Options,
  deeds: readonly Deed[],
  prefix: string,
): Promise<Platform> {
  const app = await NestFactory.create(moduleOf(options, deeds, prefix), adapter(), {
    logger: false,
    abortOnError: false,
    forceCloseConnections: true,
  });
  app.setGlobalPrefix('api');
  await app.listen(0, '127.0.0.1');
  const origin = await app.getUrl();
  return { origin, endpoint: origin + prefix, close: () => app.close() };
}

/** The deeds as methods of a provider that Nest injects and finds. */
function moduleOf(options: Options, deeds: readonly Deed[], path: string): object {
  @Injectable()
  class Deeds {}
  const prototype = Deeds.prototype as Record<string, Deed['handler']>;
  deeds.forEach(({ operation, path, schema, handler }, at) => {
    const name = `deed${at}`;
    prototype[name] = handler;
    const decorate = operation === 'action' ? SagaAction : SagaCompensation;
    decorate(path, { body: schema })(prototype, name, Object.getOwnPropertyDescriptor(prototype, name)!);
  });

  @Module({ imports: [SkaldParticipantModule.forRoot({ ...options, path })], providers: [Deeds] })
  class App {}
  return App;
}
