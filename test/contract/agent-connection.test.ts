/** The agent's connection, on a fake clock: half-open sockets, sleep, refusals, tries, and watching the pools. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AgentCores } from '../support/agent-cores.ts';
import { PaperEnroller } from '../support/an-agent-core.ts';
import { PaperServer } from '../support/paper-server.ts';

let cores: AgentCores;
beforeEach(() => {
  cores = new AgentCores();
});
afterEach(() => {
  for (const timers of cores.leave()) expect(timers).toBe(0);
});

const DAY = 86_400_000;

describe('liveness', () => {
  it('[P26] renews open sessions at once and then as often as the server said', async () => {
    const { server, core } = await cores.online();
    core.appear(1);
    const renewals = () => server.received.filter(({ type }) => type === 'renew').length;

    await core.clock.advanceAsync(61_000);

    expect(renewals()).toBe(2);
  });

  it('[P28] takes a silent connection for half-open and tries again', async () => {
    const { server, core } = await cores.online();
    server.cut(false);

    await core.clock.advanceAsync(74_000);
    expect(core.state?.state).toBe('online');
    await core.clock.advanceAsync(60_000);

    expect(server.hellos.length).toBeGreaterThan(1);
    expect(core.state?.state).toBe('online');
  });

  it('[P28] notices within seconds after a sleep that the connection is gone', async () => {
    const { server, core } = await cores.online();
    server.cut(false);
    core.clock.sleep(8 * 3_600_000);

    core.link.hint();
    await core.clock.advanceAsync(4_001);

    expect(core.states.some(({ state }) => state === 'offline')).toBe(true);
  });

  it('[P28] keeps a connection that answers the question after a sleep', async () => {
    const { server, core } = await cores.online();

    core.link.hint();
    await core.clock.advanceAsync(10_000);

    expect(server.hellos).toHaveLength(1);
  });

  it('[P27] answers the server’s pings', async () => {
    const { server, core } = await cores.online();

    server.say({ type: 'ping', nonce: 77 });
    await core.settle();

    expect(server.received).toContainEqual({ type: 'pong', nonce: 77 });
  });
});

describe('refusals and tries', () => {
  it('[P34] stops trying after a fatal code and goes on recording', async () => {
    const server = new PaperServer();
    server.refusesWith = 'TOO_OLD';
    const core = cores.add(server);
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
    const core = cores.add(server, { enroller });
    await core.start();
    await core.clock.advanceAsync(DAY);

    expect(enroller.refusals).toEqual([isCopy]);
    expect(server.tries).toBe(2);
    expect(core.state).toMatchObject({ state: 'refused', code: name });
  });

  it('[P36] waits longer and longer, and a hint ends the waiting', async () => {
    const server = new PaperServer();
    server.isReachable = false;
    const core = cores.add(server, { random: () => 0.999 });
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
    const { server, core } = await cores.online();
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
    const { server, core } = await cores.online();

    server.line?.sayText(data);
    await core.clock.advanceAsync(6_000);

    expect(server.hellos.length).toBeGreaterThan(1);
    expect(core.state?.state).toBe('online');
  });

  it('[P12] takes nothing for a welcome that is none', async () => {
    const server = new PaperServer();
    server.answers = false;
    const core = cores.add(server);
    await core.start();
    expect(core.state?.state).toBe('connecting');

    await core.clock.advanceAsync(10_001);

    expect(core.state).toMatchObject({ state: 'offline', reason: 'The server did not answer in time.' });
  });
});

describe('watching', () => {
  it('[P30] says once that somebody looks, and again on every new connection', async () => {
    const { server, core } = await cores.online();
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
