/** Electron's runtime: is it there, and can it be had? Its package downloads it on demand; a start never waits for that. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../../shared/time.ts';
import { MINUTE } from '../../../shared/time.ts';
import { electronPath, thisPlatform } from '../system-places.ts';

export type Download =
  | { readonly kind: 'installed'; readonly electronPath: string }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'impossible' };

export interface RunningDownload {
  readonly done: Promise<Download>;
  cancel(): void;
}

/** About 110 MB: on a slow line this takes minutes, and nobody waits for it. */
const DOWNLOAD_LIMIT_MS = 10 * MINUTE;

/** What the package's installer prints at last, without its stack. */
function reasonOf(output: string): string {
  const line = output
    .split('\n')
    .find((candidate) => /error|ENOTFOUND|refused|denied|status/i.test(candidate));
  return (
    (line ?? output.split('\n')[0] ?? '')
      .replace(/^\s*\w*Error:\s*/, '')
      .trim()
      .slice(0, 160) || 'the installer gave no reason'
  );
}

/** Runs the installer of the electron package in the background. */
export function downloadElectron(rootDir: string, clock: Clock): RunningDownload {
  const installer = join(rootDir, 'node_modules', 'electron', 'install.js');
  if (!existsSync(installer)) return { done: Promise.resolve({ kind: 'impossible' }), cancel: () => {} };
  const child = spawn(process.execPath, [installer], { stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    output = `${output}${chunk}`.slice(0, 8_192);
  });
  const cancelTimer = clock.setTimer(() => child.kill('SIGKILL'), DOWNLOAD_LIMIT_MS);
  const done = new Promise<Download>((resolve) => {
    child.once('error', (error) => resolve({ kind: 'failed', reason: error.message }));
    child.once('close', (code) => {
      cancelTimer();
      const path = code === 0 ? electronPath(rootDir, thisPlatform()) : null;
      resolve(
        path ? { kind: 'installed', electronPath: path } : { kind: 'failed', reason: reasonOf(output) },
      );
    });
  });
  return { done, cancel: () => void child.kill('SIGKILL') };
}
