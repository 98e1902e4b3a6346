/** Opens an address in the person's default browser. The address may hold a one-time token and is never logged. */
import { spawn } from 'node:child_process';
import type { Clock } from '../../../shared/time.ts';
import { browserOpener, thisPlatform } from '../system-places.ts';

const OPENER_LIMIT_MS = 5_000;

/** @returns false when no program could be found that opens addresses */
export function openInBrowser(url: string, clock: Clock): Promise<boolean> {
  const [file, ...args] = browserOpener(thisPlatform());
  return new Promise((resolve) => {
    const child = spawn(file, [...args, url], { stdio: 'ignore', detached: true });
    child.unref();
    const finish = (isOpened: boolean) => {
      cancel();
      resolve(isOpened);
    };
    // Some openers stay as long as the browser does; then it opened.
    const cancel = clock.setTimer(() => finish(true), OPENER_LIMIT_MS);
    child.once('error', () => finish(false));
    child.once('exit', (code) => finish(code === 0));
  });
}
