import { describe, expect, it } from 'vitest';
import type { Download } from '../../../main/cli/start/electron-runtime.ts';
import { createPanelOpener } from '../../../main/cli/start/panel-opener.ts';
import { FakeClock } from '../../support/fake-clock.ts';

function anOpener(over: { readonly url?: string | null; readonly hasBrowser?: boolean } = {}) {
  const clock = new FakeClock();
  const done: string[] = [];
  const { promise, resolve } = Promise.withResolvers<Download>();
  const opener = createPanelOpener({
    clock,
    screen: { say: (text) => void done.push(text) },
    panelUrl: async () => (over.url === undefined ? 'http://127.0.0.1:1/enter' : over.url),
    openInBrowser: async (url) => {
      done.push(`browser ${url}`);
      return over.hasBrowser ?? true;
    },
    startShell: (path) => void done.push(`shell ${path}`),
    download: () => ({ done: promise, cancel: () => void done.push('download canceled') }),
  });
  return { clock, done, opener, arrive: resolve };
}

describe('opening the panel while Electron is downloaded', () => {
  it('starts the shell when the runtime arrives soon, and no browser', async () => {
    const { clock, done, opener, arrive } = anOpener();
    const opening = opener.open({ kind: 'download' });

    await clock.advanceAsync(5_000);
    arrive({ kind: 'installed', electronPath: '/e' });
    await opening;

    expect(done).toEqual([
      expect.stringContaining('being downloaded'),
      expect.stringContaining('is installed'),
      'shell /e',
    ]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('opens the browser after 15 s, and the shell all the same when the runtime arrives', async () => {
    const { clock, done, opener, arrive } = anOpener();
    const opening = opener.open({ kind: 'download' });

    await clock.advanceAsync(14_999);
    expect(done).toHaveLength(1);
    await clock.advanceAsync(1);
    expect(done).toContain('browser http://127.0.0.1:1/enter');
    arrive({ kind: 'installed', electronPath: '/e' });
    await opening;

    expect(done.at(-1)).toBe('shell /e');
  });

  it('opens the browser at once, and once, when the runtime cannot be had', async () => {
    const { done, opener, arrive } = anOpener();

    arrive({ kind: 'failed', reason: 'no route' });
    await opener.open({ kind: 'download' });

    expect(done.slice(1)).toEqual([
      'Electron cannot be downloaded here (no route).',
      'browser http://127.0.0.1:1/enter',
      'The panel opens in your browser.',
    ]);
  });

  it('opens nothing after it was canceled, and ends the download', async () => {
    const { clock, done, opener, arrive } = anOpener();
    const opening = opener.open({ kind: 'download' });

    opener.cancel();
    arrive({ kind: 'failed', reason: 'killed' });
    await opening;
    await clock.advanceAsync(60_000);

    expect(done).toEqual([expect.stringContaining('being downloaded'), 'download canceled']);
  });

  it('says so when no program opens addresses, and does nothing without an address', async () => {
    const without = anOpener({ hasBrowser: false });
    await without.opener.open({ kind: 'browser', because: 'wanted' });
    expect(without.done.at(-1)).toMatch(/open the address of the panel yourself/);

    const silent = anOpener({ url: null });
    await silent.opener.open({ kind: 'browser', because: 'wanted' });
    expect(silent.done).toEqual([]);
  });
});
