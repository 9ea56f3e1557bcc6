import { Module, type DynamicModule } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import type { SkaldParticipantModuleAsyncOptions, SkaldParticipantModuleOptions } from './module-options.js';
import { MODULE_OPTIONS, ParticipantMount } from './participant-mount.js';

/**
 * Makes a Nest application a participant: serves the methods that are decorated with {@link SagaAction} and
 * {@link SagaCompensation}, on whichever platform.
 *
 * Skald's calls are answered before Nest's own pipeline: signatures are over raw bodies. So guards, pipes, interceptors,
 * filters and the global prefix don't apply to them, and nobody has to switch body parsers off.
 *
 * The boot fails if two methods carry out one operation, if a handler's provider is not a singleton, or if two of these
 * modules share a path.
 * @example
 * \@Module({
 *   imports: [
 *     TypeOrmModule.forRoot(database),
 *     SkaldParticipantModule.forRootAsync({
 *       inject: [DataSource],
 *       useFactory: (source: DataSource) => ({
 *         secret: process.env.BANK_SECRET,
 *         barrier: typeormBarrier(source),
 *       }),
 *     }),
 *   ],
 *   providers: [Accounts],
 * })
 * export class BankModule {}
 */
@Module({})
export class SkaldParticipantModule {
  /**
   * With options that are known by now.
   * @example
   * SkaldParticipantModule.forRoot({ secret: process.env.MAIL_SECRET });
   */
  static forRoot<Tx>(options: SkaldParticipantModuleOptions<Tx> = {}): DynamicModule {
    return SkaldParticipantModule.forRootAsync({ useFactory: () => options });
  }

  /**
   * With options that are made from other providers.
   * @example
   * SkaldParticipantModule.forRootAsync({
   *   inject: [DataSource],
   *   useFactory: (source: DataSource) => ({ barrier: typeormBarrier(source) }),
   * });
   */
  static forRootAsync<Tx>(options: SkaldParticipantModuleAsyncOptions<Tx>): DynamicModule {
    const { imports = [], inject = [], useFactory } = options;
    return {
      module: SkaldParticipantModule,
      imports: [DiscoveryModule, ...imports],
      providers: [{ provide: MODULE_OPTIONS, inject, useFactory }, ParticipantMount],
    };
  }
}
