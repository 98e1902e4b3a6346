/** Session idle from a real X server: what it says, and that its death costs nothing but knowledge. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../main/agent/clock.ts';
import { LinuxIdle } from '../../main/agent/sensors/os/linux/idle-choice.ts';
import { X11Idle } from '../../main/agent/sensors/os/linux/x11-idle.ts';
import { run, Stage, until } from './sensors-support.ts';

let stage: Stage;
let idle: X11Idle | LinuxIdle | undefined;

beforeEach(() => {
  stage = new Stage();
});
afterEach(async () => {
  idle?.close();
  await stage.end();
});

const idleMsOf = async (source: X11Idle | LinuxIdle) => {
  const reading = await source.read();
  return reading.known ? reading.idleMs : undefined;
};

it('rises with time and falls with the mouse and with a key', async () => {
  const { display } = await stage.display();
  const source = new X11Idle(display, undefined, systemClock);
  idle = source;

  const first = await until(
    async () => ((await idleMsOf(source)) ?? 0) > 300 || undefined,
    'idle above 300 ms',
  );
  expect(first).toBe(true);
  const before = (await idleMsOf(source)) ?? 0;
  await run('xdotool', ['mousemove', '200', '200'], { DISPLAY: display });
  const afterMouse = (await idleMsOf(source)) ?? Number.NaN;
  await until(async () => ((await idleMsOf(source)) ?? 0) > 600 || undefined, 'idle above 600 ms');
  await run('xdotool', ['key', 'a'], { DISPLAY: display });
  const afterKey = (await idleMsOf(source)) ?? Number.NaN;

  expect(before).toBeGreaterThanOrEqual(300);
  expect(afterMouse).toBeLessThan(250);
  expect(afterKey).toBeLessThan(550);
  expect(source.health()).toEqual({ source: 'x11', state: 'working' });
});

it('needs the right cookie, and says so without it', async () => {
  const dir = stage.folder();
  const authority = join(dir, 'auth');
  const cookie = '0123456789abcdef0123456789abcdef';
  const addCookie = (file: string, display: string, value: string) =>
    execFileSync('xauth', ['-q', '-f', file, 'add', display, '.', value], { stdio: 'ignore' });
  // The server reads the file at its start, before its number is known; any entry counts for it.
  addCookie(authority, ':0', cookie);
  const { display } = await stage.display(['-auth', authority]);
  const own = join(dir, 'own');
  addCookie(own, display, cookie);
  const wrong = join(dir, 'wrong');
  addCookie(wrong, display, 'ffffffffffffffffffffffffffffffff');

  const trusted = new X11Idle(display, own, systemClock);
  idle = trusted;
  const stranger = new X11Idle(display, wrong, systemClock);

  expect(await trusted.read()).toMatchObject({ known: true });
  expect(await stranger.read()).toEqual({ known: false, because: 'source-failed' });
  expect(stranger.health()).toMatchObject({ state: 'failed', detail: expect.stringContaining('XAUTHORITY') });
});

it('the death of the X server leaves this process alive and the idle time unknown, and a new server is found', async () => {
  const server = await stage.display();
  let nowMs = 0;
  const clock = { ...systemClock, monotonicMs: () => systemClock.monotonicMs() + nowMs };
  const source = new X11Idle(server.display, undefined, clock);
  idle = source;
  expect(await source.read()).toMatchObject({ known: true });

  await server.kill('SIGKILL');
  await until(async () => ((await source.read()).known ? undefined : true), 'the loss is noticed');
  expect(await source.read()).toEqual({ known: false, because: 'source-failed' });
  expect(source.health().state).toBe('failed');

  const number = server.display.slice(1);
  const again = stage.start('Xvfb', [`:${number}`, '-displayfd', '3', '-nolisten', 'tcp', '-noreset']);
  await new Promise<void>((resolve) => {
    (again.child.stdio[3] as NodeJS.ReadableStream).once('data', () => resolve());
  });
  nowMs += 11_000; // past the pause between two attempts
  expect(await until(async () => ((await source.read()).known ? true : undefined), 'the new server')).toBe(
    true,
  );
});

it('a server that is stopped in the middle answers nothing: unknown within the time limit', async () => {
  const server = await stage.display();
  const source = new X11Idle(server.display, undefined, systemClock);
  idle = source;
  await source.read();

  process.kill(server.pid, 'SIGSTOP');
  const startedMs = Date.now();
  const reading = await source.read();
  process.kill(server.pid, 'SIGCONT');

  expect(reading).toEqual({ known: false, because: 'source-failed' });
  expect(Date.now() - startedMs).toBeLessThan(4_000);
});

it('under Wayland the X server is not asked', async () => {
  const { display } = await stage.display();
  const choice = new LinuxIdle(
    { display, authorityPath: undefined, isWayland: true, sessionBusAddress: undefined },
    systemClock,
  );
  idle = choice;

  expect(await choice.read()).toEqual({ known: false, because: 'no-source' });
  expect(choice.health()).toMatchObject({
    source: 'none',
    state: 'failed',
    detail: expect.stringContaining('Wayland'),
  });
});

it('without a session bus X11 is taken', async () => {
  const { display } = await stage.display();
  const choice = new LinuxIdle(
    { display, authorityPath: undefined, isWayland: false, sessionBusAddress: 'unix:path=/nonexistent/bus' },
    systemClock,
  );
  idle = choice;

  expect(await choice.read()).toMatchObject({ known: true });
  expect(choice.health()).toEqual({ source: 'x11', state: 'working' });
});
