/** Repeats, outboxes, failed batches, replay: rules L80 to L84. */
import { describe, expect, it } from 'vitest';
import { NotDurableError } from '../../../server/ledger/commit-queue.ts';
import { headsFrom } from '../../../server/ledger/heads.ts';
import type { LedgerStore } from '../../../server/ledger/ports.ts';
import { imageOf } from '../../../server/ledger/snapshot.ts';
import { emptyDisk, openMemoryStore } from '../../../server/stores/memory/memory-store.ts';
import type { ServerStore } from '../../../server/stores/store.ts';
import { aLedger, type TestLedger } from '../../support/a-ledger.ts';

/** A store whose writes wait for a word, and fail when told. */
function aGatedStore() {
  const real = openMemoryStore(emptyDisk());
  const gates: { open(): void; break(): void }[] = [];
  const batches: number[] = [];
  const store: ServerStore = {
    ...real,
    append: async (units) => {
      batches.push(units.length);
      await new Promise<void>((resolve, reject) => {
        gates.push({ open: resolve, break: () => reject(new Error('disk full')) });
      });
      await real.append(units);
    },
  };
  return { store, gates, batches };
}

const settle = (t: TestLedger) => t.clock.advanceAsync(0);
const fact = (seq: number, sessionId: string) =>
  ({
    commandId: `fact-${seq}`,
    by: { kind: 'agent', userId: 'ann', workstationId: 'a' },
    outbox: { outboxId: 'box', seq },
    command: {
      kind: 'start-session',
      sessionId,
      userId: 'ann',
      workstationId: 'a',
      loginSessionId: 'x',
      processKey: sessionId,
      deviceKey: null,
      productId: 'cad',
      startedAtMs: 0,
      origin: 'application',
    },
  }) as const;

describe('a repeat', () => {
  it('[L80] changes nothing and gives the first answer, also of a refusal and after a restart', async () => {
    const disk = emptyDisk();
    const t = await aLedger({ store: openMemoryStore(disk) });
    await t.counted('cad');
    await t.start('ann');
    const queue = { kind: 'queue', userId: 'bob', productId: 'cad' } as const;
    const first = await t.ask(queue, 'bob-1');
    const refused = await t.ask({ kind: 'queue', userId: 'bob', productId: 'free' }, 'bob-2');
    await t.end('ann');
    await t.ledger.close();

    const again = await aLedger({ store: openMemoryStore(disk) });
    const before = again.state.eventNumber;
    await again.counted('free');
    const after = again.state.eventNumber;

    expect(await again.ask(queue, 'bob-1')).toEqual(first);
    expect(await again.ask({ kind: 'queue', userId: 'bob', productId: 'free' }, 'bob-2')).toEqual(refused);
    expect([after > before, again.state.eventNumber]).toEqual([true, after]);
    expect(await again.ledger.answerOf('bob-1')).toEqual(first);
    expect(await again.ledger.answerOf('never')).toBeNull();
  });

  it('[L80] waits for the first one to be durable', async () => {
    const { store, gates } = aGatedStore();
    const t = await aLedger({ store });
    const pool = t.pool('cad');
    await settle(t);
    const command = { kind: 'queue', userId: 'bob', productId: 'cad' } as const;
    const first = t.ask(command, 'same');
    const second = t.ask(command, 'same');
    let isSecondAnswered = false;
    void second.then(() => {
      isSecondAnswered = true;
    });

    gates[0]?.open();
    await pool;
    await settle(t);
    expect(isSecondAnswered).toBe(false);
    gates[1]?.open();

    expect(await second).toEqual(await first);
  });

  it('[L81] of a fact is known by its number, a hole is refused, and other facts move the mark', async () => {
    const t = await aLedger();
    await t.counted('cad');
    const note = { ...fact(2, ''), command: null };

    expect(await t.ledger.submit(fact(2, 'two'))).toMatchObject({ code: 'OUT_OF_ORDER' });
    await t.ledger.submit(fact(1, 'one'));
    await t.ledger.submit(note);
    const before = t.state.eventNumber;
    expect(await t.ledger.submit(fact(1, 'another'))).toMatchObject({ ok: true });

    expect([t.state.eventNumber, await t.ledger.acknowledgedSeq('box')]).toEqual([before, 2]);
    expect([...t.state.sessions.keys()]).toEqual(['one']);
  });

  it('[L81] the mark moves for a refused wish, and the wish keeps its answer', async () => {
    const t = await aLedger();
    const wish = {
      ...fact(1, ''),
      command: { kind: 'queue', userId: 'ann', productId: 'cad' },
    } as const;

    const first = await t.ledger.submit(wish);
    await t.counted('cad');

    expect(first).toMatchObject({ code: 'NOT_COUNTED' });
    expect(await t.ledger.submit(wish)).toEqual(first);
    expect(await t.ledger.submit({ ...wish, outbox: { outboxId: 'new-box', seq: 1 } })).toEqual(first);
    expect([await t.ledger.acknowledgedSeq('box'), await t.ledger.acknowledgedSeq('new-box')]).toEqual([
      1, 1,
    ]);
  });
});

describe('group commit', () => {
  it('[L82] decides on what is not durable yet, and publishes and answers only what is', async () => {
    const { store, gates, batches } = aGatedStore();
    const t = await aLedger({ store });
    const told: string[] = [];
    t.ledger.subscribe((notice) => {
      if (notice.kind === 'committed') told.push(...notice.events.map(({ event }) => event.kind));
    });
    const pool = t.pool('cad');
    await settle(t);
    const answers = [t.product('cad', [{ poolId: 'cad', units: 1 }]), t.start('ann'), t.start('bob')];
    await settle(t);

    expect([t.state.pools.size, told, batches]).toEqual([0, [], [1]]);
    gates[0]?.open();
    await pool;
    expect([t.state.pools.size, t.state.sessions.size]).toEqual([1, 0]);
    await settle(t);
    gates[1]?.open();

    expect((await Promise.all(answers)).map((answer) => answer.ok && answer.value.seat)).toEqual([
      null,
      'held',
      'overage',
    ]);
    expect([batches, t.holders()]).toEqual([[1, 3], ['ann']]);
    expect(told.slice(0, 3)).toEqual(['pool-configured', 'product-configured', 'session-opened']);
  });

  it('[L83] a failed batch refuses itself and all later ones, and the state is what the store has', async () => {
    const { store, gates } = aGatedStore();
    const t = await aLedger({ store });
    const notices: string[] = [];
    t.ledger.subscribe((notice) => notices.push(notice.kind));
    const ready = t.counted('cad');
    await settle(t);
    gates[0]?.open();
    await settle(t);
    gates[1]?.open();
    await ready;

    const lost = [t.start('ann')];
    await settle(t);
    lost.push(t.start('bob'), t.start('cy'));
    gates[2]?.break();
    const results = await Promise.allSettled(lost);
    await settle(t);

    expect(results.map((result) => result.status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(results[0]).toMatchObject({ reason: expect.any(NotDurableError) });
    expect([t.state.sessions.size, notices]).toEqual([0, ['committed', 'committed', 'reloaded']]);
    expect(t.problems).toHaveLength(1);
    const again = t.start('bob');
    await settle(t);
    gates[3]?.open();
    expect([await again, t.holders()]).toMatchObject([{ ok: true }, ['bob']]);
  });

  it('[L83] takes what the store kept although it said it failed, and a repeat gets the first answer', async () => {
    const real = openMemoryStore(emptyDisk());
    let isLying = false;
    const store: LedgerStore = {
      ...real,
      append: async (units) => {
        await real.append(units);
        if (isLying) throw new Error('the answer was lost');
      },
    };
    const t = await aLedger({ store });
    await t.counted('cad');
    isLying = true;
    const lastId = t.nextCommandId();
    await expect(t.ask({ kind: 'queue', userId: 'ann', productId: 'cad' }, lastId)).rejects.toThrow(
      NotDurableError,
    );
    isLying = false;

    const queue = { kind: 'queue', userId: 'ann', productId: 'cad' } as const;
    const before = t.state.eventNumber;
    expect(t.offered()).toEqual(['ann']);
    expect(await t.ask(queue, lastId)).toMatchObject({ ok: true });
    expect(t.state.eventNumber).toBe(before);
  });

  it('[L83] a fault in a decision throws the head away, and only that', async () => {
    const t = await aLedger();
    await t.counted('cad');
    const broken = { kind: 'configure-pool', poolId: 'cad', settings: null } as never;

    await expect(t.ask(broken)).rejects.toThrow(NotDurableError);

    await t.start('ann');
    expect(t.holders()).toEqual(['ann']);
    expect(t.problems).toHaveLength(1);
  });

  it('[L83] a disk that stays full is not tried without pause, and what was due is done when it has room', async () => {
    const real = openMemoryStore(emptyDisk());
    let isFull = false;
    let tries = 0;
    const store: LedgerStore = {
      ...real,
      append: async (units) => {
        if (isFull) tries += 1;
        if (isFull) throw new Error('disk full');
        await real.append(units);
      },
    };
    const t = await aLedger({ store });
    await t.counted('cad');
    await t.start('ann');
    await t.queue('bob');

    isFull = true;
    await t.pass(130_000);
    expect([t.holders(), tries > 3, tries < 25]).toEqual([['ann'], true, true]);
    isFull = false;
    await t.pass(2_000);

    expect([t.holders(), t.offered()]).toEqual([[], ['bob']]);
  });

  it('[L82] a listener that fails disturbs nobody', async () => {
    const t = await aLedger();
    const told: string[] = [];
    t.ledger.subscribe(() => {
      throw new Error('page gone');
    });
    const stop = t.ledger.subscribe((notice) => told.push(notice.kind));
    await t.pool('cad');
    stop();
    await t.pool('cad2');

    expect([told, t.problems.length]).toEqual([['committed'], 2]);
  });
});

describe('replay', () => {
  it('[L84] from the first event, and from any snapshot, gives the same state', async () => {
    const disk = emptyDisk();
    const t = await aLedger({ store: openMemoryStore(disk), snapshotEvery: 7 });
    await t.pool('tokens', { capacity: 3, agingAfterServed: 1 });
    await t.product('small', [{ poolId: 'tokens', units: 1 }]);
    await t.product('big', [{ poolId: 'tokens', units: 3 }]);
    for (const name of ['a', 'b', 'c', 'd']) await t.start(name, { product: 'small' });
    for (const name of ['e', 'f']) await t.queue(name, 'big');
    await t.queue('g', 'small');
    for (const name of ['a', 'b', 'c']) await t.end(name);
    await t.pass(400_000);
    const expected = JSON.stringify(imageOf(t.state));

    const loaded = await t.store.load();
    const all = await t.store.events(0, 100_000);

    expect(loaded.snapshot?.eventNumber).toBeGreaterThan(0);
    expect(JSON.stringify(imageOf(headsFrom(loaded).durable))).toBe(expected);
    expect(JSON.stringify(imageOf(headsFrom({ snapshot: null, events: all }).durable))).toBe(expected);
    expect(JSON.stringify(imageOf(headsFrom(await t.store.load()).head))).toBe(expected);
  });

  it('[L84] stops its timers when it is closed', async () => {
    const t = await aLedger();
    await t.counted('cad');
    await t.start('ann');

    await t.ledger.close();
    await t.ledger.close();

    expect(t.clock.pendingTimers).toBe(0);
    await expect(t.start('bob')).rejects.toThrow('closed');
  });
});
