/** From the outbox to the server and back, on a fake clock: days without contact, replays, half-open sockets, wishes. */
import { afterEach, describe, expect, it } from 'vitest';
import { AgentCore, type CoreOptions, PaperEnroller } from '../support/an-agent-core.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { type PaperOptions, PaperServer } from '../support/paper-server.ts';

const DAY = 86_400_000;
const cores: AgentCore[] = [];

function aCore(server: PaperServer, options: CoreOptions = {}): AgentCore {
  const core = new AgentCore(server, options);
  cores.push(core);
  return core;
}
async function online(options: PaperOptions = {}): Promise<{ server: PaperServer; core: AgentCore }> {
  const server = new PaperServer(options);
  const core = aCore(server);
  await core.start();
  return { server, core };
}

afterEach(() => {
  for (const core of cores) {
    core.stop();
    expect(core.clock.pendingTimers).toBe(0);
  }
  for (const core of cores.splice(0)) core.remove();
});

/** Long stretches pass mostly asleep: the wall clock goes on, the timers of a minute run. */
async function pass(clock: FakeClock, ms: number): Promise<void> {
  clock.sleep(ms - 60_000);
  await clock.advanceAsync(60_000);
}

const kindsOf = (server: PaperServer) => server.facts.map(({ kind }) => kind);

describe('delivery', () => {
  it('[E29] sends facts in order as they come and forgets them when they are acknowledged', async () => {
    const { server, core } = await online();

    core.appear(1);
    await core.settle();
    core.vanish(1);
    await core.settle();

    expect(kindsOf(server)).toEqual(['session-started', 'interval', 'interval', 'session-ended']);
    expect(core.outbox.waiting).toBe(0);
    expect(core.state?.state).toBe('online');
  });

  it('[E29] sends what was not acknowledged again, and the server counts it once', async () => {
    const { server, core } = await online();
    server.acknowledges = false;
    core.appear(1);
    await core.settle();
    expect(core.outbox.waiting).toBe(2);

    server.cut();
    server.acknowledges = true;
    await core.clock.advanceAsync(31_000);

    expect(core.outbox.waiting).toBe(0);
    expect(kindsOf(server)).toEqual(['session-started', 'interval']);
  });

  it('[E29] asks on a fresh connection when a server answers pings but never acknowledges', async () => {
    const { server, core } = await online();
    server.acknowledges = false;
    core.appear(1);
    await core.clock.advanceAsync(59_000);
    expect(server.hellos).toHaveLength(1);

    server.acknowledges = true;
    await core.clock.advanceAsync(40_000);

    expect(server.hellos.length).toBeGreaterThan(1);
    expect(core.outbox.waiting).toBe(0);
  });

  it('[E30] keeps nine days of work without a server and delivers them whole, across restarts of the agent', async () => {
    const server = new PaperServer();
    server.isReachable = false;
    const clock = new FakeClock();
    let core = aCore(server, { clock });
    await core.start();
    for (let day = 0; day < 9; day++) {
      for (let use = 0; use < 10; use++) {
        core.appear(day * 100 + use);
        await pass(clock, 3_600_000);
        core.vanish(day * 100 + use);
      }
      await pass(clock, DAY - 36_000_000);
      core.stop();
      cores.splice(cores.indexOf(core), 1);
      core = aCore(server, { clock, dir: core.dir });
      await core.start();
    }
    expect(core.outbox.waiting).toBe(360);

    server.isReachable = true;
    await clock.advanceAsync(31_000);

    expect(core.outbox.waiting).toBe(0);
    const started = server.facts.flatMap((fact) => (fact.kind === 'session-started' ? [fact.sessionId] : []));
    const ended = server.facts.flatMap((fact) => (fact.kind === 'session-ended' ? [fact.sessionId] : []));
    expect(new Set(started).size).toBe(90);
    expect(ended).toEqual(started);
  });

  it('[E31] comes back from a month without a server with a bounded outbox that still accounts for every fact', async () => {
    const server = new PaperServer();
    server.isReachable = false;
    const core = aCore(server, { limits: { maximumFacts: 200, maximumBytes: 10_000_000 } });
    await core.start([7]);
    let made = 2;
    for (let step = 0; step < 1_000; step++) {
      core.clock.sleep(DAY / 36);
      await core.clock.advanceAsync(1_000);
      core.keeper.take({ kind: step % 2 === 0 ? 'locked' : 'unlocked', atMs: core.clock.wallMs() });
      made += 2;
    }
    const corrections = core.outbox.waiting;

    server.isReachable = true;
    await core.clock.advanceAsync(61_000);

    expect(corrections).toBeLessThanOrEqual(200);
    expect(core.outbox.waiting).toBe(0);
    const counted = server.facts.reduce(
      (sum, fact) => sum + (fact.kind === 'summarized' ? fact.facts : 1),
      0,
    );
    expect(counted).toBeGreaterThanOrEqual(made);
    expect(server.facts[0]?.kind).toBe('session-started');
    expect(server.facts.at(-1)).toMatchObject({ kind: 'interval', toMs: null });
  });

  it('[E33] tells open sessions again to a server that was put back from a backup', async () => {
    const { server, core } = await online();
    core.appear(1);
    core.appear(2);
    await core.settle();
    core.vanish(1);
    await core.settle();
    const [before] = server.hellos;

    server.outboxes.clear();
    server.cut();
    await core.clock.advanceAsync(40_000);

    expect(core.outbox.outboxId).not.toBe(before?.outboxId);
    expect(core.state?.state).toBe('online');
    expect(server.facts).toMatchObject([{ kind: 'session-started' }, { kind: 'interval', toMs: null }]);
    expect(core.outbox.waiting).toBe(0);
  });

  it('[E19] says in hello which sessions are open, also those it has not seen again yet', async () => {
    const server = new PaperServer();
    const clock = new FakeClock();
    const first = aCore(server, { clock });
    await first.start([5]);
    first.stop();
    cores.pop();

    const second = aCore(server, { clock, dir: first.dir });
    await second.start([5]);

    expect(server.hellos[1]?.openSessionIds).toEqual(first.keeper.openSessionIds);
    expect(server.hellos[1]?.openSessionIds).toHaveLength(1);
    expect(server.facts.filter(({ kind }) => kind === 'session-started')).toHaveLength(1);
  });
});

describe('liveness', () => {
  it('[P26] renews open sessions at once and then as often as the server said', async () => {
    const { server, core } = await online();
    core.appear(1);
    const renewals = () => server.received.filter(({ type }) => type === 'renew').length;

    await core.clock.advanceAsync(61_000);

    expect(renewals()).toBe(2);
  });

  it('[P28] takes a silent connection for half-open and tries again', async () => {
    const { server, core } = await online();
    server.cut(false);

    await core.clock.advanceAsync(74_000);
    expect(core.state?.state).toBe('online');
    await core.clock.advanceAsync(60_000);

    expect(server.hellos.length).toBeGreaterThan(1);
    expect(core.state?.state).toBe('online');
  });

  it('[P28] notices within seconds after a sleep that the connection is gone', async () => {
    const { server, core } = await online();
    server.cut(false);
    core.clock.sleep(8 * 3_600_000);

    core.link.hint();
    await core.clock.advanceAsync(4_001);

    expect(core.states.some(({ state }) => state === 'offline')).toBe(true);
  });

  it('[P28] keeps a connection that answers the question after a sleep', async () => {
    const { server, core } = await online();

    core.link.hint();
    await core.clock.advanceAsync(10_000);

    expect(server.hellos).toHaveLength(1);
  });

  it('[P27] answers the server’s pings', async () => {
    const { server, core } = await online();

    server.say({ type: 'ping', nonce: 77 });
    await core.settle();

    expect(server.received).toContainEqual({ type: 'pong', nonce: 77 });
  });
});

describe('refusals and tries', () => {
  it('[P34] stops trying after a fatal code and goes on recording', async () => {
    const server = new PaperServer();
    server.refusesWith = 'TOO_OLD';
    const core = aCore(server);
    await core.start();

    core.appear(1);
    await core.clock.advanceAsync(DAY);

    expect(core.state).toMatchObject({ state: 'refused', code: 'TOO_OLD' });
    expect(server.tries).toBe(1);
    expect(core.outbox.waiting).toBe(2);
  });

  it.each([
    ['UNAUTHORIZED', false],
    ['MUST_ENROLL_AGAIN', true],
  ] as const)('[P34] enrolls again after %s when it may, once, and not in a circle', async (name, isCopy) => {
    const server = new PaperServer();
    server.refusesWith = name;
    const enroller = new PaperEnroller();
    enroller.canEnrollAgain = true;
    const core = aCore(server, { enroller });
    await core.start();
    await core.clock.advanceAsync(DAY);

    expect(enroller.refusals).toEqual([isCopy]);
    expect(server.tries).toBe(2);
    expect(core.state).toMatchObject({ state: 'refused', code: name });
  });

  it('[P36] waits longer and longer, and a hint ends the waiting', async () => {
    const server = new PaperServer();
    server.isReachable = false;
    const core = aCore(server, { random: () => 0.999 });
    await core.start();
    await core.clock.advanceAsync(600_000);
    const { tries } = server;
    expect(tries).toBeLessThan(30);

    core.link.hint();
    core.link.hint();
    await core.settle();

    expect(server.tries).toBe(tries + 1);
    expect(core.state).toMatchObject({ state: 'offline', reason: 'The server cannot be reached.' });
  });

  it('keeps the time since which there is no contact through all its tries', async () => {
    const { server, core } = await online();
    const lostAtMs = core.clock.wallMs();
    server.isReachable = false;
    server.cut();

    await core.clock.advanceAsync(120_000);

    expect(core.state).toMatchObject({ state: 'offline', sinceMs: lostAtMs });
  });

  it.each([
    ['a message nobody knows', '{"type":"surprise"}'],
    ['text that is no JSON', 'welcome'],
    ['bytes', new Uint8Array([1, 2, 3])],
    ['an acknowledgment below zero', '{"type":"ack","throughSeq":-1,"results":[]}'],
  ])('closes the connection when the server says %s, and tries again', async (_, data) => {
    const { server, core } = await online();

    server.line?.sayText(data);
    await core.clock.advanceAsync(6_000);

    expect(server.hellos.length).toBeGreaterThan(1);
    expect(core.state?.state).toBe('online');
  });

  it('[P12] takes nothing for a welcome that is none', async () => {
    const server = new PaperServer();
    server.answers = false;
    const core = aCore(server);
    await core.start();
    expect(core.state?.state).toBe('connecting');

    await core.clock.advanceAsync(10_001);

    expect(core.state).toMatchObject({ state: 'offline', reason: 'The server did not answer in time.' });
  });
});

describe('wishes', () => {
  const wish = { type: 'queue', productId: 'freecad' } as const;

  it('[E36] is answered with what the server decided', async () => {
    const { core } = await online();

    const asked = core.reporter.wish(wish);
    await core.settle();

    expect(await asked).toEqual({ ok: true, value: { ticketId: 'ticket-1', offerId: null } });
    expect(core.reporter.pendingWishes).toEqual([]);
  });

  it('[E36] says OFFLINE after its time without a connection, and never reaches the outbox', async () => {
    const server = new PaperServer();
    server.isReachable = false;
    const core = aCore(server);
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
    const core = aCore(server, { random: () => 0 });
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
    const { server, core } = await online();
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
    const { core } = await online({ decide: (_, wishId) => ({ wishId, ok: false, code, message: 'No.' }) });

    const first = core.reporter.wish(wish);
    await core.settle();
    code = 'WISH_EXPIRED';
    const second = core.reporter.wish(wish);
    await core.settle();

    expect([await first, await second]).toMatchObject([{ code: 'NOT_FOUND' }, { code: 'EXPIRED' }]);
  });

  it('[P11] keeps its numbers with a server of an older version, and says that wishes cannot be made there', async () => {
    const { server, core } = await online({ version: 100, capabilities: [] });

    const asked = core.reporter.wish(wish);
    core.appear(1);
    await core.settle();

    expect(await asked).toMatchObject({ ok: false, code: 'REFUSED' });
    expect(kindsOf(server)).toEqual(['session-started', 'interval']);
  });
});

describe('watching', () => {
  it('[P30] says once that somebody looks, and again on every new connection', async () => {
    const { server, core } = await online();
    const watches = () =>
      server.received.flatMap((message) => (message.type === 'watch' ? [message.pools] : []));

    core.reporter.watch(true);
    core.reporter.watch(true);
    await core.settle();
    expect(watches()).toEqual([true]);

    server.cut();
    await core.clock.advanceAsync(10_000);
    core.reporter.watch(false);
    await core.settle();

    expect(watches()).toEqual([true, true, false]);
  });
});
