/** How the shell ends: asked by its supervisor, by a signal, by a supervisor that died, by a crash; and bad starts. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, it } from 'vitest';
import { aSession, aState } from '../support/a-state.ts';
import { shellFixture } from './harness/fixture.ts';
import { electronArgs, electronEnv } from './harness/shell-run.ts';
import { waitUntil } from './harness/wait.ts';

const usher = shellFixture();
const STATE = aState({ sessions: [aSession()] });
/** What `usher start` promises for everything together. */
const STOPS_WITHIN_MS = 2_000;

/** The shell as a supervisor starts it: with a channel, without a driver. */
function superviseShell(
  dataDir: string,
  args: readonly string[] = ['--attach-only'],
  env: Readonly<Record<string, string>> = {},
) {
  const options = { app: usher.app(), desktop: usher.desktop(), dataDir, args, env };
  const child = spawn(usher.app().electronPath, electronArgs(options), {
    env: electronEnv(options),
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let stderr = '';
  child.stderr?.on('data', (chunk) => {
    stderr += String(chunk);
  });
  const messages: unknown[] = [];
  child.on('message', (message) => messages.push(message));
  usher.afterwards(() => endHard(child));
  return { child, messages, stderr: () => stderr };
}

async function endHard(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** Milliseconds until it ended, and how. */
async function timeEnd(child: ChildProcess): Promise<{ ms: number; code: number | null }> {
  const startedAtMs = performance.now();
  const [code] = (await once(child, 'exit')) as [number | null];
  return { ms: performance.now() - startedAtMs, code };
}

it.each([
  ['says stop', ({ child }: { child: ChildProcess }) => child.send({ type: 'stop' })],
  ['dies without a word', ({ child }: { child: ChildProcess }) => child.disconnect()],
  ['sends a signal', ({ child }: { child: ChildProcess }) => child.kill('SIGTERM')],
] as const)('tells its supervisor that it is up, and ends in order when that %s', async (_how, ask) => {
  const dataDir = usher.makeDataDir();
  const host = await usher.startHost(dataDir, { state: STATE });
  const shell = superviseShell(dataDir);
  await waitUntil('the word', () => shell.messages.length > 0);
  await waitUntil('the contact', () => host.connections() === 1);

  ask(shell);
  const { ms, code } = await timeEnd(shell.child);

  expect(shell.messages).toEqual([{ type: 'ready' }]);
  expect(code).toBe(0);
  expect(ms).toBeLessThan(STOPS_WITHIN_MS);
  await waitUntil('the shell to leave the host', () => host.connections() === 0);
});

it('starts again after it was killed, although it could not clean up', async () => {
  const dataDir = usher.makeDataDir();
  const host = await usher.startHost(dataDir, { state: STATE });
  const first = superviseShell(dataDir);
  await waitUntil('the contact', () => host.connections() === 1);
  await endHard(first.child);
  await waitUntil('the shell to be gone', () => host.connections() === 0);

  const panel = await (await usher.startShell(dataDir)).panel();

  await panel.waitForSelector('text=You hold FreeCAD');
  expect(host.wishes).toEqual([]);
});

it('shows a fresh panel after the page was killed', async () => {
  const dataDir = usher.makeDataDir();
  await usher.startHost(dataDir, { state: STATE });
  const shell = await usher.startShell(dataDir);
  await (await shell.panel()).waitForSelector('text=You hold FreeCAD');

  await shell.app.evaluate(({ BrowserWindow }) => {
    process.kill(BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId() ?? 0, 'SIGKILL');
  });
  await waitUntil('the window to go', async () => (await windows()) === 0);
  expect(shell.log()).toMatch(/the panel's process ended/);
  const options = { app: usher.app(), desktop: usher.desktop(), dataDir };
  await once(spawn(usher.app().electronPath, electronArgs(options), { env: electronEnv(options) }), 'exit');

  await waitUntil('the text in the new window', () =>
    shell.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript(
        "document.body.textContent.includes('You hold FreeCAD')",
      ),
    ),
  );

  function windows(): Promise<number> {
    return shell.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length);
  }
});

it('says what is wrong with its configuration, and ends', async () => {
  const shell = superviseShell(usher.makeDataDir(), ['--attach-only'], {
    USHER_CONSOLE_URL: 'http://example.com/',
  });

  const { code } = await timeEnd(shell.child);

  expect(code).toBe(1);
  expect(shell.stderr()).toMatch(
    /usher shell: USHER_CONSOLE_URL must be an https address, or http on this machine\./,
  );
});

it('says that its folder cannot be made, and what to do', async () => {
  const dataDir = usher.makeDataDir();
  mkdirSync(dirname(dataDir), { recursive: true });
  mkdirSync(dataDir);
  writeFileSync(`${dataDir}/shell`, 'a file where the folder should be');
  const shell = superviseShell(dataDir);

  const { code } = await timeEnd(shell.child);

  expect(code).toBe(1);
  expect(shell.stderr()).toMatch(/usher shell: the folder .* cannot be made .*--data DIR/);
});
