/** Wishes of a person, on a fake clock: on their way to the server, with their time running, and answered. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AgentCores, kindsOf } from '../support/agent-cores.ts';
import { PaperServer } from '../support/paper-server.ts';

let cores: AgentCores;
beforeEach(() => {
  cores = new AgentCores();
});
afterEach(() => {
  for (const timers of cores.leave()) expect(timers).toBe(0);
});

describe('wishes', () => {
  const wish = { type: 'queue', productId: 'freecad' } as const;

  it('[E36] is answered with what the server decided', async () => {
    const { core } = await cores.online();

    const asked = core.reporter.wish(wish);
    await core.settle();

    expect(await asked).toEqual({ ok: true, value: { ticketId: 'ticket-1', offerId: null } });
    expect(core.reporter.pendingWishes).toEqual([]);
  });

  it('[E36] says OFFLINE after its time without a connection, and never reaches the outbox', async () => {
    const server = new PaperServer();
    server.isReachable = false;
    const core = cores.add(server);
    await core.start();

    const asked = core.reporter.wish(wish);
    expect(core.reporter.pendingWishes).toHaveLength(1);
    await core.clock.advanceAsync(8_000);
    server.isReachable = true;
    await core.clock.advanceAsync(40_000);

    expect(await asked).toMatchObject({ ok: false, code: 'OFFLINE' });
    expect(server.facts).toEqual([]);
  });

  it('[E36] is sent when the connection comes back in time, with what is left of its time', async () => {
    const left: number[] = [];
    const server = new PaperServer({
      decide: (_, wishId, expiresInMs) => {
        left.push(expiresInMs);
        return { wishId, ok: true, ticketId: null, offerId: null };
      },
    });
    server.isReachable = false;
    const core = cores.add(server, { random: () => 0 });
    await core.start();

    const asked = core.reporter.wish(wish);
    await core.clock.advanceAsync(3_000);
    server.isReachable = true;
    await core.clock.advanceAsync(1_000);

    expect(await asked).toMatchObject({ ok: true });
    expect(left[0]).toBeLessThanOrEqual(5_000);
    expect(left[0]).toBeGreaterThan(3_000);
  });

  it('[E36] says OFFLINE when the answer is lost; sent late it is refused by the server', async () => {
    const { server, core } = await cores.online();
    server.answers = false;
    const asked = core.reporter.wish(wish);
    await core.clock.advanceAsync(8_000);
    expect(await asked).toMatchObject({ ok: false, code: 'OFFLINE' });

    server.answers = true;
    server.cut();
    core.clock.jump(-3_600_000);
    await core.clock.advanceAsync(40_000);

    expect(server.received.findLast(({ type }) => type === 'facts')).toMatchObject({
      facts: [{ fact: { kind: 'wish' } }],
    });
    expect(core.outbox.waiting).toBe(0);
  });

  it('passes the server’s refusal on, and WISH_EXPIRED as EXPIRED', async () => {
    let code = 'NOT_FOUND';
    const { core } = await cores.online({
      decide: (_, wishId) => ({ wishId, ok: false, code, message: 'No.' }),
    });

    const first = core.reporter.wish(wish);
    await core.settle();
    code = 'WISH_EXPIRED';
    const second = core.reporter.wish(wish);
    await core.settle();

    expect([await first, await second]).toMatchObject([{ code: 'NOT_FOUND' }, { code: 'EXPIRED' }]);
  });

  it('[P11] keeps its numbers with a server of an older version, and says that wishes cannot be made there', async () => {
    const { server, core } = await cores.online({ version: 100, capabilities: [] });

    const asked = core.reporter.wish(wish);
    core.appear(1);
    await core.settle();

    expect(await asked).toMatchObject({ ok: false, code: 'REFUSED' });
    expect(kindsOf(server)).toEqual(['session-started', 'interval']);
  });

  it('[P5, P11] says to a server of 1.02 only what that knows: no return time, and no wish of 1.03', async () => {
    const { server, core } = await cores.online({ version: 102 });

    const released = core.reporter.wish({ type: 'release', sessionId: 's', comeBackAtMs: null });
    const booked = core.reporter.wish({ type: 'release', sessionId: 's', comeBackAtMs: 1 });
    const deferred = core.reporter.wish({ type: 'defer', ticketId: 't', forMs: 60_000 });
    core.outbox.commit({
      facts: [{ kind: 'unsaved-work', leaseId: 'l', unsavedWork: 'unknown' }],
      atMs: core.clock.wallMs(),
    });
    core.reporter.pump();
    await core.settle();

    expect([await released, await booked, await deferred]).toMatchObject([
      { ok: true },
      { ok: false, code: 'REFUSED' },
      { ok: false, code: 'REFUSED' },
    ]);
    const sent = server.received.flatMap((message) => (message.type === 'facts' ? message.facts : []));
    expect(sent.map(({ fact }) => fact)).toMatchObject([
      { kind: 'wish', wish: { type: 'release', sessionId: 's' } },
      { kind: 'session-ended', sessionId: 'not-in-this-version' },
    ]);
    expect(JSON.stringify(sent)).not.toContain('comeBackAtMs');
  });
});
