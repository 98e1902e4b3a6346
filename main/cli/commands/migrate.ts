/** `usher migrate --from DATA_DIR --to postgres://...`: moves a stopped server's data from SQLite to PostgreSQL. */
import { readFile } from 'node:fs/promises';
import { type Context, type Input, textOption } from '../context.ts';
import type { ExitName } from '../exit-codes.ts';

const NAMES = {
  NO_DATABASE: 'NOT_FOUND',
  REFUSED: 'REFUSED',
  DAMAGED: 'DAMAGED',
  DIFFERENT: 'FAILED',
  CUT_SHORT: 'FAILED',
} as const satisfies Record<string, ExitName>;

export async function run(context: Context, input: Input): Promise<number> {
  const url = await findUrl(input);
  if (url === null)
    return context.fail(input, 'USAGE', 'Say where to with --to-file FILE or --to postgres://...');
  const { migrate } = await import('../../../server/commands/migrate.ts');
  const data = textOption(input, 'from') ?? undefined;
  const { serverDir } = context.places({ ...input, options: { ...input.options, data } });
  const moved = await migrate({
    serverDir,
    url,
    clock: context.clock,
    onProgress: (table, rows) => context.err.write(`${table}: ${rows}\n`),
  });
  if (!moved.ok) return context.fail(input, NAMES[moved.code], moved.message, { reason: moved.code });
  const { rows, lastEvent, archivedThrough } = moved.value;
  return context.answer(input, moved.value, () => [
    ...Object.entries(rows).map(([table, count]) => `${table}: ${count}`),
    `Moved and compared: ${lastEvent} events, the same state on both sides, the chain of hashes whole.`,
    ...(archivedThrough > 0
      ? [`Events 1 to ${archivedThrough} lie in the folder \`archive\` of the data folder: keep it.`]
      : []),
    'Start the server with `--database-file` now. The SQLite file is as it was; put it away when all is well.',
  ]);
}

async function findUrl(input: Input): Promise<string | null> {
  const path = textOption(input, 'toFile');
  return path === null ? textOption(input, 'to') : (await readFile(path, 'utf8')).trim();
}
