/** The life of the shell in a real Electron: panel, second start, quit and come back, the host going and coming. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { failure } from '../../shared/outcome.ts';
import { aPool, aSession, aState } from '../support/a-state.ts';
import { clickTray, hasMenu, keepPicture, pressKeys } from './harness/desktop.ts';
import { shellFixture } from './harness/fixture.ts';
import { electronArgs, electronEnv, type ShellRun } from './harness/shell-run.ts';
import { waitUntil } from './harness/wait.ts';

const usher = shellFixture();

const HOLDING = aState({ sessions: [aSession()], pools: { asOfMs: 1, pools: [aPool()], products: [] } });

const isVisible = (shell: ShellRun): Promise<boolean> =>
  shell.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows().some((window) => window.isVisible()),
  );
const closeWindow = (shell: ShellRun): Promise<void> =>
  shell.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());

it('shows in the panel what the host says, at once and after every change', async () => {
  const dataDir = usher.makeDataDir();
  const host = await usher.startHost(dataDir, { state: HOLDING });

  const panel = await (await usher.startShell(dataDir)).panel();

  await panel.waitForSelector('text=You hold FreeCAD');
  await panel.waitForSelector('text=cad-07');
  await keepPicture(usher.desktop(), 'panel-holding');
  host.say({ ...HOLDING, sessions: [] });
  await panel.waitForSelector('text=No licensed application is running.');
});

it('takes a press in the panel to the host and shows what became of it', async () => {
  const dataDir = usher.makeDataDir();
  const host = await usher.startHost(dataDir, {
    state: HOLDING,
    onWish: (wish, { say }) => {
      say({ ...HOLDING, sessions: [aSession({ seat: { state: 'overage', sinceMs: HOLDING.asOfMs } })] });
      return { ok: true, value: wish.name === 'release' ? null : failure('NOT_FOUND', 'another wish') };
    },
  });
  const panel = await (await usher.startShell(dataDir)).panel();

  await panel.click('button:has-text("Give my seat back")');

  await panel.waitForSelector('text=runs here without a seat');
  expect(host.wishes).toEqual([{ name: 'release', input: { sessionId: 'session-1' } }]);
});

it('tells the person in the panel why a wish was refused', async () => {
  const dataDir = usher.makeDataDir();
  await usher.startHost(dataDir, {
    state: HOLDING,
    onWish: () => failure('OFFLINE', 'The server does not answer; your seat is kept.'),
  });
  const panel = await (await usher.startShell(dataDir)).panel();

  await panel.click('button:has-text("Give my seat back")');

  await panel.waitForSelector('text=The server does not answer; your seat is kept.');
});

it('stays in the tray when its window is closed, and the menu there opens it again', async () => {
  const dataDir = usher.makeDataDir();
  await usher.startHost(dataDir, { state: HOLDING });
  const shell = await usher.startShell(dataDir);
  await (await shell.panel()).waitForSelector('text=You hold FreeCAD');

  await closeWindow(shell);
  await waitUntil('the window to hide', async () => !(await isVisible(shell)));
  await clickTray(usher.desktop(), 'right');
  await waitUntil('the menu', () => hasMenu(usher.desktop()));
  await keepPicture(usher.desktop(), 'tray-menu');
  // The headline cannot be chosen; the first entry is the session, the second opens the panel.
  await pressKeys(usher.desktop(), ['Down', 'Down', 'Return']);

  await waitUntil('the window to show', () => isVisible(shell));
});

it('lets a second start bring the first to the front and end by itself', async () => {
  const dataDir = usher.makeDataDir();
  await usher.startHost(dataDir, { state: HOLDING });
  const first = await usher.startShell(dataDir);
  await first.panel();
  await closeWindow(first);
  await waitUntil('the window to hide', async () => !(await isVisible(first)));

  const options = { app: usher.app(), desktop: usher.desktop(), dataDir };
  const second = spawn(usher.app().electronPath, electronArgs(options), {
    env: electronEnv(options),
    stdio: 'ignore',
  });
  const [code] = await once(second, 'exit');

  expect(code).toBe(0);
  await waitUntil('the first window to show', () => isVisible(first));
});

it('says that the host is away when it dies, keeps what it last said, and attaches again', async () => {
  const dataDir = usher.makeDataDir();
  const host = await usher.startHost(dataDir, { state: HOLDING });
  const shell = await usher.startShell(dataDir, { args: ['--attach-only'] });
  const panel = await shell.panel();
  await panel.waitForSelector('text=You hold FreeCAD');

  await host.stop();
  await panel.waitForSelector('text=lost contact with Usher');
  await keepPicture(usher.desktop(), 'panel-host-away');
  expect(await panel.textContent('body')).toContain('FreeCAD');
  const again = await usher.startHost(dataDir, { state: HOLDING });

  await waitUntil('the shell at the new host', () => again.connections() === 1);
  await panel.waitForSelector('text=lost contact with Usher', { state: 'detached' });
  expect(shell.log()).toMatch(/attached -> away[\s\S]*away -> attached/);
});

it('quits without ending the host, and comes back to what the host says then', async () => {
  const dataDir = usher.makeDataDir();
  const host = await usher.startHost(dataDir, { state: HOLDING });
  const first = await usher.startShell(dataDir);
  await (await first.panel()).waitForSelector('text=You hold FreeCAD');

  await first.quit();
  expect(await first.ended).toBe(0);
  await waitUntil('the shell to leave the host', () => host.connections() === 0);
  host.say({ ...HOLDING, sessions: [aSession({ productName: 'KiCad' })] });
  const second = await usher.startShell(dataDir);

  await (await second.panel()).waitForSelector('text=You hold KiCad');
  expect(host.wishes).toEqual([]);
});
