/** What lets ten thousand agents share one server: one wheel of timers, newcomers in slices, places told in rounds. */
import { describe, expect, it } from 'vitest';
import { CredentialDesk } from '../../../server/agents/credential-desk.ts';
import { PlaceTeller } from '../../../server/agents/place-teller.ts';
import { hashSecret } from '../../../server/agents/secrets.ts';
import { TimerWheel } from '../../../server/agents/timer-wheel.ts';
import { Turnstile } from '../../../server/agents/turnstile.ts';
import { emptyDisk, openMemoryStore } from '../../../server/stores/memory/memory-store.ts';
import type { CredentialRow, Records } from '../../../server/stores/records.ts';
import { FakeClock } from '../../support/fake-clock.ts';

describe('timer wheel', () => {
  function aWheel(tickMs = 100) {
    const clock = new FakeClock();
    const startMs = clock.monotonicMs();
    const turned: [string, number][] = [];
    const wheel = new TimerWheel(clock, tickMs);
    const thing = (name: string, onTurn = () => {}) => ({
      onTurn() {
        turned.push([name, clock.monotonicMs() - startMs]);
        onTurn();
      },
    });
    return { clock, turned, wheel, thing };
  }

  it('comes up never early and at most one tick late, each thing once', () => {
    const { clock, turned, wheel, thing } = aWheel();
    wheel.set(thing('a'), 250);
    wheel.set(thing('b'), 300);
    wheel.set(thing('c'), 1);

    clock.advance(10_000);

    expect(turned).toEqual([
      ['c', 100],
      ['a', 300],
      ['b', 300],
    ]);
  });

  it('holds one timer for any number of things, and none when nothing waits', () => {
    const { clock, turned, wheel, thing } = aWheel();
    const things = Array.from({ length: 1_000 }, (_, index) => thing(`thing-${index}`));
    for (const [index, one] of things.entries()) wheel.set(one, index * 10);
    expect(clock.pendingTimers).toBe(1);

    for (const one of things) wheel.clear(one);

    expect(clock.pendingTimers).toBe(0);
    clock.advance(60_000);
    expect(turned).toEqual([]);
  });

  it('moves what is set again, also from within its own turn, and is sooner for what comes sooner', () => {
    const { clock, turned, wheel, thing } = aWheel();
    let left = 3;
    const again = thing('again', () => {
      left -= 1;
      if (left > 0) wheel.set(again, 1_000);
    });
    const late = thing('late');
    wheel.set(late, 5_000);
    wheel.set(again, 1_000);
    wheel.set(late, 500);

    clock.advance(10_000);

    expect(turned).toEqual([
      ['late', 500],
      ['again', 1_000],
      ['again', 2_000],
      ['again', 3_000],
    ]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('skips what an earlier one of the same tick took away', () => {
    const { clock, turned, wheel, thing } = aWheel();
    const second = thing('second');
    wheel.set(
      thing('first', () => wheel.clear(second)),
      100,
    );
    wheel.set(second, 100);

    clock.advance(1_000);

    expect(turned.map(([name]) => name)).toEqual(['first']);
  });
});

describe('turnstile', () => {
  function aTurnstile() {
    const clock = new FakeClock();
    const turns: (() => void)[] = [];
    const done: number[] = [];
    const turnstile = new Turnstile(clock, (run) => turns.push(run));
    const enter = (name: number, tookMs: number) =>
      turnstile.enter(() => {
        done.push(name);
        clock.advance(tookMs);
      });
    const turn = () => {
      for (const run of turns.splice(0)) run();
      return [...done];
    };
    return { turnstile, enter, turn, done, turns };
  }

  it('lets in at once whoever comes to an empty hall', () => {
    const { enter, done } = aTurnstile();

    enter(1, 1);
    enter(2, 1);

    expect(done).toEqual([1, 2]);
  });

  it('lets a crowd in a slice at a time, in the order of coming, and everybody else has a turn in between', () => {
    const { enter, turn, done } = aTurnstile();

    for (let name = 1; name <= 9; name++) enter(name, 2);

    expect(done).toEqual([1, 2, 3]);
    expect(turn()).toEqual([1, 2, 3, 4, 5, 6]);
    enter(10, 2);
    expect(turn()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(turn()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('rests when nobody waits', () => {
    const { enter, turn, turns } = aTurnstile();
    enter(1, 0);

    turn();
    turn();

    expect(turns).toEqual([]);
  });
});

describe('[P29] places that moved', () => {
  function aTeller(people: Record<string, number>) {
    const clock = new FakeClock();
    const startMs = clock.monotonicMs();
    const told: { userId: string; atMs: number }[] = [];
    const teller = new PlaceTeller({
      clock,
      waitingIn: (poolId) =>
        Array.from({ length: people[poolId] ?? 0 }, (_, index) => `${poolId}-${index + 1}`),
      tell: (userId) => told.push({ userId, atMs: clock.monotonicMs() - startMs }),
    });
    return { clock, told, teller };
  }

  it('are told at once to a short queue, and together when they move again within 50 ms', () => {
    const { clock, told, teller } = aTeller({ cad: 2 });

    teller.moved(['cad']);
    clock.advance(10);
    teller.moved(['cad']);
    teller.moved(['cad']);
    clock.advance(1_000);

    expect(told).toEqual([
      { userId: 'cad-1', atMs: 0 },
      { userId: 'cad-2', atMs: 0 },
      { userId: 'cad-1', atMs: 50 },
      { userId: 'cad-2', atMs: 50 },
    ]);
  });

  it('are told to a long queue from its head on, in slices, however often it moves about a thousand people a second', () => {
    const { clock, told, teller } = aTeller({ cad: 700 });

    teller.moved(['cad']);
    expect(told).toHaveLength(100);
    for (let move = 0; move < 500; move++) {
      clock.advance(10);
      teller.moved(['cad']);
    }

    expect(told.slice(0, 700).map(({ userId }) => userId)).toEqual(
      Array.from({ length: 700 }, (_, index) => `cad-${index + 1}`),
    );
    expect(told.length).toBeGreaterThan(4_000);
    expect(told.length).toBeLessThanOrEqual(5_000 + 1_400);
  });

  it('leave no timer behind, and are forgotten after the end', () => {
    const { clock, told, teller } = aTeller({ cad: 500 });
    teller.moved(['cad']);
    teller.stop();
    const before = told.length;

    teller.moved(['cad']);
    clock.advance(10_000);

    expect([told.length, clock.pendingTimers]).toEqual([before, 0]);
  });
});

describe('credential desk', () => {
  const row = (name: string, revokedAtMs: number | null): CredentialRow => ({
    ...{ credentialId: name, hash: hashSecret(name), userId: 'u', workstationId: 'w', authority: 'unix' },
    ...{ accountId: '1', instanceId: 'i', createdAtMs: 1, revokedAtMs },
  });

  it('[P1] finds who comes together with few questions, and refuses the unknown and the revoked', async () => {
    const { records } = openMemoryStore(emptyDisk());
    const rows = Array.from({ length: 600 }, (_, index) => row(`secret-${index}`, index === 7 ? 5 : null));
    await records.write(rows.map((one) => ({ record: 'credential', op: 'put', row: one }) as const));
    let questions = 0;
    const byHashes: Records['credentials']['byHashes'] = (hashes) => {
      questions += 1;
      return records.credentials.byHashes(hashes);
    };
    const desk = new CredentialDesk({ ...records, credentials: { ...records.credentials, byHashes } });

    const secrets = [...rows.map(({ credentialId }) => credentialId), 'nobody'];
    const found = await Promise.all(secrets.map((secret) => desk.find(secret)));

    expect(found.map((one) => one?.credentialId ?? null)).toEqual([
      ...rows.map(({ credentialId, revokedAtMs }) => (revokedAtMs === null ? credentialId : null)),
      null,
    ]);
    expect(questions).toBeLessThanOrEqual(2);
  });

  it('tells everybody who asked when the store cannot answer', async () => {
    const { records } = openMemoryStore(emptyDisk());
    const byHashes = () => Promise.reject(new Error('disk gone'));
    const desk = new CredentialDesk({ ...records, credentials: { ...records.credentials, byHashes } });

    const answers = await Promise.allSettled([desk.find('a'), desk.find('b')]);

    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
