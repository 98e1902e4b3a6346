/** Takes the data folder for this run: makes it, takes its lock, and waits for what a killed run left behind. */
import { mkdirSync } from 'node:fs';
import { failure, type Outcome, success } from '../../../shared/outcome.ts';
import type { Places } from '../../../shared/places.ts';
import type { Context, Input } from '../context.ts';
import { connectHost } from '../local-host.ts';
import { thisPlatform } from '../system-places.ts';
import { acquireLock, type LockAttempt, type LockRecord } from './instance-lock.ts';
import { waitForLeftovers } from './leftovers.ts';
import { isSameProcessAlive, type ProcessIdentity, readStartKey } from './process-identity.ts';
import { createProgress } from './progress.ts';
import type { Screen } from './screen.ts';

export function isAlive(identity: ProcessIdentity): boolean {
  return isSameProcessAlive(identity, thisPlatform());
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended in this very moment.
  }
}

const HANDOVER_LIMIT_MS = 2_000;

export interface ClaimParts {
  readonly context: Context;
  readonly input: Input;
  readonly places: Places;
  readonly role: LockRecord['role'];
  readonly screen: Screen;
  /** Nothing is waited for any more. */
  readonly stop: AbortSignal;
}

export async function claimFolder(parts: ClaimParts): Promise<Outcome<LockAttempt, 'NO_FOLDER'>> {
  const { context, input, places, role, screen, stop } = parts;
  try {
    mkdirSync(places.dataDir, { recursive: true, mode: 0o700 });
    mkdirSync(places.runDir, { recursive: true, mode: 0o700 });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return failure(
      'NO_FOLDER',
      `The data folder ${places.dataDir} cannot be made (${code}). Choose another one with --data.`,
    );
  }
  const startKey = readStartKey(process.pid, thisPlatform());
  if (startKey === null) throw new Error('the start time of this process cannot be read');
  const attempt = acquireLock(places.runDir, role, { own: { pid: process.pid, startKey }, isAlive });
  if (attempt.kind === 'held' && attempt.lock.leftBehind) {
    screen.say('The last run was ended by force; this one carries on where it was.', 'info', 'carries-on');
    const progress = createProgress(context.clock, (text) => screen.progress(text));
    progress.begin('Waiting for the processes of the last run');
    await waitForLeftovers(attempt.lock.leftBehind, { clock: context.clock, isAlive, kill, stop });
    progress.end();
  }
  if (attempt.kind === 'held' && !stop.aborted) await takeOverHost(context, input, screen);
  return success(attempt);
}

/** An agent host without a supervisor (the shell starts one when it finds none) makes room for ours. */
async function takeOverHost(context: Context, input: Input, screen: Screen): Promise<void> {
  const host = await connectHost(context, input);
  if (!host.ok) return;
  screen.say('An agent host runs here by itself; this start takes it over.', 'muted', 'note');
  await host.value.command('shutdown', null);
  const cancel = context.clock.setTimer(() => host.value.close(), HANDOVER_LIMIT_MS);
  await host.value.closed;
  cancel();
}
