/** A second start: shows what the first one shows, opens its panel, and on Ctrl-C goes without ending anything. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Places } from '../../../shared/places.ts';
import type { Context, Input } from '../context.ts';
import { exitCodeOf } from '../exit-codes.ts';
import { isAlive } from './claim-folder.ts';
import { type Follower, followHost } from './follow-host.ts';
import { createGreeting } from './greeting.ts';
import { type LockRecord, readHolder } from './instance-lock.ts';
import { createProgress } from './progress.ts';
import type { Screen } from './screen.ts';
import { startTicking } from './ticker.ts';

/** The shell shows its window and ends at once where one runs already. */
function showShell(context: Context, places: Places, path: string): void {
  const script = join(context.rootDir, 'dist', 'shell', 'main.cjs');
  const args = [script, '--data', places.dataDir, '--attach-only'];
  const child = spawn(path, args, { stdio: 'ignore', detached: true });
  child.once('error', () => {});
  child.unref();
}

export interface AttachParts {
  readonly context: Context;
  readonly input: Input;
  readonly places: Places;
  readonly holder: LockRecord;
  readonly screen: Screen;
  readonly opensPanel: boolean;
  /** Ends the watching, nothing else. */
  readonly stop: AbortSignal;
}

/** @returns the exit code: 0 after Ctrl-C and after the other one was stopped */
export async function attach(parts: AttachParts): Promise<number> {
  const { context, input, places, holder, screen, opensPanel, stop } = parts;
  screen.say(
    `Usher runs already for this data folder (process ${holder.pid}); this shows the same.`,
    'info',
    'attached',
  );
  const holderNow = () => readHolder(places.runDir, isAlive);
  if (holder.role === 'server') {
    screen.addresses({ panelUrl: null, consoleUrl: holder.serverUrl });
    screen.finish();
    return exitCodeOf('OK');
  }
  const progress = createProgress(context.clock, (text) => screen.progress(text));
  progress.begin('Waiting for the agent host');
  const greeting = createGreeting(context, input, screen, {
    opensPanel,
    host: () => follower.host(),
    consoleUrl: () => holderNow()?.serverUrl ?? null,
    startShell: (path) => showShell(context, places, path),
    download: null,
  });
  const follower: Follower = followHost(context, input, {
    mayRetry: () => !stop.aborted && holderNow() !== null,
    onConnected: () => greeting.greet(),
    onState(state) {
      progress.end();
      if (!stop.aborted) screen.table(state);
    },
  });
  const cancelTicking = startTicking(context.clock, () => screen.refresh());
  stop.addEventListener('abort', () => follower.stop());
  await follower.ended;
  cancelTicking();
  greeting.cancel();
  progress.end();
  screen.say(stop.aborted ? 'Detached; Usher goes on.' : 'Usher was stopped.', 'muted', 'detached');
  screen.finish();
  return exitCodeOf('OK');
}
