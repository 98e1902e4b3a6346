/** `usher restore FILE`: puts a backup in the place of the data of this account's server, which must not run. */
import { nameOfDataFailure } from '../admin/data-failures.ts';
import type { Context, Input } from '../context.ts';

export async function run(context: Context, input: Input): Promise<number> {
  const { restore } = await import('../../../server/commands/restore.ts');
  const { serverDir, dataDir } = context.places(input);
  const nowMs = context.clock.wallMs();
  const done = await restore({ serverDir, dataDir, backup: input.words[0] ?? '', nowMs });
  if (!done.ok) return context.fail(input, nameOfDataFailure(done.code), done.message, { reason: done.code });
  const { facts, asideDir } = done.value;
  return context.answer(input, done.value, () => [
    `Restored: ${facts.lastEvent} events, ${facts.sessions} sessions, ${facts.waiting} waiting.`,
    asideDir === null ? 'There were no data here before.' : `The data of before lie in ${asideDir}.`,
    'Start the server now. Agents tell again what runs; who queued after the backup queues again.',
    'Agents that enrolled after it must enroll again, and what was revoked after it counts again: revoke it, and make',
    'a new admin token with `usher admin token` if the one of then must not be used.',
  ]);
}
