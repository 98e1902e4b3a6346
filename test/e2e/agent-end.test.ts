/** The agent host as a process: told to stop, left by its starter, ended by a face; what it leaves behind. */
import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AgentHouse, oneSession, online } from '../support/agent-house.ts';
import { exitOf } from '../support/house.ts';

let house: AgentHouse;
beforeEach(async () => {
  house = new AgentHouse();
  await house.startServer();
});
afterEach(() => house.leave());

describe('the end', () => {
  it.each([
    ['asked by its supervisor', (child: ChildProcess) => child.send({ type: 'stop' })],
    ['on SIGTERM', (child: ChildProcess) => child.kill('SIGTERM')],
    ['on SIGINT', (child: ChildProcess) => child.kill('SIGINT')],
    ['when its supervisor is gone', (child: ChildProcess) => child.disconnect()],
  ])('comes in less than a second and in order, %s', async (_, stop) => {
    house.startApplication();
    const running = await house.host();
    const client = await house.attach(running);
    await oneSession(client);
    await online(client);

    const before = performance.now();
    stop(running.child);
    await exitOf(running.child);

    expect(performance.now() - before).toBeLessThan(1_000);
    expect(running.child.exitCode).toBe(0);
    expect(existsSync(running.socketPath)).toBe(false);
  });

  it('lives on without its starter when it is detached, until a face ends it', async () => {
    const running = await house.detachedHost();
    const { child } = running;

    child.disconnect();
    const client = await house.attach(running);
    await online(client);
    await client.command('shutdown', null);
    await exitOf(child);

    expect(child.exitCode).toBe(0);
    expect(readFileSync(join(house.dataDir, 'agent', 'agent.log'), 'utf8')).toContain('a face asked');
  });

  it('[E24] takes holds along: their end is told before the host is gone', async () => {
    const running = await house.host();
    const client = await house.attach(running);
    await online(client);
    const held = await client.command('hold', { productId: 'freecad', pid: process.pid });
    expect(held).toMatchObject({ ok: true });
    await online(client);

    await running.stop();

    expect(await house.usage()).toMatchObject([{ endReason: 'exit' }]);
  });
});
