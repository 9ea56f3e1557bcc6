import fc from 'fast-check';
import { pack, shardOf } from './hint.js';

describe('packing ids into hints', () => {
  const ids = fc.uniqueArray(fc.uuid({ version: 7 }), { maxLength: 300 });

  it('carries every id once, in as few hints as the cap and the shards allow', () => {
    fc.assert(
      fc.property(ids, fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 64 }), (all, shards, cap) => {
        const parcels = pack(all, 5, 7, shards, cap);
        expect(parcels.flatMap(({ hint }) => hint.ids).toSorted()).toEqual(all.toSorted());
        const inShard = (shard: number) => all.filter((id) => shardOf(id, shards) === shard).length;
        const fewest = Array.from({ length: shards }, (_, shard) => Math.ceil(inShard(shard) / cap));
        expect(parcels).toHaveLength(fewest.reduce((sum, part) => sum + part));
        for (const { shard, hint, delay } of parcels) {
          expect(hint.ids.length).toBeLessThanOrEqual(cap);
          expect(hint.ids.map((id) => shardOf(id, shards))).toEqual(hint.ids.map(() => shard));
          expect([hint.wokenAt, delay]).toEqual([5, 7]);
        }
      }),
    );
  });

  it('spreads ids that differ in their last characters only', () => {
    const shards = Array.from({ length: 4_000 }, (_, n) =>
      shardOf(`0192a3b4-0000-7000-8000-${n.toString(16).padStart(12, '0')}`, 4),
    );
    for (const shard of [0, 1, 2, 3]) expect(shards.filter((s) => s === shard).length).toBeGreaterThan(800);
  });
});
