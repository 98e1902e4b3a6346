/** `usher doctor`: whether the data of this account's server are sound, and what to do where they are not. */

import { nameOfDataFailure } from '../admin/data-failures.ts';
import type { Context, Input } from '../context.ts';
import { exitCodeOf } from '../exit-codes.ts';

export async function run(context: Context, input: Input): Promise<number> {
  const { examine, reportLines } = await import('../../../server/commands/doctor.ts');
  const { serverDir, dataDir } = context.places(input);
  const report = await examine({ serverDir, dataDir, nowMs: context.clock.wallMs() });
  if (!report.ok)
    return context.fail(input, nameOfDataFailure(report.code), report.message, { reason: report.code });
  const code = context.answer(input, report.value, () => reportLines(report.value));
  return report.value.isSound ? code : exitCodeOf('DAMAGED');
}
