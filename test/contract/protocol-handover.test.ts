/** Version 1.03 over the wire with raw agents: ask a holder, answer, put off, book, warn, and what older agents are told. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Wish } from '../../shared/protocol.ts';
import { MINUTE } from '../../shared/time.ts';
import type { Mine } from '../../shared/views.ts';
import { ended, factsFrom, interval, started, wish } from '../support/facts.ts';
import type { RawAgent } from '../support/raw-agent.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';
import { mineSchema102, poolViewSchema102 } from '../support/views-of-102.ts';

let house: TestServer;
beforeEach(async () => {
  house = await startTestServer();
  await house.ask('POST', 'pools', { settings: { name: 'FreeCAD', capacity: 1 }, productIds: ['freecad'] });
});
afterEach(() => house.stop());

/** One person's agent, which numbers its facts by itself. */
class Member {
  readonly agent: RawAgent;
  #seq = 0;

  constructor(agent: RawAgent) {
    this.agent = agent;
  }

  async tell(...facts: Parameters<typeof factsFrom>[1][]): Promise<void> {
    this.agent.send(factsFrom(this.#seq + 1, ...facts));
    this.#seq += facts.length;
    await this.agent.take('ack', ({ throughSeq }) => throughSeq === this.#seq);
  }

  async wish(asked: Wish) {
    const wishId = `wish-${this.#seq}`;
    this.agent.send(factsFrom(this.#seq + 1, wish(wishId, asked)));
    this.#seq += 1;
    const ack = await this.agent.take('ack', ({ results }) => results.some((one) => one.wishId === wishId));
    return ack.results[0];
  }

  async mine(fits: (mine: Mine) => boolean): Promise<Mine> {
    return (await this.agent.take('mine', ({ mine }) => fits(mine))).mine;
  }
}

async function member(name: string, hello = {}): Promise<Member> {
  const { credential } = await house.enroll({
    account: { name, id: name },
    workstation: { name: `pc-${name}` },
  });
  const agent = house.connect(credential);
  await agent.greet(hello);
  return new Member(agent);
}

async function change(settings: object): Promise<void> {
  expect((await house.ask('PATCH', 'pools/freecad', { settings })).status).toBe(200);
}

async function aHolderAndAWaiter() {
  const ann = await member('ann');
  await ann.tell(started('a1'));
  const bob = await member('bob');
  bob.agent.send({ type: 'watch', pools: true });
  const { pools } = await bob.agent.take('pools', ({ full }) => full);
  const leaseId = pools[0]?.holders[0]?.leaseId ?? '';
  await bob.wish({ type: 'queue', productId: 'freecad' });
  return { ann, bob, leaseId };
}

describe('hand-over', () => {
  it('[L146, L148] asks by name, is answered "free now", and the seat moves to the asker', async () => {
    const { ann, bob, leaseId } = await aHolderAndAWaiter();
    await bob.tell(started('b1'));

    expect(
      await bob.wish({ type: 'ask-holder', leaseId, productId: 'freecad', isNamed: true }),
    ).toMatchObject({
      ok: true,
    });

    const { handoverRequests } = await ann.mine((mine) => mine.handoverRequests.length > 0);
    expect(handoverRequests).toMatchObject([{ productName: 'FreeCAD', askerName: 'bob', answer: null }]);
    await bob.mine((mine) => mine.handovers.some(({ holderName }) => holderName === 'ann'));
    const handoverId = handoverRequests[0]?.handoverId ?? '';
    expect(await ann.wish({ type: 'answer-handover', handoverId, answer: 'free-now' })).toMatchObject({
      ok: true,
    });

    const after = await bob.mine((mine) => mine.notices.some(({ kind }) => kind === 'handover-moved'));
    expect(after).toMatchObject({
      seats: [{ sessionId: 'b1', seat: { state: 'held' } }],
      tickets: [],
      handovers: [],
    });
    await ann.mine((mine) => mine.seats.some(({ seat }) => seat.state === 'overage'));
  });

  it('[L146, L147] hides the name unless it is said, and tells the asker "in 10 minutes" and "busy"', async () => {
    const { ann, bob, leaseId } = await aHolderAndAWaiter();
    await bob.wish({ type: 'ask-holder', leaseId, productId: 'freecad', isNamed: false });
    const { handoverRequests } = await ann.mine((mine) => mine.handoverRequests.length > 0);
    expect(handoverRequests[0]?.askerName).toBe(null);
    expect(ann.agent.texts.join('')).not.toContain('"bob"');

    const handoverId = handoverRequests[0]?.handoverId ?? '';
    await ann.wish({ type: 'answer-handover', handoverId, answer: 'in-10-minutes' });
    await bob.mine((mine) => mine.handovers[0]?.answer === 'in-10-minutes');
    await ann.wish({ type: 'answer-handover', handoverId, answer: 'busy' });
    await bob.mine((mine) => mine.notices[0]?.kind === 'handover-busy' && mine.handovers.length === 0);
    expect(
      await bob.wish({ type: 'ask-holder', leaseId, productId: 'freecad', isNamed: true }),
    ).toMatchObject({
      ok: false,
      code: 'TOO_OFTEN',
    });
  });
});

describe('waiting later', () => {
  it('[L140, P19] puts the place off; a repeated wish gets its first answer', async () => {
    const { bob } = await aHolderAndAWaiter();
    const mine = await bob.mine(({ tickets }) => tickets.length > 0);
    const ticketId = mine.tickets[0]?.ticketId ?? '';

    await bob.wish({ type: 'defer', ticketId, forMs: 15 * MINUTE });

    const aside = await bob.mine(({ tickets }) => tickets[0]?.aside?.because === 'deferred');
    expect(aside.tickets[0]?.aside?.untilMs).toBeGreaterThan(Date.now() + 14 * MINUTE);
    bob.agent.send(factsFrom(2, wish('wish-1', { type: 'defer', ticketId, forMs: 15 * MINUTE })));
    expect(await bob.agent.take('ack')).toMatchObject({
      results: [{ wishId: 'wish-1', ok: true, ticketId }],
    });
  });

  it('[L142, P23] books a place by the agent’s own clock, however wrong that is', async () => {
    const hourMs = 60 * MINUTE;
    const ann = await member('ann', { wallMs: Date.now() - 1000 * hourMs });
    await ann.tell(started('a1', { startedAtMs: Date.now() - 1000 * hourMs }));

    await ann.wish({
      type: 'release',
      sessionId: 'a1',
      comeBackAtMs: Date.now() - 1000 * hourMs + 2 * hourMs,
    });

    const mine = await ann.mine(({ tickets }) => tickets[0]?.aside?.because === 'booked');
    const inMs = (mine.tickets[0]?.aside?.untilMs ?? 0) - Date.now();
    expect(Math.abs(inMs - 2 * hourMs)).toBeLessThan(MINUTE);
  });
});

describe('a warned release', () => {
  it('[L150, L151] is told to the holder, whose agent says what is known of unsaved work', async () => {
    const { ann, bob, leaseId } = await aHolderAndAWaiter();

    const reply = await house.ask('DELETE', `leases/${leaseId}`, {
      reason: 'a class needs it',
      warnMs: 300_000,
    });

    expect(reply.status).toBe(202);
    const { warnings } = await ann.mine((mine) => mine.warnings.length > 0);
    expect(warnings).toMatchObject([
      { leaseId, note: 'a class needs it', sessionIds: ['a1'], unsavedWork: null },
    ]);
    await bob.agent.take(
      'pools',
      ({ pools }) => pools[0]?.holders[0]?.warnedUntilMs === warnings[0]?.untilMs,
    );
    await ann.tell({ kind: 'unsaved-work', leaseId, unsavedWork: 'yes' });
    const { body } = await house.ask('GET', 'leases');
    expect(body.items).toMatchObject([{ warning: { note: 'a class needs it', unsavedWork: 'yes' } }]);
    await bob.tell({ kind: 'unsaved-work', leaseId, unsavedWork: 'no' });
    expect((await house.ask('GET', 'leases')).body.items).toMatchObject([
      { warning: { unsavedWork: 'yes' } },
    ]);
  });
});

describe('fair share', () => {
  const RULES = { halfLifeMs: 7 * 24 * 60 * MINUTE, idlePerClassMs: 5 * MINUTE, maximumClasses: 3 };
  const stretch = (fromMs: number, toMs: number | null, state: 'idle' | 'locked' = 'locked') =>
    interval('a1', { intervalId: 'i1', activity: locked(state, fromMs), fromMs, toMs });
  const locked = (state: 'idle' | 'locked', sinceMs: number) =>
    state === 'locked'
      ? ({ state, sinceMs } as const)
      : ({ state, sinceMs, reason: { kind: 'no-input', percentOfCore: null } } as const);

  it('[L144] notes the part of an idle stretch in which there was a seat, once, and takes corrections back', async () => {
    await change({ fairShare: RULES });
    const ann = await member('ann');
    const fromMs = Date.now() - 60 * MINUTE;
    await ann.tell(started('a1', { startedAtMs: fromMs }), stretch(fromMs, null));
    const grantedMs = Date.now();
    while (Date.now() < grantedMs + 20) await delay(5);
    const noted = async () =>
      (await house.store.events(0, 1_000)).flatMap(({ event }) =>
        event.kind === 'idle-noted' ? [event] : [],
      );
    expect(await noted()).toEqual([]);

    const toMs = Date.now();
    await ann.tell(stretch(fromMs, toMs));
    await ann.tell(stretch(fromMs, toMs));
    const first = await noted();
    expect(first).toMatchObject([{ poolId: 'freecad' }]);
    expect(first[0]?.idleMs).toBeGreaterThan(15);
    expect(first[0]?.idleMs).toBeLessThan(30_000);

    await ann.tell(stretch(fromMs, fromMs + MINUTE));
    await ann.tell(ended('a1'));
    expect(await noted()).toHaveLength(1);
  });
});

describe('older agents', () => {
  it.each([102, 101])(
    '[P5, P41] of version %i are told only what they know, whatever happens',
    async (version) => {
      const { ann, bob, leaseId } = await aHolderAndAWaiter();
      const old = await member('old', { version, oldestVersion: 100 });
      old.agent.send({ type: 'watch', pools: true });
      await old.tell(started('o1'));
      await old.wish({ type: 'queue', productId: 'freecad' });
      const { tickets } = await old.mine((mine) => mine.tickets.length > 0);

      // Somebody puts its place off, asks, is warned and paused around it.
      await house.ask('DELETE', `leases/${leaseId}`, { reason: 'a class needs it', warnMs: 300_000 });
      await bob.wish({ type: 'ask-holder', leaseId, productId: 'freecad', isNamed: true });
      await change({ admission: 'paused' });
      await old.tell(ended('o1'), started('o2'));
      expect(tickets).toHaveLength(1);
      await change({ admission: 'open' });
      await old.wish({ type: 'leave', ticketId: tickets[0]?.ticketId ?? '' });
      await ann.tell(ended('a1'));
      await old.agent.take('pools', ({ full }) => full);
      await old.agent.take('pools', ({ full }) => !full);
      old.agent.send({ type: 'ping', nonce: 7 });
      await old.agent.take('pong');

      let mines = 0;
      let pools = 0;
      for (const text of old.agent.texts) {
        const message = JSON.parse(text);
        if (message.type === 'mine') mines += Number(mineSchema102.parse(message.mine) !== null);
        if (message.type === 'pools')
          for (const pool of message.pools) pools += Number(poolViewSchema102.parse(pool) !== null);
      }
      expect([mines > 2, pools > 1]).toEqual([true, true]);
      expect(old.agent.closing).toBeNull();
    },
  );

  it('[P11] of version 102 may not use a wish of 103', async () => {
    const old = await member('old', { version: 102 });

    old.agent.send(factsFrom(1, wish('w', { type: 'defer', ticketId: 't', forMs: MINUTE })));

    expect(await old.agent.closed()).toMatchObject({ reason: 'NOT_AGREED' });
  });
});
