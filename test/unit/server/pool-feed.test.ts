/** One feed of pools for all who watch: views are made once, slow readers hold nobody up, nothing stale is told. */
import { describe, expect, it } from 'vitest';
import { type FeedReader, PoolFeed } from '../../../server/agents/pool-feed.ts';
import type { ReadModel } from '../../../server/read-model.ts';
import type { PoolView } from '../../../shared/views.ts';
import { aPool } from '../../support/a-state.ts';
import { FakeClock } from '../../support/fake-clock.ts';

interface Heard {
  readonly full: boolean;
  readonly pools: readonly PoolView[];
  readonly removedPoolIds: readonly string[];
}

class PaperReader implements FeedReader {
  readonly buffers: Buffer[] = [];
  isBehind = false;
  sendEncoded(data: Buffer): void {
    this.buffers.push(data);
  }
  isKeepingUp(): boolean {
    return !this.isBehind;
  }
  get heard(): Heard[] {
    return this.buffers.map((buffer) => JSON.parse(buffer.toString()));
  }
  /** `full:` or `changed:` and each pool with its revision. */
  get lines(): string[] {
    return this.heard.map(
      ({ full, pools, removedPoolIds }) =>
        `${full ? 'full' : 'changed'}: ${[
          ...pools.map(({ poolId, revision }) => `${poolId}@${revision}`),
          ...removedPoolIds.map((poolId) => `no ${poolId}`),
        ].join(' ')}`,
    );
  }
}

function aFeed(...names: string[]) {
  const clock = new FakeClock();
  const revisions = new Map(names.map((name) => [name, 1]));
  let computed = 0;
  const view = (poolId: string) => {
    const revision = revisions.get(poolId);
    if (revision === undefined) return null;
    computed += 1;
    return aPool({ poolId, revision });
  };
  const readModel: Pick<ReadModel, 'pool' | 'poolIds' | 'product' | 'products'> = {
    pool: view,
    poolIds: () => [...revisions.keys()],
    product: (productId) => ({ productId, name: productId, poolIds: [] }),
    products: () => [],
  };
  const feed = new PoolFeed(readModel as ReadModel, clock);
  const change = (poolId: string) => {
    revisions.set(poolId, (revisions.get(poolId) ?? 0) + 1);
    feed.changed([poolId], []);
  };
  const readers = (count: number) =>
    Array.from({ length: count }, () => {
      const reader = new PaperReader();
      feed.watch(reader);
      return reader;
    });
  return { clock, feed, change, readers, revisions, computed: () => computed };
}

describe('[P30, P31] the feed of pools', () => {
  it('makes each view once, however many watch, and sends the same bytes to all', () => {
    const { feed, change, readers, computed } = aFeed('cad', 'cam');

    const everybody = readers(1_000);
    expect(computed()).toBe(2);
    change('cad');

    expect(computed()).toBe(3);
    const sent = everybody.map(({ buffers }) => buffers[1]);
    expect(new Set(sent).size).toBe(1);
    expect(everybody[999]?.lines).toEqual(['full: cad@1 cam@1', 'changed: cad@2']);
    feed.stop();
  });

  it('collects changes for 50 ms, and tells of a pool that changed twice only the last view', () => {
    const { clock, change, readers } = aFeed('cad', 'cam');
    const [reader] = readers(1);

    change('cad');
    change('cad');
    change('cam');
    change('cad');
    clock.advance(49);
    expect(reader?.lines).toEqual(['full: cad@1 cam@1', 'changed: cad@2']);
    clock.advance(1);

    expect(reader?.lines.at(-1)).toBe('changed: cad@4 cam@2');
  });

  it('tells of large pools less often: one reader gets half a megabyte a second', () => {
    const { clock, change, readers } = aFeed(...Array.from({ length: 400 }, (_, index) => `pool-${index}`));
    const [reader] = readers(1);

    for (let at = 0; at < 10_000; at += 10) {
      for (let pool = 0; pool < 400; pool++) change(`pool-${pool}`);
      clock.advance(10);
    }

    const bytes = reader?.buffers.slice(1).reduce((sum, { length }) => sum + length, 0) ?? 0;
    const largest = Math.max(...(reader?.buffers.map(({ length }) => length) ?? []));
    expect(bytes).toBeGreaterThan(4_000_000);
    expect(bytes).toBeLessThan(5_000_000 + largest);
  });

  it('[P33] lets who is behind wait, and then tells how it stands, while the others go on', () => {
    const { clock, change, readers, revisions } = aFeed('cad', 'cam');
    const [slow, quick] = readers(2);
    if (slow) slow.isBehind = true;

    change('cad');
    clock.advance(60);
    change('cad');
    clock.advance(60);
    revisions.delete('cam');
    change('cam');
    revisions.delete('cam');
    clock.advance(60);
    expect(slow?.lines).toHaveLength(1);
    expect(quick?.lines.length).toBeGreaterThan(2);
    if (slow) slow.isBehind = false;
    clock.advance(50);

    expect(slow?.lines).toHaveLength(2);
    expect(slow?.lines[1]).toContain('cad@3');
  });

  it('tells of a pool that is gone', () => {
    const { feed, readers, revisions } = aFeed('cad', 'cam');
    const [reader] = readers(1);

    revisions.delete('cam');
    feed.changed(['cam'], []);

    expect(reader?.lines.at(-1)).toBe('changed: no cam');
  });

  it('makes one snapshot for all who begin to watch within two seconds, and tells each what changed since', () => {
    const { clock, change, readers, computed } = aFeed('cad', 'cam');
    const everybody = [];
    for (let round = 0; round < 10; round++) {
      everybody.push(...readers(10));
      change('cad');
      clock.advance(20);
    }

    clock.advance(100);

    expect(computed()).toBeLessThan(2 + 10);
    for (const { lines } of everybody) {
      expect(lines[0]).toContain('full');
      expect(lines.at(-1)).toContain('cad@11');
    }
  });

  it('gives a newcomer what is true now, also when silence changed it without an event', () => {
    const { clock, readers, revisions, change } = aFeed('cad');
    readers(1);
    change('cad');

    const [second] = readers(1);
    clock.advance(50);
    revisions.set('cad', 9);
    clock.advance(1_951);
    const [third] = readers(1);

    expect(second?.lines).toEqual(['full: cad@1', 'changed: cad@2']);
    expect(third?.lines).toEqual(['full: cad@9']);
  });

  it('does nothing for a server that nobody watches, and nothing after the end', () => {
    const { clock, feed, change, readers, computed } = aFeed('cad');
    change('cad');
    expect(computed()).toBe(0);
    const [reader] = readers(1);
    if (reader) feed.unwatch(reader);
    change('cad');
    const [other] = readers(1);
    change('cad');
    change('cad');

    feed.stop();
    clock.advance(1_000);

    expect(reader?.lines).toEqual(['full: cad@2']);
    expect(other?.lines).toEqual(['full: cad@3', 'changed: cad@4']);
    expect(clock.pendingTimers).toBe(0);
  });
});
