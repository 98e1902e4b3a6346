/** The agent host as a process: killed and started again, without its server, cut off, with a damaged outbox. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AGENT_TIMING, AgentHouse, hasScanned, oneSession, online } from '../support/agent-house.ts';
import { startHalfOpenProxy } from '../support/half-open-proxy.ts';
import { eventually, kill9 } from '../support/house.ts';

let house: AgentHouse;
beforeEach(async () => {
  house = new AgentHouse();
  await house.startServer();
});
afterEach(() => house.leave());

describe('death and return', () => {
  it('[E19] [E30] goes on with the same session after kill -9, counted once by the server', async () => {
    const application = house.startApplication();
    const first = await house.host();
    const before = await oneSession(await house.attach(first));

    for (let round = 0; round < 3; round++) {
      await kill9(house.children.filter((child) => child !== application).at(-1) ?? first.child);
      const again = await house.host();
      const client = await house.attach(again);
      await online(client);
      await hasScanned(client);
      expect((await oneSession(client)).sessionId).toBe(before.sessionId);
    }
    await kill9(application);

    const [record, ...others] = await eventually('the end', async () => {
      const records = await house.usage();
      return records.every(({ endedAtMs }) => endedAtMs !== null) ? records : null;
    });
    expect(others).toEqual([]);
    expect(record).toMatchObject({ sessionId: before.sessionId, endReason: 'exit' });
  });

  it('[E21] says that an application ended unseen when it was gone on return', async () => {
    const application = house.startApplication();
    const first = await house.host();
    const client = await house.attach(first);
    await oneSession(client);
    await online(client);
    await kill9(first.child);
    const killedAtMs = Date.now();

    await kill9(application);
    await house.attach(await house.host());

    // The server ends it when the host comes back without it; the host's own word then corrects the time ([P13]).
    const record = await eventually('the end as the host saw it', async () => {
      const [first] = await house.usage();
      return first?.endedAtMs && first.endedAtMs <= killedAtMs ? first : null;
    });
    expect(record).toMatchObject({ endReason: 'unseen' });
  });

  it('[E29] delivers what happened while the server was away', async () => {
    const client = await house.attach(await house.host());
    await online(client);
    const port = new URL(house.server.url).port;
    await kill9(house.server.child);
    await eventually('offline', () => client.state().connection.state === 'offline');

    const application = house.startApplication();
    await oneSession(client);
    await kill9(application);
    await eventually('no session', () => client.state().sessions.length === 0);
    expect(client.state().outboxWaiting).toBeGreaterThanOrEqual(4);
    await house.startServer({ extraArgs: ['--port', port] });

    await online(client);
    expect(await house.usage()).toMatchObject([{ endReason: 'exit' }]);
  });

  it('[P28] notices a pulled cable and comes back by another way', async () => {
    await house.server.stop();
    await house.startServer({ timing: { ...AGENT_TIMING, pingEveryMs: 200 } });
    const proxy = await startHalfOpenProxy(Number(new URL(house.server.url).port));
    const client = await house.attach(await house.host({ url: `http://127.0.0.1:${proxy.port}` }));
    await online(client);

    proxy.stopForwarding();
    const connection = await eventually('offline', () => {
      const { connection: now } = client.state();
      return now.state === 'offline' ? now : null;
    });

    expect(connection.reason).toMatch(/stopped answering|cut|reached/);
    await proxy.close();
  });

  it('[E32] begins anew with an outbox that is damaged, keeps the damaged one, and counts no session twice', async () => {
    const application = house.startApplication();
    const first = await house.host();
    const client = await house.attach(first);
    await oneSession(client);
    await online(client);
    await kill9(first.child);
    // The log beside it holds whole pages: with it alone nothing would be lost.
    for (const name of ['outbox.sqlite', 'outbox.sqlite-wal'])
      writeFileSync(join(house.dataDir, 'agent', name), 'x'.repeat(9_000));

    const again = await house.attach(await house.host());
    await online(again);
    await oneSession(again);
    await kill9(application);

    const records = await eventually('the ends', async () => {
      const all = await house.usage();
      return all.length === 2 && all.every(({ endedAtMs }) => endedAtMs !== null) ? all : null;
    });
    expect(existsSync(join(house.dataDir, 'agent', 'outbox.sqlite.damaged-1'))).toBe(true);
    expect(records.map(({ endReason }) => endReason).toSorted()).toEqual(['exit', 'unseen']);
    const [earlier, later] = records.toSorted((a, b) => Number(a.endedAtMs) - Number(b.endedAtMs));
    expect(Number(earlier?.actualMs) + Number(later?.actualMs)).toBeLessThanOrEqual(
      Date.now() - Number(earlier?.startedAtMs),
    );
  });
});
