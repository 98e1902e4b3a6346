/** Offers and claims: rules L18, L30 to L44. */
import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../../shared/time.ts';
import { aLedger, type TestLedger } from '../../support/a-ledger.ts';

/** One seat, held by ann; the others wait in this order without a session. */
async function aQueue(...waiting: string[]): Promise<TestLedger> {
  const t = await aLedger();
  await t.counted('cad', { maximumMissedOffers: 2 });
  await t.start('ann');
  for (const name of waiting) await t.queue(name);
  return t;
}

const ticketOf = (t: TestLedger, userId: string) =>
  [...t.state.tickets.values()].find((ticket) => ticket.userId === userId);
const claim = (t: TestLedger, userId: string, workstationId = `pc-of-${userId}`) =>
  t.ask({ kind: 'claim', userId, workstationId, offerId: t.offerOf(userId) });
const notices = (t: TestLedger, userId: string) =>
  t.state.users.get(userId)?.notices.map((notice) => notice.kind) ?? [];

describe('an offer', () => {
  it('[L30] is made in the decision that freed the seat, and holds it', async () => {
    const t = await aQueue('bob');

    const events = await t.record({ kind: 'end-session', sessionId: 'ann', endedAtMs: 0, reason: 'exit' });

    expect(events.map((event) => event.kind)).toEqual(['session-closed', 'lease-ended', 'offer-made']);
    const untilMs = t.clock.wallMs() + 5 * MINUTE;
    expect(events[2]).toMatchObject({ userId: 'bob', untilMs, strength: 'hard' });
    await t.start('cy');
    expect(t.seat('cy')).toBe('overage');
  });

  it('[L31] [L18] that is missed too often ends the ticket, once, and its owner is told', async () => {
    const t = await aQueue('bob');
    const before = t.state.eventNumber;
    await t.end('ann');

    await t.pass(5 * MINUTE);
    expect([t.offered(), ticketOf(t, 'bob')?.missedOffers]).toEqual([['bob'], 1]);
    await t.pass(6 * MINUTE);

    expect([t.offered(), t.state.tickets.size, t.state.offers.size]).toEqual([[], 0, 0]);
    expect(notices(t, 'bob')).toEqual(['offer-missed', 'offer-missed', 'ticket-ended-missed']);
    const ends = (await t.recordedSince(before)).filter((event) => event.kind === 'ticket-ended');
    expect(ends).toMatchObject([{ userId: 'bob', reason: 'missed-offers' }]);
  });

  it('[L32] that is missed passes on in the same decision, and the ticket goes to the end', async () => {
    const t = await aQueue('bob', 'cy', 'dee');
    await t.end('ann');

    await t.pass(5 * MINUTE);

    expect([t.offered(), t.waiting()]).toEqual([['cy'], ['dee', 'bob']]);
  });

  it('[L33] that is declined passes on without counting as missed', async () => {
    const t = await aQueue('bob', 'cy');
    await t.end('ann');

    await t.ask({ kind: 'decline', userId: 'bob', offerId: t.offerOf('bob') });
    expect([t.offered(), t.waiting(), ticketOf(t, 'bob')?.missedOffers]).toEqual([['cy'], ['bob'], 0]);

    await t.ask({ kind: 'leave', userId: 'cy', ticketId: ticketOf(t, 'cy')?.ticketId ?? '' });
    await t.ask({ kind: 'decline', userId: 'bob', offerId: t.offerOf('bob') });
    expect([t.offered(), t.state.tickets.size]).toEqual([[], 0]);
  });

  it('[L34] is not needed any more when its owner shares a seat', async () => {
    const t = await aLedger();
    await t.counted('cad', { capacity: 1 });
    await t.start('1', { user: 'ann' });
    await t.queue('ann');

    await t.start('2', { user: 'ann' });

    expect([t.seat('2'), t.state.tickets.size]).toEqual(['held', 0]);
  });

  it('[L35] ends with its ticket, and the seat passes on', async () => {
    const t = await aQueue('bob', 'cy', 'dee');
    await t.end('ann');

    await t.ask({ kind: 'leave', userId: 'bob', ticketId: ticketOf(t, 'bob')?.ticketId ?? '' });
    expect(t.offered()).toEqual(['cy']);
    await t.ask({
      kind: 'end-ticket',
      ticketId: ticketOf(t, 'cy')?.ticketId ?? '',
      note: 'left the company',
    });
    expect(t.offered()).toEqual(['dee']);
    expect(notices(t, 'cy')).toEqual(['ticket-ended-admin']);
    const leave = { kind: 'leave', userId: 'eve', ticketId: ticketOf(t, 'dee')?.ticketId ?? '' } as const;
    expect(await t.ask(leave)).toMatchObject({ code: 'NOT_YOURS' });
    expect(await t.ask({ ...leave, ticketId: 'gone' })).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('[L36] made for a hold goes with the hold', async () => {
    const t = await aQueue();
    await t.start('job', { user: 'bob', origin: 'hold' });

    await t.end('job');
    await t.end('ann');

    expect([t.state.tickets.size, t.offered()]).toEqual([0, []]);
  });

  it('[L37] keeps a second hold waiting after the first was served', async () => {
    const t = await aLedger();
    await t.counted('cad', { counting: { key: ['process'], instancesPerSeat: null } });
    await t.start('ann');
    await t.start('job-1', { user: 'bob', origin: 'hold' });
    await t.start('job-2', { user: 'bob', origin: 'hold' });

    await t.end('ann');
    expect([t.seat('job-1'), t.seat('job-2'), t.waiting()]).toEqual(['held', 'overage', ['bob']]);
    await t.end('job-1');

    expect([t.seat('job-2'), t.waiting()]).toEqual(['held', []]);
  });
});

describe('a claim', () => {
  it('[L40] is made by the oldest live session without a seat, in the decision that freed it', async () => {
    const t = await aQueue();
    await t.start('b1', { user: 'bob', workstation: 'a' });
    await t.start('b2', { user: 'bob', workstation: 'b' });
    await t.queue('bob');

    const events = await t.record({ kind: 'end-session', sessionId: 'ann', endedAtMs: 0, reason: 'exit' });

    expect([t.seat('b1'), t.seat('b2')]).toEqual(['held', 'overage']);
    expect(events.map((event) => event.kind)).toEqual([
      'session-closed',
      'lease-ended',
      'offer-made',
      'offer-ended',
      'ticket-ended',
      'lease-granted',
      'denial-proved-false',
      'session-seated',
    ]);
  });

  it('[L40] is not made by a session that fell silent', async () => {
    const t = await aQueue();
    await t.start('bob');
    await t.queue('bob');
    await t.pass(3 * MINUTE, 'ann');

    await t.end('ann');

    expect([t.seat('bob'), t.offered()]).toEqual(['overage', ['bob']]);
  });

  it('[L41] is made by starting the application', async () => {
    const t = await aQueue('bob', 'cy');
    await t.end('ann');

    await t.start('bob');

    expect([t.holders(), t.waiting(), t.state.offers.size]).toEqual([['bob'], ['cy'], 0]);
  });

  it('[L41] frees what the session can share', async () => {
    const t = await aLedger();
    await t.pool('core', { capacity: 2 });
    await t.pool('mesh', { capacity: 1 });
    const core = { poolId: 'core', units: 1 };
    await t.product('cad', [core, { poolId: 'mesh', units: 1 }]);
    await t.product('view', [core]);
    await t.start('m', { user: 'ann', product: 'cad' });
    await t.queue('bob');
    await t.end('m');
    expect(t.offered('core')).toEqual(['bob']);
    await t.start('v', { user: 'bob', product: 'view' });
    await t.queue('cy', 'view');

    await t.start('c', { user: 'bob', product: 'cad' });

    expect([t.holders('core'), t.holders('mesh'), t.offered('core')]).toEqual([['bob'], ['bob'], ['cy']]);
  });

  it('[L42] by button goes to a session on that workstation, silent or not', async () => {
    const t = await aQueue();
    await t.start('bob');
    await t.queue('bob');
    await t.pass(3 * MINUTE, 'ann');
    await t.end('ann');

    expect(await claim(t, 'bob')).toMatchObject({ ok: true, value: { seat: 'held' } });

    expect([t.seat('bob'), t.holders()]).toEqual(['held', ['bob']]);
  });

  it('[L43] by button without a session waits for the application', async () => {
    const t = await aQueue('bob');
    await t.end('ann');

    expect(await claim(t, 'bob')).toMatchObject({ ok: true, value: { leaseIds: [expect.any(String)] } });
    expect([t.holders(), t.state.tickets.size]).toEqual([['bob'], 0]);
    expect(await t.ask({ kind: 'queue', userId: 'bob', productId: 'cad' })).toMatchObject({
      code: 'ALREADY_SEATED',
    });
    await t.start('bob', { workstation: 'another' });

    expect([t.seat('bob'), t.holders()]).toEqual(['held', ['bob']]);
  });

  it('[L43] by button ends when the application does not come, or when it is given back', async () => {
    const t = await aQueue('bob', 'cy');
    await t.end('ann');
    await claim(t, 'bob');

    await t.pass(6 * MINUTE);
    expect([t.holders(), t.offered(), notices(t, 'bob')]).toEqual([[], ['cy'], ['lease-expired']]);

    await claim(t, 'cy');
    const [leaseId = ''] = t.state.leases.keys();
    expect(
      await t.ask({ kind: 'release', userId: 'cy', sessionId: leaseId, comeBackAtMs: null }),
    ).toMatchObject({ ok: true });
    expect(t.holders()).toEqual([]);
  });

  it('[L44] of somebody else’s or an ended offer is refused', async () => {
    const t = await aQueue('bob');
    await t.end('ann');
    const offerId = t.offerOf('bob');

    const words = { workstationId: 'a', offerId } as const;
    expect(await t.ask({ kind: 'claim', userId: 'eve', ...words })).toMatchObject({ code: 'NOT_YOURS' });
    expect(await t.ask({ kind: 'decline', userId: 'eve', offerId })).toMatchObject({ code: 'NOT_YOURS' });
    await t.start('bob');
    expect(await t.ask({ kind: 'claim', userId: 'bob', ...words })).toMatchObject({ code: 'OFFER_GONE' });
  });
});
