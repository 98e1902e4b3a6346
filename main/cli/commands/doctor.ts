/** `usher doctor`: whether the data of a server are sound, and what to do where they are not. */
import { readFile } from 'node:fs/promises';
import { nameOfDataFailure } from '../admin/data-failures.ts';
import { type Context, type Input, textOption } from '../context.ts';
import { exitCodeOf } from '../exit-codes.ts';

export async function run(context: Context, input: Input): Promise<number> {
  const { examine, examineDatabase, reportLines } = await import('../../../server/commands/doctor.ts');
  const { serverDir, dataDir } = context.places(input);
  const nowMs = context.clock.wallMs();
  const url = await findUrl(input);
  const report = await (url === null ? examine({ serverDir, dataDir, nowMs }) : examineDatabase(url, nowMs));
  if (!report.ok)
    return context.fail(input, nameOfDataFailure(report.code), report.message, { reason: report.code });
  const code = context.answer(input, report.value, () => reportLines(report.value));
  return report.value.isSound ? code : exitCodeOf('DAMAGED');
}

/** @returns null: the data folder. A file that cannot be read gives no URL, and the examination says so. */
async function findUrl(input: Input): Promise<string | null> {
  const path = textOption(input, 'databaseFile');
  if (path === null) return textOption(input, 'database');
  return (await readFile(path, 'utf8').catch(() => '')).trim();
}
