export { SagaAction, SagaCompensation, type SagaHandlerDecorator } from './decorators.js';
export type { SkaldParticipantModuleAsyncOptions, SkaldParticipantModuleOptions } from './module-options.js';
export { SkaldParticipantModule } from './participant-module.js';
