/** What a follower shows: the recorded events in order, each once, whatever way they came. docs/LEDGER.md "Several servers". */
import { describe, expect, it } from 'vitest';
import { Replica } from '../../../server/cluster/replica.ts';
import type { RecordedEvent } from '../../../server/ledger/events.ts';
import type { LedgerNotice } from '../../../server/ledger/ports.ts';
import { imageOf } from '../../../server/ledger/snapshot.ts';
import { emptyState } from '../../../server/ledger/state.ts';
import { emptyDisk, openMemoryStore } from '../../../server/stores/memory/memory-store.ts';
import { aLedger, type TestLedger } from '../../support/a-ledger.ts';
import { FakeClock } from '../../support/fake-clock.ts';

interface Follower {
  readonly replica: Replica;
  readonly told: LedgerNotice[];
  readonly problems: string[];
  readonly clock: FakeClock;
  /** true: the database cannot be read. */
  isAway: boolean;
  reads: number;
}

async function anOwner(): Promise<{ t: TestLedger; events: () => Promise<readonly RecordedEvent[]> }> {
  const store = openMemoryStore(emptyDisk());
  const t = await aLedger({ store });
  return { t, events: () => store.events(0, 100_000) };
}

function follow(t: TestLedger): Follower {
  const clock = new FakeClock();
  const told: LedgerNotice[] = [];
  const problems: string[] = [];
  const follower: Omit<Follower, 'replica'> = { told, problems, clock, isAway: false, reads: 0 };
  const store = {
    load: () => t.store.load(),
    events: async (after: number, limit: number) => {
      follower.reads += 1;
      if (follower.isAway) throw new Error('away');
      return t.store.events(after, limit);
    },
  };
  const replica = new Replica(emptyState(), {
    ...{ store, clock, pollEveryMs: 1_000 },
    tell: (notice) => told.push(notice),
    onProblem: (sentence) => problems.push(sentence),
  });
  return Object.assign(follower, { replica });
}

const numbersOf = (told: readonly LedgerNotice[]) =>
  told.flatMap((notice) =>
    notice.kind === 'committed' ? notice.events.map(({ eventNumber }) => eventNumber) : [-1],
  );

async function someHistory(t: TestLedger): Promise<void> {
  await t.counted('cad', { capacity: 2 });
  for (const name of ['ann', 'ben', 'cid', 'dan']) await t.start(name);
  await t.queue('cid');
  await t.queue('dan');
  await t.end('ann');
}

describe('a replica', () => {
  it('[L104] has the owner’s state at that event', async () => {
    const { t } = await anOwner();
    const { replica, clock } = follow(t);
    await someHistory(t);

    replica.wake();
    await clock.advanceAsync(0);

    expect(imageOf(replica.state())).toEqual(imageOf(t.state));
  });

  it('[L104] applies events in order, each once, however they arrive', async () => {
    const { t, events } = await anOwner();
    await someHistory(t);
    const all = await events();
    const { replica, told, clock } = follow(t);

    replica.offer(all.slice(0, 3));
    replica.offer(all.slice(1, 4)); // a part again
    replica.offer(all.slice(0, 2)); // all of it again
    expect(numbersOf(told)).toEqual([1, 2, 3, 4]);
    replica.offer(all.slice(6, 8)); // a hole: the database fills it
    expect(replica.state().eventNumber).toBe(4);
    await clock.advanceAsync(0);

    expect(numbersOf(told)).toEqual(all.map(({ eventNumber }) => eventNumber));
    expect(imageOf(replica.state())).toEqual(imageOf(t.state));
  });

  it('[L104] finds by its poll what nobody told, and goes on after the database was away', async () => {
    const { t } = await anOwner();
    const follower = follow(t);
    await someHistory(t);
    follower.isAway = true;
    await follower.clock.advanceAsync(5_000);
    expect(follower.replica.state().eventNumber).toBe(0);
    follower.isAway = false;
    await follower.clock.advanceAsync(1_000);

    expect(imageOf(follower.replica.state())).toEqual(imageOf(t.state));
    expect(follower.problems.length).toBeGreaterThan(0);
  });

  it('[L105] says when an event was reached, and lets nobody wait for ever when it stops', async () => {
    const { t } = await anOwner();
    const { replica, clock } = follow(t);
    await someHistory(t);
    let reached = 0;
    void replica.reached(3).then(() => reached++);
    void replica.reached(10_000).then(() => reached++);
    await clock.advanceAsync(0);
    expect(reached).toBe(1);
    replica.stop();
    await clock.advanceAsync(0);

    expect(reached).toBe(2);
    expect(clock.pendingTimers).toBe(0);
  });

  it('[L104] loads everything again after an event that it cannot apply', async () => {
    const { t, events } = await anOwner();
    await someHistory(t);
    const { replica, told, problems, clock } = follow(t);
    const [first, second] = await events();
    if (!first || !second) throw new Error('there are events');
    const nonsense = { ...second, event: { kind: 'of-the-future' } } as unknown as RecordedEvent;

    replica.offer([first, nonsense]);
    expect(problems).toHaveLength(1);
    await clock.advanceAsync(0);

    expect(told.at(-1)?.kind ?? 'none').toBe('reloaded');
    expect(imageOf(replica.state())).toEqual(imageOf(t.state));
  });
});
