/** Clocks that step, drift, smear, stand still, or belong to a server that slept: rules L53 and L181. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '../../../shared/time.ts';
import { aLedger, type TestLedger } from '../../support/a-ledger.ts';
import { checkHistory } from '../../support/ledger-history.ts';

/** Two seats taken, one person offered a seat elsewhere, three who wait in a known order. */
async function aBusyLedger(): Promise<TestLedger> {
  const t = await aLedger();
  await t.counted('cad', { capacity: 2, maximumLeaseAgeMs: 400 * DAY });
  await t.counted('cam', { capacity: 1 });
  await t.start('ann');
  await t.start('bob');
  for (const name of ['cy', 'dee', 'eve']) await t.queue(name);
  await t.queue('fay', 'cam');
  await t.pass(MINUTE, 'ann', 'bob');
  return t;
}

const picture = (t: TestLedger) => [t.holders(), t.waiting(), t.offered('cam')];
const PICTURE = [['ann', 'bob'], ['cy', 'dee', 'eve'], ['fay']];

describe('a wall clock', () => {
  it.each([
    ['an hour ahead', HOUR],
    ['an hour back', -HOUR],
    ['a year ahead', 365 * DAY],
    ['a year back', -365 * DAY],
    ['to 1970', -Date.UTC(2026, 0, 5)],
  ])('[L53] [L181] that steps %s takes no seat, no place and no offer', async (_name, stepMs) => {
    const t = await aBusyLedger();

    t.clock.jump(stepMs);
    await t.pass(4 * MINUTE, 'ann', 'bob');

    expect(picture(t)).toEqual(PICTURE);
    await checkHistory(t);
  });

  it('[L20] [L181] that goes back puts nobody before those who came earlier', async () => {
    const t = await aBusyLedger();
    t.clock.jump(-400 * DAY);
    await t.queue('gus');
    await t.pass(20 * SECOND, 'ann', 'bob');
    t.clock.jump(800 * DAY);
    await t.queue('hal');

    expect(t.waiting()).toEqual(['cy', 'dee', 'eve', 'gus', 'hal']);
    await t.end('ann');
    expect([t.offered(), t.waiting()]).toEqual([['cy'], ['dee', 'eve', 'gus', 'hal']]);
  });

  it('[L181] that is smeared over a leap second is no step: nothing begins anew', async () => {
    const t = await aBusyLedger();
    const before = t.state.eventNumber;

    // Google's smear: one second over 24 hours, in steps that nobody notices.
    for (let hour = 0; hour < 24; hour++) {
      t.clock.jump(-1_000 / 24);
      await t.pass(10 * SECOND, 'ann', 'bob');
    }

    expect(picture(t)).toEqual(PICTURE);
    expect(t.state.eventNumber).toBe(before);
  });

  it('[L181] that inserts a leap second by repeating one is no step either', async () => {
    const t = await aBusyLedger();
    const before = t.state.eventNumber;

    t.clock.jump(-1_000);
    await t.pass(MINUTE, 'ann', 'bob');

    expect([t.state.eventNumber, picture(t)]).toEqual([before, PICTURE]);
  });

  it('[L181] knows no summer time: UTC goes on through the nights in which local clocks change', async () => {
    const t = await aBusyLedger();
    // 2026-03-29 01:00 UTC, when most of Europe's clocks jump.
    t.clock.jump(Date.UTC(2026, 2, 29, 0, 55) - t.clock.wallMs());
    await t.pass(6 * MINUTE, 'ann', 'bob');
    const before = t.state.eventNumber;
    const offered = t.state.offers.get(t.offerOf('fay'))?.untilMs ?? 0;

    await t.pass(3 * MINUTE, 'ann', 'bob');

    expect([t.state.eventNumber, t.holders()]).toEqual([before, ['ann', 'bob']]);
    expect(offered).toBeGreaterThan(Date.UTC(2026, 2, 29));
  });

  it('[L181] may do anything at any time: who renews keeps the seat, who waits the place (any schedule)', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('jump' as const), ms: fc.integer({ min: -500 * DAY, max: 500 * DAY }) }),
      fc.record({ kind: fc.constant('sleep' as const), ms: fc.integer({ min: 0, max: 3 * DAY }) }),
      fc.record({ kind: fc.constant('stall' as const), ms: fc.integer({ min: 0, max: 3 * DAY }) }),
      fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 3 * MINUTE }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        const t = await aLedger();
        await t.counted('cad', { capacity: 2 });
        await t.start('ann');
        await t.start('bob');
        for (const name of ['cy', 'dee', 'eve']) await t.queue(name);
        for (const { kind, ms } of steps) {
          if (kind === 'jump') t.clock.jump(Math.max(ms, -t.clock.wallMs()));
          else if (kind === 'sleep') t.clock.sleep(ms);
          else if (kind === 'stall') t.clock.stall(ms);
          else await t.pass(ms, 'ann', 'bob');
          await t.pass(35 * SECOND, 'ann', 'bob');
        }
        expect([t.holders(), t.waiting()]).toEqual([
          ['ann', 'bob'],
          ['cy', 'dee', 'eve'],
        ]);
        await t.ledger.close();
      }),
      { numRuns: 60 },
    );
  });
});

describe('a server that did not run for a while', () => {
  it.each([
    ['suspended, its monotonic clock standing still', 'sleep'],
    ['suspended or stopped, its monotonic clock going on', 'stall'],
  ] as const)('[L53] [L181] (%s) holds nobody’s silence against them', async (_name, how) => {
    const t = await aBusyLedger();

    t.clock[how](3 * HOUR);
    await t.pass(4 * MINUTE, 'ann', 'bob');

    expect(picture(t)).toEqual(PICTURE);
    const graces = (await t.recordedSince(0)).filter(({ kind }) => kind === 'grace-started');
    expect(graces).toHaveLength(1);
  });

  it('[L51] [L53] still ends what stays silent after the grace', async () => {
    const t = await aBusyLedger();

    t.clock.stall(3 * HOUR);
    await t.pass(6 * MINUTE, 'ann');

    expect([t.holders(), t.seat('bob')]).toEqual([['ann'], 'expired']);
    expect(t.offered()).toEqual(['cy']);
  });

  it('[L181] a hitch of a few seconds is none', async () => {
    const t = await aBusyLedger();
    const before = t.state.eventNumber;

    t.clock.stall(4 * SECOND);
    await t.pass(MINUTE, 'ann', 'bob');

    expect([t.state.eventNumber, picture(t)]).toEqual([before, PICTURE]);
  });
});
