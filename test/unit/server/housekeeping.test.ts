/** What a server does by the hour so that nothing grows with history: rules L178 and L180. */
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { makeServerConfig } from '../../../server/config.ts';
import { createHousekeeping, type HousekeepingParts } from '../../../server/housekeeping.ts';
import { retentionOf } from '../../../server/retention.ts';
import type { AgentRow } from '../../../server/stores/records.ts';
import { DAY, HOUR, MINUTE } from '../../../shared/time.ts';
import { aLedger, type TestLedger } from '../../support/a-ledger.ts';

const log = pino({ level: 'silent' });
const ONE_DAY = { retention: retentionOf({ silentMachineDays: 1 }) };

async function aHouse(
  t: TestLedger,
  contacts: Record<string, number>,
  over: Partial<HousekeepingParts> = {},
) {
  const agents = Object.entries(contacts).map(([name, lastContactMs]) => ({
    ...{ workstationId: `pc-of-${name}`, userId: name, lastContactMs },
    ...{ loginSessionId: null, agentVersion: null, sensors: null },
  }));
  let ids = 0;
  return createHousekeeping({
    ledger: t.ledger,
    records: {
      agents: { all: async () => agents as unknown as AgentRow[] },
    } as unknown as HousekeepingParts['records'],
    store: undefined,
    clock: t.clock,
    newId: () => `house-${++ids}`,
    log,
    retention: retentionOf({}),
    everyMs: HOUR,
    ...over,
  });
}

describe('machines that never return', () => {
  it('[L180] lose their sessions after the days that were set, `unseen`, at the time when they were last heard', async () => {
    const t = await aLedger();
    await t.counted('cad', { capacity: 3, keepWhileAsleep: true });
    for (const name of ['ann', 'bob', 'cy']) await t.start(name);
    await t.queue('dee');
    const heardMs = t.clock.wallMs();
    const house = await aHouse(t, { ann: heardMs, bob: heardMs, cy: heardMs + 2 * HOUR }, ONE_DAY);

    await t.pass(DAY - HOUR, 'bob');
    await house.round();
    expect(t.holders()).toEqual(['ann', 'bob', 'cy']);
    await t.pass(2 * HOUR, 'bob');
    await house.round();

    expect(t.holders()).toEqual(['bob', 'cy']);
    const closed = (await t.recordedSince(0)).filter(({ kind }) => kind === 'session-closed');
    expect(closed).toMatchObject([{ sessionId: 'ann', reason: 'unseen', endedAtMs: heardMs }]);
    expect(t.waiting()).toEqual([]);
    await house.stop();
  });

  it('[L180] lose nothing to a wall clock that was a year off for a while', async () => {
    const t = await aLedger();
    await t.counted('cad', { capacity: 2, keepWhileAsleep: true });
    await t.start('ann');
    await t.start('bob');
    const house = await aHouse(t, { ann: t.clock.wallMs(), bob: t.clock.wallMs() });
    await t.pass(10 * MINUTE, 'bob');

    t.clock.jump(365 * DAY);
    await t.pass(20 * MINUTE, 'bob');
    await house.round();
    t.clock.jump(-365 * DAY);
    await t.pass(2 * HOUR, 'bob');
    await house.round();

    expect(t.holders()).toEqual(['ann', 'bob']);
    await house.stop();
  });

  it('[L180] return to a session that ended: the agent says what runs, and begins anew', async () => {
    const t = await aLedger();
    await t.counted('cad', { capacity: 1 });
    await t.start('ann');
    const house = await aHouse(t, { ann: t.clock.wallMs() }, ONE_DAY);
    await t.pass(DAY + HOUR);
    await house.round();
    expect(t.state.sessions.size).toBe(0);

    await t.start('ann-again', { user: 'ann' });

    expect(t.holders()).toEqual(['ann']);
    await house.stop();
  });
});

describe('keeping house', () => {
  it('[L178] goes portion by portion, by the hour, and survives a store that cannot', async () => {
    const t = await aLedger();
    const asked: number[] = [];
    const portions = [10_000, 3, 0, 'fails', 0] as const;
    const store = {
      archiveEvents: async (beforeMs: number) => {
        asked.push(t.clock.wallMs() - beforeMs);
        const portion = portions[asked.length - 1] ?? 0;
        if (portion === 'fails') throw new Error('disk full');
        return portion;
      },
      trim: async () => undefined,
    };
    const house = await aHouse(t, {}, { store });

    await t.clock.advanceAsync(MINUTE);
    expect(asked).toEqual([400 * DAY, 400 * DAY, 400 * DAY]);
    await t.clock.advanceAsync(HOUR);
    expect(asked).toHaveLength(4);
    await t.clock.advanceAsync(HOUR);
    expect(asked).toHaveLength(5);
    await house.stop();
    await t.ledger.close();

    expect(t.clock.pendingTimers).toBe(0);
  });

  it('[L178] [L180] keeps as long as the admin says, in the environment or the machine’s file', () => {
    const sources = { argv: [], findPlaces: () => ({}) as never, hostName: 'test' };
    const env = { USHER_AUDIT_RETENTION_DAYS: '30' };
    const config = makeServerConfig({ ...sources, env, machineFile: '{"silentMachineDays": 7}' });
    expect(config).toMatchObject({ value: { retention: { auditMs: 30 * DAY, silentMachineMs: 7 * DAY } } });
    const wrong = makeServerConfig({
      ...sources,
      env: { USHER_AUDIT_RETENTION_DAYS: '0' },
      machineFile: null,
    });
    expect(wrong).toMatchObject({ ok: false, code: 'BAD_OPTION' });
    expect(retentionOf({ auditRetentionDays: 30, silentMachineDays: 7 })).toMatchObject({
      auditMs: 30 * DAY,
      silentMachineMs: 7 * DAY,
    });
  });
});
