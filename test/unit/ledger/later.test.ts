/** Waiting later: rules L140 to L143. */
import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../../shared/time.ts';
import { aLedger, type TestLedger } from '../../support/a-ledger.ts';
import { checkHistory } from '../../support/ledger-history.ts';

/** One seat, held by ann; the others wait in this order without a session. */
async function aQueue(...waiting: string[]): Promise<TestLedger> {
  const t = await aLedger();
  await t.counted('cad', { offerWindowMs: HOUR });
  await t.start('ann');
  for (const name of waiting) await t.queue(name);
  return t;
}

const ticketOf = (t: TestLedger, userId: string) =>
  [...t.state.tickets.values()].find((ticket) => ticket.userId === userId);
const defer = (t: TestLedger, userId: string, forMs: number, asUser = userId) =>
  t.ask({ kind: 'defer', userId: asUser, ticketId: ticketOf(t, userId)?.ticketId ?? 'none', forMs });
const release = (t: TestLedger, sessionId: string, comeBackInMs: number | null, userId = sessionId) =>
  t.ask({
    kind: 'release',
    userId,
    sessionId,
    comeBackAtMs: comeBackInMs === null ? null : t.clock.wallMs() + comeBackInMs,
  });
/** All day, every day. */
const always = (timeZone = 'UTC') => ({
  timeZone,
  spans: [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, fromMinute: 0, toMinute: 1440 })),
});

describe('not now', () => {
  it('[L140] ends the offer, passes the seat on and keeps the number until the stated time', async () => {
    const t = await aQueue('bob', 'cy', 'dan');
    const number = ticketOf(t, 'bob')?.sequence;
    await t.end('ann');

    const before = t.state.eventNumber;
    await defer(t, 'bob', 15 * MINUTE);

    expect((await t.recordedSince(before)).map((event) => event.kind)).toEqual([
      'offer-ended',
      'ticket-set-aside',
      'offer-made',
    ]);
    expect([t.offered(), t.waiting()]).toEqual([['cy'], ['dan']]);
    expect(ticketOf(t, 'bob')).toMatchObject({ sequence: number, missedOffers: 0 });

    await t.pass(14 * MINUTE);
    expect(t.waiting()).toEqual(['dan']);
    await t.pass(2 * MINUTE);
    expect(t.waiting()).toEqual(['bob', 'dan']);
    await checkHistory(t);
  });

  it('[L140] is heard without an offer too, at most for 8 hours, and only from the owner', async () => {
    const t = await aQueue('bob', 'cy');

    expect(await defer(t, 'bob', DAY, 'eve')).toMatchObject({ code: 'NOT_YOURS' });
    expect(await t.ask({ kind: 'defer', userId: 'bob', ticketId: 'gone', forMs: 1 })).toMatchObject({
      code: 'NOT_FOUND',
    });
    await defer(t, 'bob', DAY);
    expect(ticketOf(t, 'bob')?.later).toEqual({
      because: 'deferred',
      untilMs: t.clock.wallMs() + 8 * HOUR,
    });
    await t.end('ann');
    expect(t.offered()).toEqual(['cy']);
  });

  it('[L140] is over when its owner queues again, and a seat that comes free meanwhile is offered then', async () => {
    const t = await aQueue('bob');
    await defer(t, 'bob', HOUR);
    await t.end('ann');
    expect(t.offered()).toEqual([]);

    expect(await t.queue('bob')).toBe(ticketOf(t, 'bob')?.ticketId);

    expect(t.offered()).toEqual(['bob']);
    await checkHistory(t);
  });

  it('[L140] does not count as overtaken who steps aside, and the count goes on afterwards', async () => {
    const t = await aLedger();
    await t.counted('cad', { agingAfterServed: 2 });
    await t.start('ann');
    await t.queue('bob');
    await t.queue('cy');
    await defer(t, 'bob', HOUR);
    for (const name of ['cy', 'dan', 'eva']) {
      if (name !== 'cy') await t.queue(name);
      await t.end(name === 'cy' ? 'ann' : name === 'dan' ? 'cy' : 'dan');
      await t.start(name);
    }
    expect(ticketOf(t, 'bob')).toMatchObject({ rises: 0, overtaken: 0 });

    await t.pass(HOUR, 'eva');

    expect(t.waiting()).toEqual(['bob']);
    await checkHistory(t);
  });
});

describe('quiet hours', () => {
  it('[L141] offer nothing that a person would have to answer, until they end', async () => {
    const t = await aQueue('bob');
    const quiet = { timeZone: 'UTC', spans: [{ weekday: 1, fromMinute: 9 * 60, toMinute: 10 * 60 }] };
    await t.pool('cad', { offerWindowMs: HOUR, quietHours: quiet });
    await t.pass(HOUR + MINUTE, 'ann');
    await t.end('ann');
    expect(t.offered()).toEqual([]);

    await t.pass(HOUR);

    expect(t.offered()).toEqual(['bob']);
    const hours = (await t.recordedSince(0)).filter(({ kind }) => kind === 'hours-changed');
    expect(hours).toMatchObject([
      { hours: 'quiet', isWithin: true },
      { hours: 'quiet', isWithin: false },
    ]);
    await checkHistory(t);
  });

  it('[L141] do not keep a seat from whose session or hold claims by itself', async () => {
    const t = await aQueue('bob', 'cy');
    await t.pool('cad', { quietHours: always() });
    await t.start('cy');
    await t.start('dan-waits', { user: 'dan', origin: 'hold' });
    expect([t.waiting(), t.seat('cy')]).toEqual([['cy', 'dan'], 'overage']);

    await t.end('ann');
    expect([t.holders(), t.waiting()]).toEqual([['cy'], ['dan']]);

    await t.end('cy');
    expect([t.holders(), t.waiting(), t.state.tickets.size]).toEqual([['dan'], [], 1]);
    await checkHistory(t);
  });

  it('[L141] make a ticket step aside again when its session ends', async () => {
    const t = await aQueue('bob');
    await t.pool('cad', { quietHours: always() });
    await t.start('bob');
    expect(t.waiting()).toEqual(['bob']);

    await t.end('bob');

    expect([t.waiting(), t.state.tickets.size]).toEqual([[], 1]);
    await t.pool('cad', { quietHours: null });
    expect(t.waiting()).toEqual(['bob']);
    await checkHistory(t);
  });
});

describe('a place for later', () => {
  it('[L142] is booked with the seat given back, and at its time goes before everybody of its class', async () => {
    const t = await aQueue('bob', 'cy');

    expect(await release(t, 'ann', HOUR)).toMatchObject({
      ok: true,
      value: { ticketId: ticketOf(t, 'ann')?.ticketId },
    });
    expect([t.offered(), t.waiting(), t.seat('ann')]).toEqual([['bob'], ['cy'], 'overage']);
    await t.start('bob');
    await t.end('ann');

    await t.pass(HOUR, 'bob');
    expect(t.waiting()).toEqual(['ann', 'cy']);
    await t.end('bob');
    expect(t.offered()).toEqual(['ann']);
    await checkHistory(t);
  });

  it('[L142] is claimed by the application where that still runs', async () => {
    const t = await aQueue('bob');
    await release(t, 'ann', HOUR);
    await t.start('bob');
    await t.pass(HOUR, 'bob', 'ann');

    await t.end('bob');

    expect([t.holders(), t.seat('ann')]).toEqual([['ann'], 'held']);
  });

  it('[L142] of several, in the order of their times; and none beyond a day, or for who waits already', async () => {
    const t = await aLedger();
    await t.counted('cad', { capacity: 2 });
    await t.start('ann');
    await t.start('bob');
    expect(await release(t, 'ann', DAY + MINUTE)).toMatchObject({ code: 'NOT_ALLOWED' });
    expect(t.seat('ann')).toBe('held');
    await release(t, 'ann', 2 * HOUR);
    await release(t, 'bob', HOUR);
    for (const name of ['cy', 'dan']) await t.start(name);
    for (const name of ['ann', 'bob']) await t.end(name);
    await t.queue('eva');

    await t.pass(2 * HOUR, 'cy', 'dan');

    expect(t.waiting()).toEqual(['bob', 'ann', 'eva']);
    await t.pool('cad', { capacity: 3, returnTicketsPerDay: 5 });
    await t.start('bob-2', { user: 'bob' });
    await t.queue('bob');
    await checkHistory(t);
  });

  it('[L142] can be given up by queueing at once, and put off', async () => {
    const t = await aQueue('bob');
    await release(t, 'ann', HOUR);
    await t.start('bob');
    await t.end('ann');
    const booked = ticketOf(t, 'ann');
    await defer(t, 'ann', 2 * HOUR);
    expect(booked?.later).toEqual({ because: 'booked', untilMs: t.clock.wallMs() + 2 * HOUR });

    await t.queue('ann');

    expect([t.waiting(), ticketOf(t, 'ann')?.later]).toEqual([['ann'], null]);
    await checkHistory(t);
  });

  it('[L143] is refused when it would be one too many in 24 hours, and the seat stays', async () => {
    const t = await aLedger();
    await t.counted('cad', { returnTicketsPerDay: 1 });
    await t.start('ann');
    await release(t, 'ann', MINUTE);
    await t.pass(2 * MINUTE, 'ann');
    expect(t.seat('ann')).toBe('held');

    expect(await release(t, 'ann', HOUR)).toMatchObject({ code: 'TOO_OFTEN' });
    expect(t.seat('ann')).toBe('held');

    await t.pass(DAY, 'ann');
    expect(await release(t, 'ann', HOUR)).toMatchObject({ ok: true });
    await t.pool('cad', { returnTicketsPerDay: 0 });
    await t.pass(2 * HOUR, 'ann');
    expect(await release(t, 'ann', HOUR)).toMatchObject({ code: 'TOO_OFTEN' });
    await checkHistory(t);
  });
});
