/** The ports of Linux as the agent opens them, on the real system; and a second person on the same account. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { hostname, userInfo } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { systemClock } from '../../../main/agent/clock.ts';
import { mayBeOurs } from '../../../main/agent/sensors/classify.ts';
import { openOs } from '../../../main/agent/sensors/os/index.ts';
import type { OsPorts, ProcessInfo } from '../../../main/agent/sensors/os/ports.ts';
import { syntheticProc } from '../../support/synthetic-proc.ts';

const children: ChildProcess[] = [];
const opened: OsPorts[] = [];

afterEach(async () => {
  for (const ports of opened.splice(0)) ports.close();
  for (const child of children.splice(0)) {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
});

async function open(options: Partial<Parameters<typeof openOs>[0]> = {}): Promise<OsPorts> {
  const ports = await openOs({
    clock: systemClock,
    environment: { DBUS_SYSTEM_BUS_ADDRESS: 'unix:path=/nonexistent' },
    ...options,
  });
  opened.push(ports);
  return ports;
}

/** Both processes as one person's ports see them. */
async function findAll(
  ports: OsPorts,
  pids: readonly (number | undefined)[],
): Promise<readonly ProcessInfo[]> {
  const found = new Map<number, ProcessInfo>();
  const deadlineMs = Date.now() + 10_000;
  while (Date.now() < deadlineMs) {
    for (const one of (await ports.processes.scan()).appeared)
      if (one.name === 'sleep') found.set(one.pid, one);
    const all = pids.flatMap((pid) => found.get(pid ?? -1) ?? []);
    if (all.length === pids.length) return all;
    await wait(20);
  }
  throw new Error('not seen within 10 s');
}

it('know who runs the agent, and which readers work', async () => {
  const ports = await open();

  expect(ports.own).toMatchObject({
    bootId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    account: String(process.getuid?.()),
    accountName: userInfo().username,
    hostName: hostname(),
    platform: 'linux',
  });
  expect(await ports.idle.read()).toEqual({ known: false, because: 'no-source' });
  await ports.processes.scan();
  expect([ports.processes.health().state, ports.power.health().state]).toEqual(['working', 'failed']);
});

it('fall back to ps-list where /proc cannot be read, and say why', async () => {
  const empty = syntheticProc();
  empty.destroy();
  const ports = await open({ procRoot: empty.root });

  const result = await ports.processes.scan();

  expect(result.appeared.find(({ pid }) => pid === process.pid)).toBeDefined();
  expect(ports.processes.health()).toEqual({
    source: 'ps-list',
    state: 'fallback',
    detail: '/proc does not work: The list of processes in /proc cannot be read.',
  });
});

it('two injected people on one account see only their own marked processes', async () => {
  const person = (account: string) => ({
    injectedSession: {
      account,
      accountName: account,
      osSession: account,
      accountVariable: 'USHER_TEST_ACCOUNT',
    },
  });
  const [ann, ben, nobody] = [await open(person('ann')), await open(person('ben')), await open()];
  const start = (account: string) => {
    const env = { PATH: process.env.PATH ?? '', USHER_TEST_ACCOUNT: account };
    const child = spawn('sleep', ['60'], { stdio: 'ignore', env });
    children.push(child);
    return child.pid;
  };
  const pids = [start('ann'), start('ben')];

  const whose = async (ports: OsPorts) =>
    (await findAll(ports, pids)).map((seen) => {
      const details = ports.processes.details(seen.pid, seen.startKey);
      return mayBeOurs(seen, ports.own) && details !== undefined && mayBeOurs(details, ports.own);
    });

  expect(await whose(ann)).toEqual([true, false]);
  expect(await whose(ben)).toEqual([false, true]);
  expect(await whose(nobody)).toEqual([true, true]); // without injection the uid counts
  expect(ann.own).toMatchObject({ account: 'ann', osSession: 'ann' });
});
