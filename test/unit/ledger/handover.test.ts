/** "Ask the holder": rules L146 to L149. */
import { describe, expect, it } from 'vitest';
import { mineView } from '../../../server/ledger/mine-view.ts';
import { MINUTE } from '../../../shared/time.ts';
import { mineSchema } from '../../../shared/views.ts';
import { aLedger, type TestLedger } from '../../support/a-ledger.ts';
import { aViewContext } from '../../support/a-view-context.ts';
import { checkHistory } from '../../support/ledger-history.ts';

/** One seat, held by ann; the others wait in this order without a session. */
async function aQueue(...waiting: string[]): Promise<TestLedger> {
  const t = await aLedger();
  await t.counted('cad');
  await t.start('ann');
  for (const name of waiting) await t.queue(name);
  return t;
}

const leaseOf = (t: TestLedger, userId: string) =>
  [...t.state.leases.values()].find((lease) => lease.userId === userId)?.leaseId ?? 'none';
const ask = (t: TestLedger, userId: string, holder = 'ann', isNamed = false, productId = 'cad') =>
  t.ask({
    kind: 'ask-holder',
    userId,
    workstationId: `pc-of-${userId}`,
    leaseId: leaseOf(t, holder),
    productId,
    isNamed,
  });
const openRequest = (t: TestLedger) => [...t.state.handovers.keys()][0] ?? 'none';
const answer = (t: TestLedger, word: 'free-now' | 'in-10-minutes' | 'busy', userId = 'ann') =>
  t.ask({ kind: 'answer-handover', userId, handoverId: openRequest(t), answer: word });
const mine = (t: TestLedger, userId: string) =>
  mineSchema.parse(mineView(t.state, userId, () => true, aViewContext(t)));
const notices = (t: TestLedger, userId: string) =>
  t.state.users.get(userId)?.notices.map((notice) => notice.kind) ?? [];

describe('asking a holder', () => {
  it('[L146] tells the holder the product, and the asker’s name only if the asker chose so', async () => {
    const t = await aQueue('bob', 'cy');
    await t.start('dan', { product: 'free' });

    expect(await ask(t, 'bob')).toMatchObject({ ok: true });

    const untilMs = t.clock.wallMs() + 15 * MINUTE;
    const shown = { productId: 'cad', untilMs, answer: null };
    expect(mine(t, 'ann').handoverRequests).toMatchObject([{ ...shown, askerName: null }]);
    expect(mine(t, 'bob').handovers).toMatchObject([{ ...shown, holderName: 'ann by name' }]);
    expect(mine(t, 'cy')).toMatchObject({ handovers: [], handoverRequests: [] });
    await answer(t, 'busy');
    await ask(t, 'cy', 'ann', true);
    expect(mine(t, 'ann').handoverRequests).toMatchObject([{ askerName: 'cy by name' }]);
    await checkHistory(t);
  });

  it('[L146] is for who waits or runs without a seat, and not for one’s own seat', async () => {
    const t = await aQueue();
    await t.pool('other');
    expect(await ask(t, 'bob')).toMatchObject({ code: 'NOT_ALLOWED' });
    expect(await ask(t, 'ann')).toMatchObject({ code: 'NOT_ALLOWED' });
    expect(await ask(t, 'bob', 'nobody')).toMatchObject({ code: 'NOT_FOUND' });
    await t.queue('bob');
    expect(await ask(t, 'bob', 'ann', false, 'render')).toMatchObject({ code: 'NOT_ALLOWED' });

    await t.start('cy');

    expect(await ask(t, 'cy')).toMatchObject({ ok: true });
  });

  it('[L146] is open once per lease, and once per asker and product', async () => {
    const t = await aLedger();
    await t.counted('cad', { capacity: 2 });
    await t.start('ann');
    await t.start('al');
    for (const name of ['bob', 'cy']) await t.queue(name);
    await ask(t, 'bob');

    expect(await ask(t, 'cy')).toMatchObject({ code: 'ALREADY_ASKED' });
    expect(await ask(t, 'bob', 'al')).toMatchObject({ code: 'ALREADY_ASKED' });
    expect(await ask(t, 'cy', 'al')).toMatchObject({ ok: true });
  });

  it('[L147] ends unanswered after 15 minutes, and the same two wait half an hour', async () => {
    const t = await aQueue('bob');
    await ask(t, 'bob');

    await t.pass(15 * MINUTE, 'ann');

    expect([t.state.handovers.size, notices(t, 'bob')]).toEqual([0, ['handover-expired']]);
    expect(await ask(t, 'bob')).toMatchObject({ code: 'TOO_OFTEN' });
    await t.pass(15 * MINUTE, 'ann');
    expect(await ask(t, 'bob')).toMatchObject({ ok: true });
    await checkHistory(t);
  });

  it('[L147] stays open 15 more minutes after "in 10 minutes", and "busy" ends it', async () => {
    const t = await aQueue('bob');
    await ask(t, 'bob');
    await t.pass(10 * MINUTE, 'ann');

    expect(await answer(t, 'in-10-minutes', 'eve')).toMatchObject({ code: 'NOT_YOURS' });
    await answer(t, 'in-10-minutes');

    const later = { answer: 'in-10-minutes', untilMs: t.clock.wallMs() + 15 * MINUTE };
    expect(mine(t, 'bob').handovers).toMatchObject([later]);
    await t.pass(14 * MINUTE, 'ann');
    expect(t.state.handovers.size).toBe(1);
    await answer(t, 'busy');
    expect([t.state.handovers.size, notices(t, 'bob')]).toEqual([0, ['handover-busy']]);
    expect(await answer(t, 'busy')).toMatchObject({ code: 'NOT_FOUND' });
    await checkHistory(t);
  });

  it('[L147] [L54] runs its window anew when the server was away', async () => {
    const t = await aQueue('bob');
    await ask(t, 'bob');
    await t.pass(10 * MINUTE, 'ann');

    await t.ask({ kind: 'start-grace', cause: 'server-start' });

    await t.pass(14 * MINUTE, 'ann');
    expect(t.state.handovers.size).toBe(1);
    await t.pass(2 * MINUTE, 'ann');
    expect(t.state.handovers.size).toBe(0);
    await checkHistory(t);
  });
});

describe('"free now"', () => {
  it('[L148] moves the seat to the asker’s session in one decision, past those who wait', async () => {
    const t = await aQueue('cy', 'bob');
    await t.start('bob');
    await ask(t, 'bob');

    const before = t.state.eventNumber;
    await answer(t, 'free-now');

    expect((await t.recordedSince(before)).map((event) => event.kind)).toEqual([
      'handover-answered',
      'session-unseated',
      'lease-ended',
      'ticket-ended',
      'handover-ended',
      'lease-granted',
      'denial-proved-false',
      'session-seated',
    ]);
    const [, , lease, ticket, ended] = await t.recordedSince(before);
    expect([lease, ticket, ended]).toMatchObject([
      { reason: 'handed-over', userId: 'ann' },
      { reason: 'granted', userId: 'bob' },
      { reason: 'moved', takenFrom: ['cad'] },
    ]);
    expect([t.holders(), t.seat('ann'), t.seat('bob')]).toEqual([['bob'], 'overage', 'held']);
    expect(notices(t, 'bob')).toEqual(['handover-moved']);
    expect([...(t.state.products.get('cad')?.lines.values() ?? [])][0]?.line.entries()).toMatchObject([
      { overtaken: 1 },
    ]);
    await checkHistory(t);
  });

  it('[L148] [L43] lets the seat wait for the asker’s application where none runs', async () => {
    const t = await aQueue('bob');
    await ask(t, 'bob');

    await answer(t, 'free-now');

    const [lease] = [...t.state.leases.values()];
    expect(lease).toMatchObject({ userId: 'bob', workstationId: 'pc-of-bob', use: { state: 'awaited' } });
    await t.start('bob');
    expect([t.seat('bob'), t.holders()]).toEqual(['held', ['bob']]);
    await checkHistory(t);
  });

  it('[L148] withdraws an offer that the asker had meanwhile, and its seat passes on', async () => {
    const t = await aLedger();
    await t.counted('cad', { capacity: 2 });
    await t.start('ann');
    await t.start('al');
    for (const name of ['bob', 'cy']) await t.queue(name);
    await ask(t, 'bob');
    await t.end('al');
    expect(t.offered()).toEqual(['bob']);

    await answer(t, 'free-now');

    expect([t.holders(), t.offered()]).toEqual([['bob'], ['cy']]);
    await checkHistory(t);
  });

  it('[L148] [L15] frees all leases of the holder’s alternative, and the rest is offered in the same decision', async () => {
    const t = await aLedger();
    for (const pool of ['core', 'addon']) await t.pool(pool);
    await t.product('suite', [
      { poolId: 'core', units: 1 },
      { poolId: 'addon', units: 1 },
    ]);
    await t.product('basic', [{ poolId: 'core', units: 1 }]);
    await t.product('extra', [{ poolId: 'addon', units: 1 }]);
    await t.start('ann', { product: 'suite' });
    await t.queue('bob', 'basic');
    await t.queue('cy', 'extra');
    const leaseId = [...(t.state.pools.get('core')?.leaseIds ?? [])][0] ?? '';
    const who = { userId: 'bob', workstationId: 'pc-of-bob', isNamed: false } as const;
    await t.ask({ kind: 'ask-holder', leaseId, productId: 'basic', ...who });

    await answer(t, 'free-now');

    expect([t.holders('core'), t.holders('addon'), t.offered('addon')]).toEqual([['bob'], [], ['cy']]);
    await checkHistory(t);
  });

  it('[L148] moves nothing where the asker may not have it: too few units, a paused pool', async () => {
    const t = await aLedger();
    await t.pool('cad', { capacity: 2 });
    await t.product('cad', [{ poolId: 'cad', units: 1 }]);
    await t.product('big', [{ poolId: 'cad', units: 2 }]);
    await t.start('ann');
    await t.start('al');
    await t.queue('bob', 'big');
    await ask(t, 'bob', 'ann', false, 'big');
    expect(await answer(t, 'free-now')).toMatchObject({ code: 'NOT_ALLOWED' });
    expect([t.holders(), t.state.handovers.size]).toEqual([['al', 'ann'], 1]);

    await t.pool('cad', { capacity: 2, admission: 'paused' });
    expect(await answer(t, 'free-now')).toMatchObject({ code: 'NOT_ALLOWED' });

    await t.pool('cad', { capacity: 3 });
    await t.end('al');
    expect(t.offered()).toEqual(['bob']);
    expect(await answer(t, 'free-now')).toMatchObject({ ok: true });
    expect([t.holders(), t.offered()]).toEqual([['bob'], []]);
    await checkHistory(t);
  });

  it('[L148] [L123] keeps the caps of the asker’s groups', async () => {
    const t = await aLedger();
    await t.ask({ kind: 'configure-group', groupId: 'students', parentId: null });
    await t.ask({ kind: 'change-members', groupId: 'students', add: ['bob', 'cy'], remove: [] });
    const share = { groupId: 'students', reservedUnits: 0, capUnits: 1, priorityClass: null };
    const allocation = { shares: [share], unitsPerUser: null, lending: 'never', denied: [] } as const;
    await t.counted('cad', { capacity: 2, allocation });
    await t.start('ann');
    await t.start('cy');
    await t.start('bob');
    await t.queue('bob');
    await ask(t, 'bob');

    expect(await answer(t, 'free-now')).toMatchObject({ code: 'NOT_ALLOWED' });
    expect(t.holders()).toEqual(['ann', 'cy']);
    await answer(t, 'busy');
    await t.pass(31 * MINUTE, 'ann', 'bob', 'cy');
    await ask(t, 'bob', 'cy');
    expect(await answer(t, 'free-now', 'cy')).toMatchObject({ ok: true });
    expect(t.holders()).toEqual(['ann', 'bob']);
    await checkHistory(t);
  });
});

describe('a request', () => {
  it('[L149] ends with its lease', async () => {
    const t = await aQueue('cy', 'bob');
    await ask(t, 'bob');

    await t.end('ann');

    expect([t.state.handovers.size, notices(t, 'bob'), t.offered()]).toEqual([
      0,
      ['handover-lease-gone'],
      ['cy'],
    ]);
    await checkHistory(t);
  });

  it('[L149] ends with the asker’s need: the place is left, the session ends, or another seat is got', async () => {
    const t = await aLedger();
    await t.counted('cad', { capacity: 2 });
    await t.start('ann');
    await t.start('al');
    await t.queue('bob');
    await t.start('cy');
    await ask(t, 'bob');
    await ask(t, 'cy', 'al');
    const endings = async () =>
      (await t.recordedSince(0)).flatMap((event) => (event.kind === 'handover-ended' ? [event] : []));

    const [ticketId = ''] = t.state.tickets.keys();
    await t.ask({ kind: 'leave', userId: 'bob', ticketId });
    await t.end('cy');

    expect(await endings()).toMatchObject([
      { askerId: 'bob', reason: 'withdrawn' },
      { askerId: 'cy', reason: 'withdrawn' },
    ]);
    await t.start('dan');
    await t.queue('dan');
    await ask(t, 'dan');
    await t.end('al');
    expect(t.seat('dan')).toBe('held');
    expect((await endings()).at(-1)).toMatchObject({ askerId: 'dan', reason: 'withdrawn' });
    expect([notices(t, 'bob'), notices(t, 'dan')]).toEqual([[], []]);
    await checkHistory(t);
  });
});
