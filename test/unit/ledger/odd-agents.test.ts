/** Agents that do what no agent should: rule L182. The wire's half is in docs/PROTOCOL.md: P15, P16, P19, P23 to P26. */
import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../../shared/time.ts';
import { aLedger, type TestLedger } from '../../support/a-ledger.ts';

const leaseOf = (t: TestLedger) => [...t.state.leases.keys()][0] ?? '';

describe('an agent that renews for ever without a process', () => {
  it('[L182] holds its seat, since the server sees no processes, until the pool’s maximum age', async () => {
    const t = await aLedger();
    await t.counted('cad', { maximumLeaseAgeMs: DAY });
    await t.start('ann');
    await t.queue('bob');

    await t.pass(DAY - HOUR, 'ann');
    expect(t.holders()).toEqual(['ann']);
    await t.pass(HOUR + MINUTE, 'ann');

    expect([t.holders(), t.offered(), t.seat('ann')]).toEqual([[], ['bob'], 'overage']);
    await t.pass(20 * MINUTE, 'ann');
    expect(t.seat('ann')).toBe('overage');
  });

  it('[L182] gets nothing back by renewing after an admin took the seat', async () => {
    const t = await aLedger();
    await t.counted('cad');
    await t.start('ann');
    await t.queue('bob');
    const endLease = { kind: 'end-lease', leaseId: leaseOf(t), cause: 'admin', note: 'forgotten', warnMs: 0 };
    await t.ask(endLease as Parameters<TestLedger['ask']>[0]);

    await t.pass(4 * MINUTE, 'ann');

    expect([t.holders(), t.offered(), t.seat('ann')]).toEqual([[], ['bob'], 'overage']);
  });

  it('[L182] wakes no session that ended, and none of anybody else', async () => {
    const t = await aLedger();
    await t.counted('cad', { capacity: 2 });
    await t.start('ann');
    await t.start('bob');
    await t.end('ann');
    const before = t.state.eventNumber;

    t.ledger.renew(['ann', 'never-was', 'bob'], 'ann');
    await t.pass(30_000);

    expect([t.state.eventNumber, t.holders()]).toEqual([before, ['bob']]);
    expect(t.ledger.silentMs('bob')).toBe(30_000);
  });
});

describe('an agent whose clock is a year off', () => {
  it.each([-365 * DAY, 365 * DAY])(
    '[L20] [L182] (%i ms) comes neither before nor after anybody because of it',
    async (offMs) => {
      const t = await aLedger();
      await t.counted('cad');
      const startAt = (sessionId: string, startedAtMs: number) =>
        t.ask({
          ...{ kind: 'start-session', sessionId, userId: sessionId, workstationId: sessionId, startedAtMs },
          ...{
            loginSessionId: 'x',
            processKey: sessionId,
            deviceKey: null,
            productId: 'cad',
            origin: 'application',
          },
        } as Parameters<TestLedger['ask']>[0]);
      await startAt('ann', t.clock.wallMs());
      await startAt('bob', t.clock.wallMs() + offMs);
      await startAt('cy', t.clock.wallMs());
      for (const name of ['cy', 'bob', 'ann']) if (name !== 'ann') await t.queue(name);

      await t.end('ann');

      expect([t.holders(), t.waiting()]).toEqual([['cy'], ['bob']]);
    },
  );
});
