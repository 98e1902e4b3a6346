/** Hours of a week across clock changes, and what a pool does with them: rule L130. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWithinHours, nextChangeOfHours } from '../../../server/ledger/hours.ts';
import type { WeekHours } from '../../../shared/domain.ts';
import { denialOf, divided, groups, share } from '../../support/a-division.ts';
import { aLedger } from '../../support/a-ledger.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const SUNDAY = 7;
const at = (iso: string) => Date.parse(iso);

function hours(timeZone: string, ...spans: readonly (readonly [number, number, number])[]): WeekHours {
  return {
    timeZone,
    spans: spans.map(([weekday, from, to]) => ({ weekday, fromMinute: from * 60, toMinute: to * 60 })),
  };
}

/** The instants at which the hours change within a span of time, as ISO texts. */
function changes(week: WeekHours, fromIso: string, toIso: string): string[] {
  const found: string[] = [];
  for (let next = nextChangeOfHours(week, at(fromIso)); next !== null && next < at(toIso); ) {
    found.push(new Date(next).toISOString());
    next = nextChangeOfHours(week, next);
  }
  return found;
}

describe('hours of a week', () => {
  const office = hours('Europe/Berlin', [1, 8, 18], [5, 8, 18]);

  it('[L130] begin with their first minute and end before their last, on their weekdays', () => {
    const monday = (time: string) => isWithinHours(office, at(`2026-07-06T${time}+02:00`));
    expect(['07:59:59', '08:00:00', '17:59:59', '18:00:00'].map(monday)).toEqual([false, true, true, false]);
    expect(isWithinHours(office, at('2026-07-07T12:00:00+02:00'))).toBe(false);
    expect(changes(office, '2026-07-06T00:00:00Z', '2026-07-13T00:00:00Z')).toEqual([
      '2026-07-06T06:00:00.000Z',
      '2026-07-06T16:00:00.000Z',
      '2026-07-10T06:00:00.000Z',
      '2026-07-10T16:00:00.000Z',
    ]);
  });

  it('[L130] move with the zone’s clock over the year', () => {
    expect(changes(office, '2026-03-27T00:00:00Z', '2026-03-31T00:00:00Z')).toEqual([
      '2026-03-27T07:00:00.000Z',
      '2026-03-27T17:00:00.000Z',
      '2026-03-30T06:00:00.000Z',
      '2026-03-30T16:00:00.000Z',
    ]);
  });

  it('[L130] lose the hour that a spring change leaves out', () => {
    const night = hours('Europe/Berlin', [SUNDAY, 1, 4]);
    expect(changes(night, '2026-03-28T12:00:00Z', '2026-03-29T12:00:00Z')).toEqual([
      '2026-03-29T00:00:00.000Z',
      '2026-03-29T02:00:00.000Z',
    ]);
    const inGap = hours('Europe/Berlin', [SUNDAY, 2, 3]);
    expect(changes(inGap, '2026-03-28T12:00:00Z', '2026-03-29T12:00:00Z')).toEqual([]);
    const half: WeekHours = {
      timeZone: 'Europe/Berlin',
      spans: [{ weekday: SUNDAY, fromMinute: 150, toMinute: 240 }],
    };
    expect(changes(half, '2026-03-28T12:00:00Z', '2026-03-29T12:00:00Z')).toEqual([
      '2026-03-29T01:00:00.000Z',
      '2026-03-29T02:00:00.000Z',
    ]);
  });

  it('[L130] have the hour twice that an autumn change repeats', () => {
    const night = hours('Europe/Berlin', [SUNDAY, 1, 4]);
    expect(changes(night, '2026-10-24T12:00:00Z', '2026-10-25T12:00:00Z')).toEqual([
      '2026-10-24T23:00:00.000Z',
      '2026-10-25T03:00:00.000Z',
    ]);
    const half: WeekHours = {
      timeZone: 'Europe/Berlin',
      spans: [{ weekday: SUNDAY, fromMinute: 60, toMinute: 150 }],
    };
    expect(changes(half, '2026-10-24T12:00:00Z', '2026-10-25T12:00:00Z')).toEqual([
      '2026-10-24T23:00:00.000Z',
      '2026-10-25T00:30:00.000Z',
      '2026-10-25T01:00:00.000Z',
      '2026-10-25T01:30:00.000Z',
    ]);
  });

  it('[L130] that fill the week never change', () => {
    const always = hours('Asia/Kolkata', ...[1, 2, 3, 4, 5, 6, 7].map((day) => [day, 0, 24] as const));
    expect(nextChangeOfHours(always, at('2026-07-06T00:00:00Z'))).toBeNull();
  });

  it('[L130] change exactly where looking at every quarter of an hour sees it, in any zone', () => {
    const zone = fc.constantFrom(
      'Europe/Berlin',
      'America/New_York',
      'Australia/Lord_Howe',
      'Asia/Kathmandu',
      'UTC',
    );
    const span = fc
      .record({
        weekday: fc.integer({ min: 1, max: 7 }),
        from: fc.nat(94),
        length: fc.integer({ min: 1, max: 95 }),
      })
      .map(({ weekday, from, length }) => ({
        weekday,
        fromMinute: from * 15,
        toMinute: Math.min(1440, (from + length) * 15),
      }));
    const week = fc.record({ timeZone: zone, spans: fc.array(span, { minLength: 1, maxLength: 3 }) });
    const start = fc.constantFrom(
      ...['2026-03-07', '2026-03-28', '2026-04-04', '2026-10-03', '2026-10-24', '2026-10-31', '2026-07-01'],
    );
    fc.assert(
      fc.property(week, start, (chosen, day) => {
        const fromMs = at(`${day}T00:00:00Z`);
        const next = nextChangeOfHours(chosen, fromMs) ?? Number.POSITIVE_INFINITY;
        const untilMs = Math.min(next, fromMs + 4 * DAY);
        for (let ms = fromMs; ms < untilMs; ms += HOUR / 4) {
          if (isWithinHours(chosen, ms) !== isWithinHours(chosen, fromMs))
            expect(new Date(ms)).toBe('unchanged');
        }
        if (next !== Number.POSITIVE_INFINITY) {
          expect(isWithinHours(chosen, next)).not.toBe(isWithinHours(chosen, next - 1));
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('working hours of a pool', () => {
  /** Sunday 29 March 2026 in Berlin, an hour before the clock is set from 2 to 3. */
  const startMs = at('2026-03-29T00:00:00Z');
  const workingHours = hours('Europe/Berlin', [SUNDAY, 3, 8]);

  it('[L130] outside of them shares and limits rest; both ends are recorded events at their instants', async () => {
    const t = await aLedger({ clock: new FakeClock({ wallMs: startMs }) });
    await groups(t, { id: 'team', members: ['tom'] });
    const shares = [share('team', { reservedUnits: 1, priorityClass: 1 })];
    await t.counted('cad', { capacity: 2, workingHours, ...divided({ shares, unitsPerUser: 1 }) });
    await t.start('1', { user: 'ann', workstation: 'a' });
    await t.start('2', { user: 'ann', workstation: 'b' });
    expect(t.holders()).toEqual(['ann', 'ann']);
    await t.queue('tom');
    expect([...t.state.tickets.values()].map(({ priorityClass }) => priorityClass)).toEqual([5]);

    await t.pass(HOUR, '1', '2');
    expect(t.holders()).toEqual(['ann', 'ann']);
    await t.end('2');
    expect(t.offered()).toEqual(['tom']);
    await t.start('tom');
    await t.end('tom');
    await t.start('3', { user: 'bob' });
    expect(denialOf(t, '3')?.reason).toBe('reserved');

    await t.pass(5 * HOUR, '1', '3');
    await t.start('4', { user: 'cy' });
    expect(t.holders()).toEqual(['ann', 'cy']);
    const recorded = (await t.ledger.events(0, 1000)).filter(({ event }) => event.kind === 'hours-changed');
    expect(recorded.map(({ atMs, event }) => [new Date(atMs).toISOString(), event])).toMatchObject([
      ['2026-03-29T00:00:00.000Z', { hours: 'working', isWithin: false }],
      ['2026-03-29T01:00:00.000Z', { hours: 'working', isWithin: true }],
      ['2026-03-29T06:00:00.000Z', { hours: 'working', isWithin: false }],
    ]);
  });

  it('[L130] that end while people wait serve those whom a share held off', async () => {
    const t = await aLedger({ clock: new FakeClock({ wallMs: at('2026-03-29T05:00:00Z') }) });
    await groups(t, { id: 'team', members: ['tom'] });
    await t.counted('cad', { workingHours, ...divided({ shares: [share('team', { reservedUnits: 1 })] }) });
    await t.queue('ann');
    expect(t.offered()).toEqual([]);

    await t.pass(HOUR + 1);
    expect(t.offered()).toEqual(['ann']);
  });

  it('[L130] are looked up anew after the clock was set, and a command that is not due is refused', async () => {
    const t = await aLedger({ clock: new FakeClock({ wallMs: startMs }) });
    await t.counted('cad', { workingHours });
    const change = { kind: 'change-hours', poolId: 'cad', hours: 'working' } as const;
    expect(await t.ask(change)).toMatchObject({ code: 'NOT_DUE' });
    expect(await t.ask({ ...change, hours: 'quiet' })).toMatchObject({ code: 'NOT_FOUND' });
    expect(t.state.pools.get('cad')?.isWorking).toBe(false);

    t.clock.jump(3 * HOUR);
    await t.pass(HOUR / 60);
    expect(t.state.pools.get('cad')?.isWorking).toBe(true);
    await t.pool('cad', { workingHours: null });
    expect(t.state.pools.get('cad')?.isWorking).toBe(true);
  });
});
