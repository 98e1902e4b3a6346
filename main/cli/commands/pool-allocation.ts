/** `usher pool allocation POOL`: who can get what now, group by group. */
import { allocationPreviewSchema } from '../../../shared/rest.ts';
import { allocationText } from '../../../shared/strings-allocation.ts';
import { findPool } from '../admin/find-named.ts';
import { cells, printTable } from '../admin/print-table.ts';
import { callRest } from '../admin/rest-client.ts';
import { withAdmin } from '../admin/with-admin.ts';
import type { Context, Input } from '../context.ts';
import type { Column } from '../output/table.ts';

const COLUMNS: readonly Column[] = [
  { title: 'group', minimumWidth: 8 },
  { title: 'reserved', align: 'right' },
  { title: 'cap', align: 'right' },
  { title: 'class', align: 'right', dropOrder: 2 },
  { title: 'in use', align: 'right' },
  { title: 'lent', align: 'right', dropOrder: 3 },
  { title: 'waiting', align: 'right' },
  { title: 'could get', align: 'right' },
  { title: 'why not more', minimumWidth: 8, dropOrder: 1 },
];
const orDash = (value: number | null): string => (value === null ? '-' : String(value));

export function run(context: Context, input: Input): Promise<number> {
  return withAdmin(context, input, async (admin) => {
    const pool = await findPool(admin, input.words[0] ?? '');
    if (!pool.ok) return pool;
    const preview = await callRest(admin, {
      method: 'GET',
      path: `/pools/${encodeURIComponent(pool.value.view.poolId)}/allocation`,
      schema: allocationPreviewSchema,
    });
    if (!preview.ok) return preview;
    const rows = preview.value.lines.map((line) =>
      cells(
        line.groupName ?? allocationText.everybodyElse,
        String(line.reservedUnits),
        orDash(line.capUnits),
        orDash(line.priorityClass),
        String(line.usedUnits),
        String(line.lentUnits),
        String(line.waiting),
        line.availableUnits === null ? allocationText.unknown : String(line.availableUnits),
        line.holdBacks.map((one) => allocationText.holdBack[one]).join('; '),
      ),
    );
    return printTable(context, input, preview.value, { columns: COLUMNS, rows, empty: '' });
  });
}
