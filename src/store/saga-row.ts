import type { SagaStatus } from '../saga/state.js';
import type { Attention } from './entry.js';

/** What a row of `skald.sagas` says. Times in epoch ms by the database's clock. */
export interface SagaRow {
  readonly id: string;
  readonly definition: string;
  readonly version: number;
  readonly status: SagaStatus;
  readonly paused: boolean;
  readonly parked: boolean;
  /** Of the last entry that changed the row; the journal may be ahead. */
  readonly seq: number;
  readonly due: number | null;
  readonly startedAt: number;
  readonly finishedAt: number | null;
  readonly businessKey: string | null;
  readonly concurrencyKey: string | null;
  readonly tags: { readonly [key: string]: string } | null;
  readonly parentId: string | null;
  readonly rootId: string;
  readonly recoveries: number;
  readonly attention: Attention | null;
}

/** Every column of `skald.sagas saga` that {@link SagaRow} shows, under the row's own names. */
export const SAGA_COLUMNS = `
  saga.id, saga.definition, saga.version, saga.status, saga.paused, saga.parked, saga.seq,
  (extract(epoch from saga.due_at) * 1000)::float8 as "due",
  (extract(epoch from saga.started_at) * 1000)::float8 as "startedAt",
  (extract(epoch from saga.finished_at) * 1000)::float8 as "finishedAt",
  saga.business_key as "businessKey", saga.concurrency_key as "concurrencyKey", saga.tags,
  saga.parent_id as "parentId", saga.root_id as "rootId", saga.recoveries, saga.attention`;

export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
