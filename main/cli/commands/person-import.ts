/** `usher person import FILE [--dry-run]`: people by CSV, line by line. */
import { readFile } from 'node:fs/promises';
import { text as textOf } from 'node:stream/consumers';
import { type ImportAnswer, importAnswerSchema } from '../../../shared/rest.ts';
import { callRest } from '../admin/rest-client.ts';
import { usage, withAdmin } from '../admin/with-admin.ts';
import { type Context, flag, type Input } from '../context.ts';
import type { CommandFailure } from '../wishes.ts';

async function readInput(path: string): Promise<Uint8Array | CommandFailure> {
  try {
    return path === '-' ? Buffer.from(await textOf(process.stdin)) : await readFile(path);
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return usage(`The file ${path} cannot be read (${why}).`);
  }
}

/** So many lines are printed; --json has them all. */
const PRINTED_STEPS = 50;

function linesOf(answer: ImportAnswer): string[] {
  const { dryRun, steps, problems, newGroups, ignoredColumns } = answer;
  const would = dryRun ? 'would be ' : '';
  const step = ({ line, login, kind, changes, keepsOwnEntry }: ImportAnswer['steps'][number]) => {
    const what = changes.map(({ field, from, to }) => `${field} ${from ?? '-'} -> ${to ?? '-'}`);
    const own = keepsOwnEntry ? ['the contact is their own and stays'] : [];
    return `line ${line}: ${login} ${kind}${[...what, ...own].map((text) => `; ${text}`).join('')}`;
  };
  return [
    ...steps.slice(0, PRINTED_STEPS).map(step),
    ...(steps.length > PRINTED_STEPS ? [`… and ${steps.length - PRINTED_STEPS} more lines`] : []),
    ...problems.map(({ line, column, message }) => `line ${line}${column ? `, ${column}` : ''}: ${message}`),
    ...(newGroups.length > 0 ? [`New groups: ${newGroups.map(({ name }) => name).join(', ')}.`] : []),
    ...(ignoredColumns.length > 0 ? [`Columns that mean nothing here: ${ignoredColumns.join(', ')}.`] : []),
    `${answer.lines} lines: ${answer.added} ${would}added, ${answer.changed} ${would}changed, ` +
      `${answer.unchanged} as they are, ${problems.length} wrong.`,
  ];
}

export function run(context: Context, input: Input): Promise<number> {
  return withAdmin(context, input, async (admin) => {
    const csv = await readInput(input.words[0] ?? '');
    if (!(csv instanceof Uint8Array)) return csv;
    const imported = await callRest(admin, {
      method: 'POST',
      path: `/people.csv?dryRun=${flag(input, 'dryRun')}`,
      csv,
      schema: importAnswerSchema,
    });
    if (!imported.ok) return imported;
    return context.answer(input, imported.value, () => linesOf(imported.value));
  });
}
