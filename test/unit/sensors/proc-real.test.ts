/** The /proc scanner on real processes that do what hazards are made of. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../../main/agent/clock.ts';
import { openProcReader } from '../../../main/agent/sensors/os/linux/proc-reader.ts';
import { ProcScanner } from '../../../main/agent/sensors/os/linux/proc-scanner.ts';
import type { ProcessInfo } from '../../../main/agent/sensors/os/ports.ts';

let dir: string;
let children: ChildProcess[];
let scanner: ProcScanner;
const sensors = fileURLToPath(new URL('../../../main/agent/sensors/os/linux/', import.meta.url));
const isRoot = process.getuid?.() === 0;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'usher-real-'));
  children = [];
  scanner = new ProcScanner(openProcReader('/proc'), systemClock);
});
afterEach(async () => {
  await Promise.all(children.map(end));
  rmSync(dir, { recursive: true, force: true });
});

function start(command: string, args: readonly string[], options: { uid?: number } = {}): ChildProcess {
  const child = spawn(command, args, { stdio: ['pipe', 'ignore', 'ignore'], ...options });
  children.push(child);
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** Start times count in ticks of 10 ms: a pid that comes back within one of them cannot be told apart. */
async function nextTick(): Promise<void> {
  const uptime = () => Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
  const start = uptime();
  while (uptime() < start + 0.02) await wait(5);
}

async function until(fits: (process: ProcessInfo) => boolean): Promise<ProcessInfo> {
  const deadlineMs = Date.now() + 10_000;
  while (Date.now() < deadlineMs) {
    const found = (await scanner.scan()).appeared.find(fits);
    if (found) return found;
    await wait(20);
  }
  throw new Error('not seen within 10 s');
}

it('[H4] a program with spaces, parentheses and unicode in its name is found by its whole path', async () => {
  const path = join(dir, 'Prüf (x86) stand✓ v2.bin');
  copyFileSync('/bin/sleep', path);
  await scanner.scan();
  const { pid } = start(path, ['60']);

  const seen = await until((process) => process.pid === pid && process.name !== 'node');

  expect(Buffer.byteLength(seen.name)).toBeLessThanOrEqual(17); // 15 bytes, the cut character as U+FFFD
  expect(scanner.details(seen.pid, seen.startKey)).toMatchObject({ exePath: path, args: [path, '60'] });
});

it('[H4] a program whose file was replaced keeps its path', async () => {
  const path = join(dir, 'updated');
  copyFileSync('/bin/sleep', path);
  const { pid } = start(path, ['60']);
  const seen = await until((process) => process.pid === pid && process.name === 'updated');
  unlinkSync(path);

  expect(scanner.details(seen.pid, seen.startKey)?.exePath).toBe(path);
});

it('[H2] a script that becomes the application is seen as the application, under the same key', async () => {
  const script = join(dir, 'launcher');
  // bash asks for a line and then becomes sleep in place.
  writeFileSync(script, '#!/bin/bash\nread line\nexec sleep 60\n');
  chmodSync(script, 0o755);
  const child = start(script, []);
  const before = await until((process) => process.pid === child.pid && process.name === 'launcher');

  child.stdin?.write('go\n');
  const after = await until((process) => process.pid === child.pid && process.name === 'sleep');

  expect(after.startKey).toBe(before.startKey);
  expect(scanner.details(after.pid, after.startKey)?.exePath).toMatch(/\/sleep$/);
});

it('[H2] is seen although script and application have the same name', async () => {
  const script = join(dir, 'twin');
  const application = join(dir, 'real', 'twin');
  writeFileSync(script, `#!/bin/bash\nread line\nexec "${application}" 60\n`);
  chmodSync(script, 0o755);
  mkdirSync(join(dir, 'real'));
  copyFileSync('/bin/sleep', application);
  const child = start(script, []);
  const before = await until((process) => process.pid === child.pid && process.name === 'twin');
  expect(scanner.details(before.pid, before.startKey)?.exePath).toMatch(/bash$/);

  child.stdin?.write('go\n');
  const after = await until((process) => process.pid === child.pid);

  expect(scanner.details(after.pid, after.startKey)?.exePath).toBe(application);
});

// The kernel lets only root choose the next pid; elsewhere the synthetic /proc has the same hazard.
it.runIf(isRoot)(
  '[H1] a pid that the kernel gives again is another process',
  { timeout: 60_000 },
  async () => {
    const first = start('/bin/sleep', ['60']);
    const seen = await until((process) => process.pid === first.pid && process.name === 'sleep');
    await end(first);
    await nextTick();

    let second: ChildProcess | undefined;
    for (let attempt = 0; attempt < 50 && second?.pid !== first.pid; attempt++) {
      writeFileSync('/proc/sys/kernel/ns_last_pid', String((first.pid ?? 0) - 1));
      second = start('/bin/sleep', ['60']);
    }
    expect(second?.pid).toBe(first.pid);

    expect(scanner.details(seen.pid, seen.startKey)).toBeUndefined();
    const result = await scanner.scan();
    expect(result.vanished).toContainEqual({ pid: seen.pid, startKey: seen.startKey });
    const again = result.appeared.find(({ pid }) => pid === seen.pid);
    expect(again && Number(again.startKey) > Number(seen.startKey)).toBe(true);
  },
);

it.runIf(isRoot)("[H6] another account's process has its account and name", async () => {
  const child = start('/bin/sleep', ['60'], { uid: 65_534 });

  const seen = await until((process) => process.pid === child.pid && process.name === 'sleep');

  expect(seen.account).toBe('65534');
});

it.runIf(isRoot)(
  '[H6] a plain account reads names and arguments of others, not their paths, and loses nothing',
  async () => {
    const script = `
    const { openProcReader } = await import(${JSON.stringify(join(sensors, 'proc-reader.ts'))});
    const { ProcScanner } = await import(${JSON.stringify(join(sensors, 'proc-scanner.ts'))});
    const clock = { wallMs: Date.now, monotonicMs: () => performance.now() };
    const scanner = new ProcScanner(openProcReader('/proc'), clock);
    const { appeared, totalProcesses } = await scanner.scan();
    const parent = appeared.find(({ pid }) => pid === process.ppid);
    console.log(JSON.stringify({ totalProcesses, details: scanner.details(parent.pid, parent.startKey) }));`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
      uid: 65_534,
      cwd: '/',
    });
    children.push(child);
    const chunks: string[] = [];
    child.stdout?.on('data', (chunk) => chunks.push(String(chunk)));
    await once(child, 'close');

    const { totalProcesses, details } = JSON.parse(chunks.join(''));

    expect(totalProcesses).toBeGreaterThan(5);
    expect(details).toMatchObject({
      pid: process.pid,
      account: '0',
      name: expect.any(String),
      args: expect.any(Array),
    });
    expect(details).not.toHaveProperty('exePath');
  },
);
