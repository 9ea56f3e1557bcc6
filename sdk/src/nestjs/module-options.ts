import type { FactoryProvider, ModuleMetadata, Type } from '@nestjs/common';
import type { Barrier } from '../barrier/barrier.js';
import type { ParticipantOptions } from '../participant/participant-options.js';

/**
 * How an application takes part in sagas.
 * @example
 * SkaldParticipantModule.forRoot({ path: 'bank', secret: process.env.BANK_SECRET, include: [BankModule] });
 */
export interface SkaldParticipantModuleOptions<Tx = unknown> extends ParticipantOptions {
  /** Guards the handlers' effects; its transaction is their second argument. Without one effects happen at least once. */
  readonly barrier?: Barrier<Tx>;
  /**
   * Comes before the paths of all handlers, and belongs to the participant's endpoint in Skald: with `path: 'payment'`
   * that is `http://host:3000/payment`. Default: none. A global prefix of the application does not count.
   */
  readonly path?: string;
  /** Modules whose handlers are meant. Default: all. For applications that are several participants, each with a `path`. */
  readonly include?: readonly Type[];
}

/**
 * The same, when they have to be made first.
 * @example
 * SkaldParticipantModule.forRootAsync({
 *   imports: [ConfigModule],
 *   inject: [ConfigService],
 *   useFactory: (config: ConfigService) => ({ secret: config.getOrThrow('BANK_SECRET') }),
 * });
 */
export interface SkaldParticipantModuleAsyncOptions<Tx = unknown> extends Pick<ModuleMetadata, 'imports'> {
  /** What the factory is given. */
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: FactoryProvider<SkaldParticipantModuleOptions<Tx>>['useFactory'];
}
