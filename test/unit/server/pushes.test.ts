import { describe, expect, it } from 'vitest';
import { createCoalescer } from '../../../server/agents/coalescer.ts';
import { fitPool, MAXIMUM_ROWS, poolJson, poolTexts } from '../../../server/agents/pool-messages.ts';
import { type ServerMessage, serverMessageSchema } from '../../../shared/protocol.ts';
import type { PoolView } from '../../../shared/views.ts';
import { aPool } from '../../support/a-state.ts';
import { FakeClock } from '../../support/fake-clock.ts';

describe('[P31] coalescer', () => {
  function aCoalescer() {
    const clock = new FakeClock();
    const delivered: { atMs: number; changes: string[] }[] = [];
    const startMs = clock.monotonicMs();
    let isReady = true;
    const coalescer = createCoalescer<string>({
      clock,
      periodMs: 50,
      mayDeliver: () => isReady,
      deliver: (changes) => delivered.push({ atMs: clock.monotonicMs() - startMs, changes: [...changes] }),
    });
    return { clock, delivered, coalescer, setReady: (ready: boolean) => (isReady = ready) };
  }

  it('hands the first change on at once and collects the next for the rest of the period', () => {
    const { clock, delivered, coalescer } = aCoalescer();

    coalescer.add(['a']);
    clock.advance(10);
    coalescer.add(['b']);
    coalescer.add(['c', 'b']);
    clock.advance(100);
    coalescer.add(['d']);

    expect(delivered).toEqual([
      { atMs: 0, changes: ['a'] },
      { atMs: 50, changes: ['b', 'c'] },
      { atMs: 110, changes: ['d'] },
    ]);
  });

  it('waits for a reader that is behind and loses nothing', () => {
    const { clock, delivered, coalescer, setReady } = aCoalescer();
    setReady(false);
    coalescer.add(['a']);
    clock.advance(500);
    coalescer.add(['b']);
    expect(delivered).toEqual([]);

    setReady(true);
    clock.advance(50);

    expect(delivered.map(({ changes }) => changes)).toEqual([['a', 'b']]);
  });

  it('delivers nothing after it was stopped, and leaves no timer', () => {
    const { clock, delivered, coalescer } = aCoalescer();
    coalescer.add(['a']);
    coalescer.add(['b']);

    coalescer.stop();
    clock.advance(1_000);

    expect([delivered.length, clock.pendingTimers]).toEqual([1, 0]);
  });
});

describe('[P3] messages of pools', () => {
  type Told = Parameters<typeof poolTexts>[0];
  const messagesOf = (told: Told, roomBytes?: number) =>
    poolTexts(told, roomBytes).map(
      (text) => serverMessageSchema.parse(JSON.parse(text)) as Extract<ServerMessage, { type: 'pools' }>,
    );
  const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
  const crowded = (poolId: string, holders: number): PoolView => {
    return {
      ...aPool({ poolId }),
      holders: Array.from({ length: holders }, (_, index) => ({
        sessionId: `${poolId}-${index}`,
        leaseId: null,
        seat: 'overage' as const,
        userId: 'u',
        userName: 'Ünal Özdemir',
        workstationId: 'w',
        workstationName: 'cad',
        productId: 'p',
        productName: 'Product',
        units: 0,
        sinceMs: 1,
        activity: null,
        simulated: false,
        borrowed: false,
        contact: null,
        warnedUntilMs: null,
      })),
    };
  };

  it('stay below the limit, lose no pool, and only the first is full', () => {
    const pools = Array.from({ length: 30 }, (_, index) => crowded(`pool-${index}`, 10));

    const told = { full: true, removedPoolIds: ['gone'], products: [] };
    const messages = messagesOf({ ...told, pools: pools.map((pool) => poolJson(pool)) }, 10_000);

    expect(messages.length).toBeGreaterThan(3);
    for (const message of messages) expect(bytes(message)).toBeLessThan(10_000 + 200);
    expect(messages.map(({ full }) => full)).toEqual([true, ...Array(messages.length - 1).fill(false)]);
    expect(messages.flatMap((message) => message.pools.map(({ poolId }) => poolId))).toEqual(
      pools.map(({ poolId }) => poolId),
    );
    expect(messages.flatMap(({ removedPoolIds }) => removedPoolIds)).toEqual(['gone']);
  });

  it('are one message, even when there is nothing to tell', () => {
    expect(messagesOf({ full: true, pools: [], removedPoolIds: [], products: [] })).toEqual([
      { type: 'pools', full: true, pools: [], removedPoolIds: [], products: [] },
    ]);
  });

  it('show the first rows of a pool that is too large for any, and all of its numbers', () => {
    const pool = crowded('huge', 1_000);

    const fitted = fitPool(pool, 20_000);
    expect(fitPool(pool).holders).toEqual(pool.holders.slice(0, MAXIMUM_ROWS));
    expect(fitted.leftOut).toEqual({ holders: 1_000 - fitted.holders.length, queue: 0 });
    expect(fitPool(crowded('full', MAXIMUM_ROWS)).leftOut).toBeUndefined();
    expect(JSON.parse(poolJson(pool, 20_000))).toEqual(fitted);

    expect(bytes(fitted)).toBeLessThanOrEqual(20_000);
    expect(fitted.holders.length).toBeGreaterThan(20);
    expect(fitted.holders).toEqual(pool.holders.slice(0, fitted.holders.length));
    expect(fitted.seats).toEqual(pool.seats);
  });
});
