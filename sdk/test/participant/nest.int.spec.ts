import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Controller, Get, Injectable, Module, Post, Scope, type INestApplication, type Type } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService, HttpAdapterHost, MetadataScanner, NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { memoryBarrier, type MemoryTransaction } from '../../src/barrier/memory-barrier.js';
import { SagaAction, SagaCompensation, SkaldParticipantModule } from '../../src/nestjs/index.js';
import { ParticipantMount } from '../../src/nestjs/participant-mount.js';
import type { Call } from '../../src/participant/call.js';
import { Rejected } from '../../src/participant/results.js';
import { SECRET, signedCall, type CallPlan } from './signed-call.js';

@Injectable()
class Ledger {
  readonly entries: string[] = [];
}

/** A decorator that puts a function of its own in the method's place, as many do. */
function Traced(): MethodDecorator {
  return (_target, _name, descriptor: PropertyDescriptor) => {
    const method = descriptor.value as (...args: unknown[]) => unknown;
    descriptor.value = function traced(this: unknown, ...args: unknown[]) {
      return method.apply(this, args);
    };
  };
}

@Injectable()
class Transfers {
  constructor(private readonly ledger: Ledger) {}

  @SagaAction('transfers/debit')
  async debit(call: Call<{ cents: number }>, tx: MemoryTransaction): Promise<{ entries: number }> {
    this.ledger.entries.push(`debit ${call.body.cents}`);
    tx.onRollback(() => this.ledger.entries.pop());
    if (call.body.cents > 1_000) throw new Rejected('too much');
    return { entries: this.ledger.entries.length };
  }

  @Traced()
  @SagaCompensation('/transfers/debit')
  refund(_: Call): void {
    this.ledger.entries.push('refund');
  }

  @SagaAction('/wrapped')
  @Traced()
  wrapped(): number {
    return this.ledger.entries.length;
  }
}

@Injectable()
class SpecialTransfers extends Transfers {}

@Controller('orders')
class Orders {
  @Post()
  order(): string {
    return 'ordered';
  }

  @Get()
  orders(): string {
    return 'orders';
  }
}

class Settings {
  readonly secret = SECRET;
}

@Module({ providers: [Settings], exports: [Settings] })
class SettingsModule {}

const asynchronous = SkaldParticipantModule.forRootAsync({
  imports: [SettingsModule],
  inject: [Settings],
  useFactory: async ({ secret }: Settings) => ({ secret, barrier: memoryBarrier() }),
});

function moduleOf(imports: NonNullable<Parameters<typeof Module>[0]['imports']>, ...providers: readonly Type[]): Type {
  @Module({ imports, providers: [Ledger, ...providers], controllers: [Orders] })
  class App {}
  return App;
}

describe('a Nest application', () => {
  let app: INestApplication | undefined;
  afterEach(async () => {
    await app?.close();
    app = undefined;
  });

  const start = async (root: Type): Promise<(plan: CallPlan) => Promise<{ status: number; body: string }>> => {
    app = await NestFactory.create(root, new FastifyAdapter({ forceCloseConnections: true }), {
      logger: false,
      abortOnError: false,
    });
    app.setGlobalPrefix('api');
    await app.listen(0, '127.0.0.1');
    const origin = await app.getUrl();
    return async (plan) => {
      const { method, path, headers, body } = signedCall(plan);
      const answer = await fetch(origin + path, { method, headers, body: new Uint8Array(body) });
      return { status: answer.status, body: await answer.text() };
    };
  };
  const failing = async (root: Type): Promise<string> => {
    try {
      await start(root);
    } catch (error) {
      return (error as Error).message;
    }
    return 'it started';
  };

  it('carries sagas out in its providers, which are injected, and guards them by the barrier', async () => {
    const call = await start(moduleOf([asynchronous], Transfers));
    const saga = '0199a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b';
    const path = '/transfers/debit';
    for (let time = 0; time < 2; time++) {
      expect(await call({ saga, path })).toEqual({ status: 200, body: '{"entries":1}' });
    }
    expect(await call({ path, body: { cents: 2_000 } })).toMatchObject({ status: 409 });
    expect(await call({ saga, path, operation: 'compensation' })).toEqual({ status: 200, body: 'null' });
    expect(await call({ path: '/wrapped' })).toEqual({ status: 200, body: '2' });
    expect(await call({ path, secret: 'some-other-secret' })).toMatchObject({ status: 401 });
    expect(app!.get(Ledger).entries).toEqual(['debit 100', 'refund']);
  });

  it('goes on with its own controllers, under their global prefix', async () => {
    await start(moduleOf([asynchronous], Transfers));
    const origin = await app!.getUrl();
    const order = await fetch(`${origin}/api/orders`, { method: 'POST' });
    expect(await order.text()).toBe('ordered');
    const lost = await fetch(`${origin}/orders`, { method: 'POST' });
    expect(lost.status).toBe(404);
  });

  it('finds handlers of all its modules, inherited ones too, and boots without any', async () => {
    @Module({ providers: [SpecialTransfers, Ledger] })
    class Feature {}
    const call = await start(moduleOf([Feature, SkaldParticipantModule.forRoot({ secret: SECRET })]));
    expect(await call({ path: '/wrapped' })).toMatchObject({ status: 200 });
    await app!.close();
    const empty = await start(moduleOf([SkaldParticipantModule.forRoot()]));
    expect(await empty({ path: '/wrapped' })).toMatchObject({ status: 400 });
  });

  it('takes an alias for what it is', async () => {
    @Module({
      imports: [SkaldParticipantModule.forRoot()],
      providers: [Ledger, Transfers, { provide: 'alias', useExisting: Transfers }],
    })
    class App {}
    expect(await (await start(App))({ path: '/wrapped' })).toMatchObject({ status: 200 });
  });

  it('may be several participants, each with a path, a secret and handlers of its own', async () => {
    @Module({ providers: [Transfers, Ledger] })
    class Bank {}
    @Injectable()
    class Mails {
      @SagaAction('send')
      send(): string {
        return 'sent';
      }
    }
    @Module({ providers: [Mails] })
    class Post {}
    const call = await start(
      moduleOf([
        Bank,
        Post,
        SkaldParticipantModule.forRoot({ secret: SECRET, path: 'bank', include: [Bank] }),
        SkaldParticipantModule.forRoot({ secret: 'another-secret', path: '/post/', include: [Post] }),
      ]),
    );
    expect(await call({ path: '/bank/wrapped' })).toMatchObject({ status: 200 });
    expect(await call({ path: '/post/send', secret: 'another-secret' })).toMatchObject({ status: 200 });
    expect(await call({ path: '/post/send' })).toMatchObject({ status: 401 });
    expect(await call({ path: '/bank/send' })).toMatchObject({ status: 400 });
  });

  it('does not boot with two handlers for one operation, and says which', async () => {
    const root = moduleOf([SkaldParticipantModule.forRoot()], Transfers, SpecialTransfers);
    expect(await failing(root)).toBe('SpecialTransfers.debit: the action /transfers/debit has a handler already');
  });

  it('does not boot with a handler that is made per request', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class PerRequest {
      @SagaAction('late')
      late(): void {}
    }
    const root = moduleOf([SkaldParticipantModule.forRoot()], PerRequest);
    expect(await failing(root)).toBe(
      'PerRequest.late is the action /late, so its class must be a singleton, not made per request',
    );
  });

  it('does not boot with a secret that is not set, or two participants on one path', async () => {
    expect(await failing(moduleOf([SkaldParticipantModule.forRoot({ secret: undefined })]))).toContain(
      'is a variable not set?',
    );
    const same = [SkaldParticipantModule.forRoot({ path: 'a' }), SkaldParticipantModule.forRoot({ path: 'a/b' })];
    expect(await failing(moduleOf(same))).toMatch(/^two SkaldParticipantModules serve '\/a/);
  });

  it('is reached before body parsers that were there before its providers, as in a testing module', async () => {
    const context = await NestFactory.createApplicationContext(moduleOf([DiscoveryModule], Transfers), {
      logger: false,
      abortOnError: false,
    });
    const host = new HttpAdapterHost();
    const mount = new ParticipantMount(
      { path: 'late' },
      host,
      context.get(DiscoveryService),
      context.get(MetadataScanner),
    );
    const adapter = new ExpressAdapter();
    adapter.initHttpServer({ forceCloseConnections: true });
    adapter.registerParserMiddleware();
    adapter.use('/orders', (request: { body: unknown }, response: { json(body: unknown): void }) =>
      response.json(request.body),
    );
    host.httpAdapter = adapter;
    mount.onModuleInit();
    await once(adapter.listen(0, '127.0.0.1'), 'listening');
    try {
      const origin = `http://127.0.0.1:${(adapter.getHttpServer().address() as AddressInfo).port}`;
      const { method, headers, body } = signedCall();
      const answer = await fetch(`${origin}/late/wrapped`, { method, headers, body: new Uint8Array(body) });
      expect(answer.status).toBe(200);
      const init = { method, headers: { 'content-type': 'application/json' }, body: '{"a":1}' };
      expect(await (await fetch(`${origin}/orders`, init)).json()).toEqual({ a: 1 });
    } finally {
      await adapter.close();
      await context.close();
    }
  });

  it('is reached without the server that Nest made, as in a cloud function', async () => {
    const adapter = new ExpressAdapter();
    app = await NestFactory.create(moduleOf([asynchronous], Transfers), adapter, {
      logger: false,
      abortOnError: false,
    });
    await app.init();
    const server = createServer(adapter.getInstance<RequestListener>()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { method, path, headers, body } = signedCall({ path: '/wrapped' });
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const answer = await fetch(origin + path, { method, headers, body: new Uint8Array(body) });
    expect(answer.status).toBe(200);
    server.closeAllConnections();
    server.close();
  });

  it('needs no HTTP to boot', async () => {
    const context = await NestFactory.createApplicationContext(moduleOf([asynchronous], Transfers), {
      logger: false,
      abortOnError: false,
    });
    expect(context.get(Transfers)).toBeInstanceOf(Transfers);
    await context.close();
  });
});
