/** What the breaker has seen within its window. */
export class BreakerWindowDto {
  calls: number;
  failures: number;
  slow: number;
  /** Its length in ms. */
  ms: number;
}

export class BreakerDto {
  state: 'closed' | 'open' | 'half-open' | 'forced-open' | 'forced-closed';
  /** `null`: no process has called the participant lately. */
  since: string | null;
  window: BreakerWindowDto;
}

/** What an operator has ordered of a breaker. */
export class BreakerOrderDto {
  state: 'forced-open' | 'forced-closed';
  by: string;
  at: string;
  reason: string;
}

/** The rate limit, or shaping: permits in time. */
export class PacingDto {
  ratePerSecond: number;
  capacity: number;
  /** Whether all processes draw from one schedule; false: at least one has only its share of the rate. */
  shared: boolean;
  /** Permits in the hands of processes. */
  stocked: number;
  /** How far the schedule is booked, in ms. */
  waitMs: number;
}

export class BulkheadDto {
  mode: 'fixed' | 'adaptive';
  /** Places; each process has its own. */
  limit: number;
  inFlight: number;
  waiting: number;
}

export class RetryBudgetDto {
  /** Retries that could go out now. */
  available: number;
  ratio: number;
  minPerSecond: number;
}

export class EndpointStateDto {
  url: string;
  inFlight: number;
  /** Mean of late; `null`: not known. */
  latencyMs: number | null;
  /** `null`: it is not ejected. */
  ejectedUntil: string | null;
  healthy: boolean;
  /** Of the calls, by its weight as it is now, in per cent. */
  share: number;
  /** It came back lately and gets less than its share. */
  slowStart: boolean;
  /** Fewer than half of the endpoints are in, by weight, so all of them are used. */
  panic: boolean;
}

/** How a participant fares, in one process or in all of them. A policy that is switched off is `null`. */
export class ParticipantStateDto {
  breaker: BreakerDto;
  rateLimit: PacingDto | null;
  shaping: PacingDto | null;
  bulkhead: BulkheadDto | null;
  retryBudget: RetryBudgetDto | null;
  /** Whether its fallback answers for it. */
  degraded: boolean;
  /** Calls that have been sent and not ended. */
  inFlight: number;
  endpoints: EndpointStateDto[];
}

/** How a participant fares in one process. */
export class ProcessStateDto extends ParticipantStateDto {
  node: string;
  role: 'all' | 'worker';
  version: string;
  startedAt: string;
  /** When it told this. */
  seenAt: string;
}

/** How a participant fares, over all processes that have called it lately. */
export class BoardItemDto extends ParticipantStateDto {
  name: string;
  order: BreakerOrderDto | null;
  processes: ProcessStateDto[];
}

export class BoardDto {
  /** All participants, by name. */
  items: BoardItemDto[];
}
