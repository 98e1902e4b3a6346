/** `usher denials`: requests that found no seat, newest first. */
import { makeFormatClock } from '../../../shared/durations.ts';
import { denialResourceSchema, pageOf } from '../../../shared/rest.ts';
import { DAY } from '../../../shared/time.ts';
import { cells, printTable } from '../admin/print-table.ts';
import { callRestPages } from '../admin/rest-client.ts';
import { usage, withAdmin } from '../admin/with-admin.ts';
import { type Context, flag, type Input, textOption } from '../context.ts';
import type { Column } from '../output/table.ts';
import { withSimulatedMark } from '../words.ts';

const COLUMNS: readonly Column[] = [
  { title: 'when' },
  { title: 'who', minimumWidth: 6 },
  { title: 'product', minimumWidth: 6 },
  { title: 'why' },
  { title: 'free elsewhere', minimumWidth: 6, dropOrder: 1 },
  { title: 'served soon after' },
];
const MOST = 1000;

function queryOf(input: Input, nowMs: number): URLSearchParams | null {
  const days = textOption(input, 'days') ?? '7';
  if (!/^\d{1,4}$/.test(days) || (flag(input, 'true') && flag(input, 'false'))) return null;
  const product = textOption(input, 'product');
  const reason = textOption(input, 'reason');
  return new URLSearchParams({
    fromMs: String(nowMs - Number(days) * DAY),
    ...(product === null ? {} : { productId: product }),
    ...(reason === null ? {} : { reason }),
    ...(flag(input, 'false') ? { isFalse: 'true' } : {}),
    ...(flag(input, 'true') ? { isFalse: 'false' } : {}),
  });
}

export function run(context: Context, input: Input): Promise<number> {
  return withAdmin(context, input, async (admin) => {
    const nowMs = context.clock.wallMs();
    const query = queryOf(input, nowMs);
    if (query === null)
      return usage('--days takes a number of days, and only one of --true and --false fits.');
    const read = await callRestPages(admin, `/denials?${query}`, pageOf(denialResourceSchema), MOST);
    if (!read.ok) return read;
    const formatClock = makeFormatClock();
    const rows = read.value.map((denial) =>
      cells(
        formatClock(denial.atMs, nowMs),
        withSimulatedMark(denial.userName, denial.simulated),
        denial.productName,
        denial.reason,
        (denial.freeElsewhere ?? []).map(({ poolId, units }) => `${units} of ${poolId}`).join(', '),
        denial.provedFalseAtMs === null ? '' : formatClock(denial.provedFalseAtMs, nowMs),
      ),
    );
    const empty = 'Nobody was denied a seat in this time.';
    return printTable(context, input, { denials: read.value }, { columns: COLUMNS, rows, empty });
  });
}
