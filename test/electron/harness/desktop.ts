/** A desktop of its own for one test file: X server, session bus, window manager, tray. Ends with the test. */
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { waitUntil } from './wait.ts';

export interface Desktop {
  /** What programs of this desktop need: DISPLAY and DBUS_SESSION_BUS_ADDRESS. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** XEmbed tray at the lower left, white, as wide as its icons. */
const TRAYER = [
  ...['--edge', 'bottom', '--align', 'left', '--widthtype', 'request', '--height', '32'],
  ...['--SetDockType', 'true', '--transparent', 'true', '--alpha', '0', '--tint', '0xffffff'],
];

/** The first line that a child writes to one of its descriptors. */
async function firstLine(child: ChildProcess, descriptor: 1 | 3): Promise<string> {
  const source = child.stdio[descriptor];
  if (!(source instanceof Readable)) throw new Error(`descriptor ${descriptor} is not a pipe to read from`);
  const found = await new Promise<string>((resolve, reject) => {
    let text = '';
    source.on('data', (chunk) => {
      text += String(chunk);
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')).trim());
    });
    source.once('end', () => reject(new Error(`${child.spawnfile} ended before it said anything`)));
    child.once('error', reject);
  });
  return found;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}

export async function startDesktop(): Promise<Desktop> {
  const children: ChildProcess[] = [];
  const stop = async (): Promise<void> => {
    for (const child of children.reverse()) await end(child);
  };
  const start = (command: string, args: readonly string[], env: NodeJS.ProcessEnv, talksOn?: 1 | 3) => {
    const stdio = ['ignore', 'ignore', 'ignore', 'ignore'].map((mode, fd) =>
      fd === talksOn ? 'pipe' : mode,
    );
    const child = spawn(command, args, { env, stdio: stdio as StdioOptions });
    children.push(child);
    return child;
  };
  try {
    const x = start(
      'Xvfb',
      ['-displayfd', '3', '-screen', '0', '1024x768x24', '-nolisten', 'tcp'],
      process.env,
      3,
    );
    const display = `:${await firstLine(x, 3)}`;
    const bus = start('dbus-daemon', ['--session', '--nofork', '--print-address=1'], process.env, 1);
    const env = { DISPLAY: display, DBUS_SESSION_BUS_ADDRESS: await firstLine(bus, 1) };
    const inside = { ...process.env, ...env };
    start('openbox', [], inside);
    // Without a window manager nobody knows the current workspace, and the tray would find no place.
    await waitUntil(
      'the window manager',
      async () => (await runProgram('xdotool', ['get_desktop'], inside)).code === 0,
    );
    start('trayer', TRAYER, inside);
    await waitUntil('the tray', () => findTrayWindow(inside));
    return { env, stop };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}

async function findTrayWindow(env: NodeJS.ProcessEnv): Promise<string | null> {
  const { output } = await runProgram('xdotool', ['search', '--class', 'trayer'], env);
  return output.trim().split('\n').at(-1) || null;
}

export async function runProgram(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += String(chunk);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}

/** Presses a mouse button in the middle of the first icon of the tray. */
export async function clickTray({ env }: Desktop, button: 'left' | 'right'): Promise<void> {
  const inside = { ...process.env, ...env };
  const window = await waitUntil('the tray', () => findTrayWindow(inside));
  const place = ['mousemove', '--window', window, '16', '16'];
  await runProgram('xdotool', [...place, 'click', button === 'left' ? '1' : '3'], inside);
}

/** true: a menu is open; menus are the only windows here without a title that are taller than the tray. */
export async function hasMenu({ env }: Desktop): Promise<boolean> {
  const inside = { ...process.env, ...env };
  const { output } = await runProgram('xdotool', ['search', '--onlyvisible', '--class', 'electron'], inside);
  return output.trim() !== '';
}

/** Presses keys one after the other, as xdotool names them. */
export async function pressKeys({ env }: Desktop, keys: readonly string[]): Promise<void> {
  await runProgram('xdotool', ['key', '--delay', '60', ...keys], { ...process.env, ...env });
}

/** What the tray shows now, as RGB bytes. */
export async function photographTray({ env }: Desktop): Promise<Buffer> {
  const inside = { ...process.env, ...env };
  const window = await waitUntil('the tray', () => findTrayWindow(inside));
  return photograph(window, 'rgb:-', inside);
}

/** Keeps a picture of the whole screen for people to look at: test-results/electron/NAME.png. */
export async function keepPicture({ env }: Desktop, name: string): Promise<void> {
  const dir = join(import.meta.dirname, '..', '..', '..', 'test-results', 'electron');
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, `${name}.png`), await photograph('root', 'png:-', { ...process.env, ...env }));
}

async function photograph(window: string, format: string, env: NodeJS.ProcessEnv): Promise<Buffer> {
  const child = spawn('import', ['-silent', '-window', window, '-depth', '8', format], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`import (ImageMagick) ended with ${code}`);
  return Buffer.concat(chunks);
}
