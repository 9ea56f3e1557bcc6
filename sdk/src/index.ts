// Words that all parts share.
export type { Json } from './json.js';
export type { Duration } from './duration.js';
export type { RetryRule } from './retry-rule.js';
export type { StepStatus } from './step-status.js';
export {
  typed,
  type InferInput,
  type InferOutput,
  type SchemaIssue,
  type StandardSchema,
  type Validation,
} from './standard-schema.js';

// The client.
export { SkaldClient } from './client/client.js';
export type { Admin } from './client/admin.js';
export type { Attempt } from './client/attempt.js';
export type { AuditEntry, AuditFilter, AuditVerdict } from './client/audit.js';
export type { Bulk } from './client/bulk.js';
export type {
  BulkForecast,
  BulkForecastGroup,
  BulkForecastRefusal,
  BulkItem,
  BulkOperation,
  BulkOrder,
  OrderVerb,
  Selection,
} from './client/bulk-operation.js';
export { callback, type CallbackOptions } from './client/callback.js';
export type { CallOptions, SkaldClientOptions } from './client/client-options.js';
export type { DefinitionRef, InputOf, OutputOf } from './client/definition-ref.js';
export type { Definitions } from './client/definitions.js';
export {
  ConnectionError,
  isConnectionError,
  isProblem,
  isSkaldError,
  ProblemError,
  SkaldError,
  type ConnectionTrouble,
  type FieldProblem,
  type Problem,
} from './client/errors.js';
export type { BodyReader, Fetch, FetchAnswer } from './client/fetch.js';
export type { Fact, JournalEntry } from './client/journal-entry.js';
export type { ApiKey, IssuedKey, Keys, NewKey, Role } from './client/keys.js';
export type { SagaOrderOptions } from './client/order-options.js';
export type { ListOptions } from './client/pages.js';
export type {
  CircuitBreaker,
  Degradation,
  DegradationCondition,
  Endpoint,
  LoadBalancing,
  ParticipantPolicy,
  Participant as StoredParticipant,
  ParticipantFallback,
} from './client/participant-policy.js';
export type {
  Breaker,
  BreakerState,
  EndpointState,
  Pacing,
  ParticipantState,
  PolicyState,
  ProcessState,
} from './client/participant-state.js';
export type { Participants } from './client/participants.js';
export {
  isSettled,
  type Consistency,
  type Saga,
  type SagaStatus,
  type StepView,
  type StuckAt,
  type WaitingFor,
} from './client/saga.js';
export type { SagaFilter } from './client/saga-filter.js';
export type { Rebinding, SagaOrders } from './client/saga-orders.js';
export type { Sagas } from './client/sagas.js';
export type { QueueState, Readiness, Stats } from './client/server-state.js';
export type { BatchItem, BatchResult, NotStarted, StartFields, StartOptions, Started } from './client/start-options.js';
export type { DefinitionWarning, StoredDefinition } from './client/stored-definition.js';
export type { StuckFilter, StuckGroup } from './client/stuck-groups.js';
export type { TraceContext, TraceSource } from './client/trace-context.js';
export type { WatchOptions } from './client/watch.js';
export type {
  IssuedWebhook,
  NewWebhook,
  Webhook,
  WebhookDelivery,
  WebhookFilter,
  WebhookTrial,
} from './client/webhook-subscription.js';
export type { Webhooks } from './client/webhooks.js';

// Definitions.
export { saga, type NewSaga } from './definition/saga.js';
export { definition, type BuiltSaga } from './definition/built-saga.js';
export type { DefinitionJson, HttpMethod, StepJson, StepKind, TargetJson } from './definition/definition-json.js';
export { expr, path, type Expression, type Operand } from './definition/expression.js';
export type { Mapped, MappedTo, Mapping, Resolved, Scope } from './definition/mapping.js';
export type { JsonSchema, SagaOptions } from './definition/plan.js';
export { DefinitionError, isDefinitionError, type Problem as DefinitionProblem } from './definition/problem.js';
export type { Ref } from './definition/reference.js';
export type { AnyBuilder, CompleteSaga, ForwardBuilder, SagaBuilder } from './definition/saga-builder.js';

export type {
  ActionOptions,
  ChildOptions,
  Condition,
  FallbackOption,
  FallbackOptions,
  LeaveOptions,
  OrderOptions,
  SagaType,
  SignalOptions,
  CallOptions as StepOptions,
  TargetOptions,
  UndoOptions,
  WaitOptions,
} from './definition/step-options.js';
export { validateInput } from './definition/validate-input.js';

// Participants.
export type { ExpressHandler } from './participant/adapters/express.js';
export type { FastifyContext, FastifyPlugin } from './participant/adapters/fastify.js';
export type { NodeListener } from './participant/adapters/node.js';
export type { Call, CompensationBody, Operation, OperationId } from './participant/call.js';
export type { Callback } from './participant/callback.js';
export type { Handler, HandlerOptions } from './participant/handler.js';
export {
  participant,
  type Participant,
  type ParticipantOptions,
  type ParticipantRequest,
} from './participant/participant.js';
export type { Reply } from './participant/reply.js';
export { Accepted, isAccepted, isLater, isRejected, Later, Rejected } from './participant/results.js';

// Barriers.
export type { Answer, Barrier, Guarded, Origin, Verdict } from './barrier/barrier.js';
export { drizzleBarrier } from './barrier/drizzle-barrier.js';
export { knexBarrier } from './barrier/knex-barrier.js';
export { memoryBarrier, type MemoryTransaction } from './barrier/memory-barrier.js';
export { pgBarrier } from './barrier/pg-barrier.js';
export type { Prune } from './barrier/prune.js';
export { redisBarrier, type RedisBarrier, type RedisBarrierOptions } from './barrier/redis-barrier.js';
export type { RedisClient, RedisMulti } from './barrier/redis-connections.js';
export type { RedisTransaction } from './barrier/redis-transaction.js';
export { BarrierError } from './barrier/barrier-error.js';
export { sqlBarrier, type SqlBarrier, type SqlBarrierOptions } from './barrier/sql-barrier.js';
export { typeormBarrier } from './barrier/typeorm-barrier.js';

// Starts in a transaction.
export type { SagaStarter } from './outbox/delivery.js';
export type { Delivered } from './outbox/hand.js';
export { drizzleOutbox } from './outbox/drizzle-outbox.js';
export { knexOutbox } from './outbox/knex-outbox.js';
export { OutboxError, type Outbox, type OutboxOptions } from './outbox/outbox.js';
export { pgOutbox } from './outbox/pg-outbox.js';
export type { Relay } from './outbox/relay.js';
export type { RelayOptions } from './outbox/relay-options.js';
export type { OutboxRow, RowFilter, StartProblem } from './outbox/row.js';
export { sqlOutbox } from './outbox/sql-outbox.js';
export { OUTBOX_TAG, type OutboxFields } from './outbox/start-values.js';
export { typeormOutbox } from './outbox/typeorm-outbox.js';

// Postgres, as whatever library shows it.
export type { DrizzleDatabase, DrizzleSql, DrizzleTransaction } from './sql/drizzle.js';
export type { Isolation } from './sql/isolation.js';
export type { KnexInstance, KnexTransaction } from './sql/knex.js';
export type { PgClient, PgPool, PgPoolClient } from './sql/pg.js';
export type { Row, SqlDatabase, SqlSession } from './sql/session.js';
export type { TypeOrmDataSource, TypeOrmManager } from './sql/typeorm.js';
