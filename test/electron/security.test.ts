/** What the page may not do, tried from inside the page in a real Electron. */
import { expect, it } from 'vitest';
import type { PanelBridge } from '../../shared/agent-api.ts';
import { aSession, aState } from '../support/a-state.ts';
import { shellFixture } from './harness/fixture.ts';
import type { ShellRun } from './harness/shell-run.ts';
import { waitUntil } from './harness/wait.ts';

declare global {
  interface Window {
    readonly usher?: PanelBridge;
  }
}

const usher = shellFixture();

async function openPanel() {
  const dataDir = usher.makeDataDir();
  const host = await usher.startHost(dataDir, { state: aState({ sessions: [aSession()] }) });
  const shell = await usher.startShell(dataDir, { env: { USHER_CONSOLE_URL: 'http://127.0.0.1:9/' } });
  const panel = await shell.panel();
  await panel.waitForSelector('text=You hold FreeCAD');
  return { host, shell, panel };
}

/** Runs code in the page without a driver that would wait for the navigations that are refused. */
const runInPage = (shell: ShellRun, code: string): Promise<unknown> =>
  shell.app.evaluate(
    ({ BrowserWindow }, given) => BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript(given),
    code,
  );

it('opens its window with the preferences that keep the page apart from the system', async () => {
  const { shell } = await openPanel();

  const preferences = await shell.app.evaluate(({ BrowserWindow }) => {
    const page = BrowserWindow.getAllWindows()[0]?.webContents as unknown as {
      getLastWebPreferences(): Record<string, unknown>;
    };
    return page.getLastWebPreferences();
  });

  expect(preferences).toMatchObject({
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    contextIsolation: true,
    sandbox: true,
    webviewTag: false,
  });
  expect(preferences.webSecurity).not.toBe(false);
});

it('gives the page one function for each message and nothing of Electron or Node', async () => {
  const { panel } = await openPanel();

  const seen = await panel.evaluate(() => ({
    bridge: Object.keys(window.usher ?? {}).sort(),
    strangers: ['require', 'process', 'module', 'ipcRenderer', 'Buffer', '__dirname'].filter(
      (name) => name in window,
    ),
  }));

  expect(seen).toEqual({
    bridge: [
      'answerHandover',
      'askHolder',
      'carrier',
      'claim',
      'decline',
      'defer',
      'dismissNotice',
      'leave',
      'myContact',
      'onCarrier',
      'onState',
      'openLink',
      'queue',
      'release',
      'setContact',
      'state',
    ],
    strangers: [],
  });
});

it('draws the panel without breaking its own policy', async () => {
  const { shell } = await openPanel();
  // The driver's own scripts would be violations, so it stays out of the page from here on.
  await shell.app.evaluate(({ BrowserWindow }) => {
    const page = BrowserWindow.getAllWindows()[0]?.webContents;
    const complaints: string[] = [];
    Object.assign(globalThis, { complaints });
    page?.on('console-message', (...args: unknown[]) => complaints.push(String(args[2])));
    page?.reload();
  });

  await waitUntil('the panel again', () =>
    runInPage(
      shell,
      "document.readyState === 'complete' && document.body.textContent.includes('You hold FreeCAD')",
    ),
  );

  expect(
    await shell.app.evaluate(() => (globalThis as unknown as { complaints: string[] }).complaints),
  ).toEqual([]);
  // The policy let the styles of the component library through, which needs its nonce.
  expect(
    await runInPage(shell, "[...document.querySelectorAll('style')].every((style) => style.sheet !== null)"),
  ).toBe(true);
  expect(await runInPage(shell, "document.querySelectorAll('style').length")).toBeGreaterThan(0);
});

it.each([
  ['a number where an id belongs', 'claim', { offerId: 5 }],
  ['a field that the schema does not have', 'claim', { offerId: 'offer-1', force: true }],
  ['nothing at all', 'release', undefined],
  ['a list', 'queue', ['autocad']],
] as const)('refuses %s with a code, and the host never sees it', async (_what, name, input) => {
  const { panel, host } = await openPanel();

  const outcome = await panel.evaluate(
    ([called, given]) =>
      (window.usher as unknown as Record<string, (value: unknown) => Promise<unknown>>)[called]?.(given),
    [name, input] as const,
  );

  expect(outcome).toMatchObject({ ok: false, code: 'BAD_ARGUMENTS' });
  expect(host.wishes).toEqual([]);
});

it('opens links by their name only', async () => {
  const { panel, shell } = await openPanel();
  await shell.app.evaluate(({ shell: opener }) => {
    const opened: string[] = [];
    Object.assign(globalThis, { opened });
    opener.openExternal = async (address) => {
      opened.push(address);
    };
  });
  const open = (name: string) =>
    panel.evaluate(
      (link) =>
        window.usher?.openLink(link as 'help').then(
          () => 'opened',
          (error: Error) => error.message,
        ),
      name,
    );

  expect(await open('https://example.com/')).toMatch(/does not fit/);
  expect(await open('help')).toMatch(/No address is set/);
  expect(await open('console')).toBe('opened');
  expect(await shell.app.evaluate(() => (globalThis as unknown as { opened: string[] }).opened)).toEqual([
    'http://127.0.0.1:9/',
  ]);
});

it.each([
  ['to another site', "location.href = 'https://example.com/'"],
  ['to a file', "location.assign('file:///etc/passwd')"],
  ['to another page of its own', "location.assign('app://panel/missing.html')"],
  [
    'by a form',
    "document.body.insertAdjacentHTML('beforeend', '<form action=\"https://example.com/\"></form>'); document.forms[0].submit()",
  ],
] as const)('does not let the page navigate %s', async (_what, code) => {
  const { panel, shell } = await openPanel();

  await runInPage(shell, `${code}; null`);
  await panel.waitForSelector('text=You hold FreeCAD');

  expect(panel.url()).toBe('app://panel/');
  // Chromium stops forms (by the policy) and files before Electron is asked.
  if (!/form|file:/.test(code))
    await waitUntil('the refusal in the log', () => /refused a navigation/.test(shell.log()));
});

it.each([
  ['by window.open', "window.open('https://example.com/')"],
  [
    'by a link',
    "document.body.insertAdjacentHTML('beforeend', '<a target=_blank href=https://example.com/>x</a>'); document.body.lastElementChild.click()",
  ],
] as const)('opens no second window %s', async (_what, code) => {
  const { shell } = await openPanel();

  // Later, because the driver would wait for the window that never comes.
  await runInPage(shell, `setTimeout(() => { ${code} }, 10); null`);
  await waitUntil('the refusal in the log', () => /refused a new window/.test(shell.log()));

  expect(await shell.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
});

it('shows nothing foreign in a frame', async () => {
  const { panel, shell } = await openPanel();

  await runInPage(
    shell,
    "document.body.insertAdjacentHTML('beforeend', '<iframe src=https://example.com/></iframe>'); null",
  );
  const frame = await waitUntil('the frame', () => panel.frames()[1]);

  expect(frame.url()).not.toContain('example.com');
});

it('grants no permission', async () => {
  const { panel, shell } = await openPanel();

  const answers = await panel.evaluate(async () => ({
    notification: await Notification.requestPermission(),
    location: await new Promise((resolve) =>
      navigator.geolocation.getCurrentPosition(
        () => resolve('granted'),
        ({ code }) => resolve(code),
      ),
    ),
  }));

  expect(answers).toEqual({ notification: 'denied', location: 1 });
  await waitUntil('the refusal in the log', () => /refused the permission/.test(shell.log()));
});

it('lets the page fetch nothing, not even itself', async () => {
  const { panel } = await openPanel();

  const tries = await panel.evaluate(() =>
    Promise.all(
      ['https://example.com/', 'http://127.0.0.1:9/', 'app://panel/index.html', 'file:///etc/passwd'].map(
        (address) =>
          fetch(address).then(
            () => 'answered',
            () => 'refused',
          ),
      ),
    ),
  );

  expect(tries).toEqual(['refused', 'refused', 'refused', 'refused']);
});

it('does not even ask for addresses of another host of its scheme', async () => {
  const { panel } = await openPanel();

  await expect(panel.goto('app://other/index.html')).rejects.toThrow(/ERR_BLOCKED_BY_CLIENT/);
});

it.each([
  ['a file of the panel', 'app://panel/index.html', 200],
  ['a parent folder', 'app://panel/../shell/main.cjs', 404],
  ['an encoded parent folder', 'app://panel/%2e%2e/shell/main.cjs', 404],
  ['an encoded separator', 'app://panel/..%2fshell%2fmain.cjs', 400],
  ['an encoded backslash', 'app://panel/..%5cshell%5cmain.cjs', 400],
  ['an absolute path', 'app://panel//etc/passwd', 400],
  ['a hidden file', 'app://panel/.env', 400],
  ['a missing file', 'app://panel/missing.js', 404],
  ['a kind of file that the panel has not', 'app://panel/index.php', 404],
] as const)('answers %s with its policy on it', async (_what, address, status) => {
  const { panel } = await openPanel();

  const response = await panel.goto(address);

  expect(response?.status()).toBe(status);
  const policy = response?.headers()['content-security-policy'] ?? '';
  expect(policy).toMatch(
    /^default-src 'none'; script-src 'self'; style-src 'self' 'nonce-[A-Za-z0-9+/=]{24}';/,
  );
  expect(policy).toContain("connect-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  if (status !== 200) expect(await panel.textContent('body')).not.toContain('root:');
});
