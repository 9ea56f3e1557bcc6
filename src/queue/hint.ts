/**
 * Word that some sagas may have something to do. Never more than a hint: it may come twice, late, out of order or not
 * at all, and whoever takes it looks at the journal before doing anything.
 */
export interface WakeHint {
  readonly ids: readonly string[];
  /** When the sagas had (or will have) something to do: epoch ms by the estimate of the database's clock. */
  readonly wokenAt: number;
  /** The process that gave it; absent if that did not tell. */
  readonly by?: string;
  /** The sagas were asleep when it was given, and a sweep may have woken them since: whoever takes it has to claim them. */
  readonly isDue?: boolean;
  /** A worker that is gone had it in its hands before, and may have acted on it. */
  readonly isRepeat?: boolean;
}

/** A hint on its way into one shard of the queue. */
export interface Parcel {
  readonly shard: number;
  readonly hint: WakeHint;
  /** Ms from now until it may be taken; 0: at once. */
  readonly delay: number;
}

/**
 * Puts ids into as few hints as possible.
 *
 * @param cap most ids in one hint. One hint is taken by one process, so a cap keeps a burst from landing on one of many.
 */
export function pack(ids: Iterable<string>, wokenAt: number, delay: number, shards: number, cap: number): Parcel[] {
  const perShard = new Map<number, string[]>();
  for (const id of ids) {
    const shard = shardOf(id, shards);
    const known = perShard.get(shard);
    if (known) known.push(id);
    else perShard.set(shard, [id]);
  }
  const parcels: Parcel[] = [];
  for (const [shard, all] of perShard) {
    for (let i = 0; i < all.length; i += cap) {
      parcels.push({ shard, delay, hint: { ids: all.slice(i, i + cap), wokenAt } });
    }
  }
  return parcels;
}

/** The shard of a saga: the same in every process and release that runs with the same number of shards (FNV-1a). */
export function shardOf(id: string, shards: number): number {
  if (shards === 1) return 0;
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % shards;
}
