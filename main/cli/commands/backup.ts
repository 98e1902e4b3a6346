/** `usher backup FILE`: a consistent, examined copy of the database of this account's server, also while it runs. */
import { nameOfDataFailure } from '../admin/data-failures.ts';
import type { Context, Input } from '../context.ts';

export async function run(context: Context, input: Input): Promise<number> {
  const { backUp } = await import('../../../server/commands/backup.ts');
  const { serverDir } = context.places(input);
  const made = await backUp({ serverDir, target: input.words[0] ?? '' });
  if (!made.ok) return context.fail(input, nameOfDataFailure(made.code), made.message, { reason: made.code });
  const { path, bytes, facts } = made.value;
  return context.answer(input, made.value, () => [
    `${path}: ${facts.lastEvent} events, ${facts.sessions} sessions, ${Math.ceil(bytes / 1024)} KiB, examined and sound.`,
    'It holds names and hashes of credentials: keep it where only admins read it.',
    ...(facts.archivedThrough > 0
      ? [
          `Events 1 to ${facts.archivedThrough} lie in the folder \`archive\` of the data folder; copy that too.`,
        ]
      : []),
  ]);
}
