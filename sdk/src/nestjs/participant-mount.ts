import type { Server } from 'node:http';
import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, HttpAdapterHost, MetadataScanner } from '@nestjs/core';
import { expressHandler, type ExpressHandler } from '../participant/adapters/express.js';
import type { FastifyPlugin } from '../participant/adapters/fastify.js';
import type { Call } from '../participant/call.js';
import type { Handler } from '../participant/handler.js';
import { Participant } from '../participant/participant.js';
import { dutiesOf, type Duty } from './decorators.js';
import type { SkaldParticipantModuleOptions } from './module-options.js';

/** Provider token of a module's options. */
export const MODULE_OPTIONS = Symbol('Skald participant module options');

type Handle = Handler<unknown, unknown, unknown>;

/** Finds the handlers of one {@link SkaldParticipantModule}, and brings its calls to them. */
@Injectable()
export class ParticipantMount implements OnModuleInit {
  private readonly participant: Participant<unknown>;
  private readonly prefix: string;
  private mountedOn: unknown = null;

  constructor(
    @Inject(MODULE_OPTIONS) private readonly options: SkaldParticipantModuleOptions,
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(MetadataScanner) private readonly scanner: MetadataScanner,
  ) {
    this.participant = new Participant({ ...options, onError: options.onError ?? logFault });
    this.prefix = `/${options.path ?? ''}`.replace(/\/+/g, '/').replace(/\/$/, '');
    this.mountEarly();
  }

  onModuleInit(): void {
    this.checkNeighbours();
    this.registerHandlers();
    this.mountLate();
  }

  /** Providers are made before the application adds its body parsers; what is used now goes before them. */
  private mountEarly(): void {
    const { httpAdapter } = this.host;
    if (!isServing(httpAdapter) || httpAdapter.getType() === 'fastify') return;
    httpAdapter.use(expressHandler(this.participant, this.prefix));
    this.mountedOn = httpAdapter;
  }

  private mountLate(): void {
    const { httpAdapter } = this.host;
    if (!isServing(httpAdapter) || this.mountedOn === httpAdapter) return;
    if (httpAdapter.getType() === 'fastify') {
      const fastify = httpAdapter.getInstance<{
        register(plugin: FastifyPlugin, options: { prefix: string }): unknown;
      }>();
      fastify.register(this.participant.fastify(), { prefix: this.prefix });
    } else {
      // A testing module makes its providers before there is an application: its parsers are in place by now.
      goFirst(httpAdapter.getHttpServer() as Server, expressHandler(this.participant, this.prefix));
    }
    this.mountedOn = httpAdapter;
  }

  private registerHandlers(): void {
    const among = this.options.include ? { include: [...this.options.include] } : {};
    const seen = new Set<unknown>();
    for (const wrapper of [...this.discovery.getProviders(among), ...this.discovery.getControllers(among)]) {
      const instance: unknown = wrapper.instance;
      // An alias shows the same instance under another token.
      if (typeof instance !== 'object' || instance === null || seen.has(instance)) continue;
      seen.add(instance);
      const prototype = Object.getPrototypeOf(instance) as object | null;
      for (const name of this.scanner.getAllMethodNames(prototype)) {
        for (const duty of dutiesOf(prototype!, name)) {
          this.register(duty, instance as Record<string, Handle>, name, wrapper.isDependencyTreeStatic());
        }
      }
    }
  }

  private register(
    { operation, path, options }: Duty,
    instance: Record<string, Handle>,
    name: string,
    isSingleton: boolean,
  ): void {
    const method = `${instance.constructor.name}.${name}`;
    if (!isSingleton) {
      throw new TypeError(
        `${method} is the ${operation} ${path}, so its class must be a singleton, not made per request`,
      );
    }
    try {
      this.participant[operation](path, options, (call, tx) => instance[name]!(call, tx));
    } catch (error) {
      throw new TypeError(`${method}: ${(error as Error).message}`, { cause: error });
    }
  }

  private checkNeighbours(): void {
    for (const { instance } of this.discovery.getProviders()) {
      if (!(instance instanceof ParticipantMount) || instance === this) continue;
      const [outer, inner] = [this.prefix, instance.prefix];
      if (`${inner}/`.startsWith(`${outer}/`)) {
        throw new TypeError(
          `two SkaldParticipantModules serve '${outer}/' and '${inner}/': give each a path that is not below the other's`,
        );
      }
    }
  }
}

/** Not so in an application context without HTTP. */
function isServing(adapter: HttpAdapterHost['httpAdapter'] | undefined): adapter is HttpAdapterHost['httpAdapter'] {
  return typeof adapter?.getType === 'function';
}

/** Lets a handler see requests before whoever listens now. */
function goFirst(server: Server, handler: ExpressHandler): void {
  const others = server.listeners('request') as ((...request: unknown[]) => void)[];
  server.removeAllListeners('request');
  server.on('request', (request, response) =>
    handler(request, response, () => {
      for (const other of others) other.call(server, request, response);
    }),
  );
}

function logFault(error: unknown, call: Call | undefined): void {
  const message = `${call?.idempotencyKey ?? 'no call'} failed: ${String(error)}`;
  new Logger('SkaldParticipant').error(message, error instanceof Error ? error.stack : undefined);
}
