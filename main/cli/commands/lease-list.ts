/** `usher lease list [POOL]`: seats that are out, with announced ends and unsaved work. */
import { makeFormatClock } from '../../../shared/durations.ts';
import { leaseResourceSchema, pageOf } from '../../../shared/rest.ts';
import { findPool } from '../admin/find-named.ts';
import { cells, printTable } from '../admin/print-table.ts';
import { callRestPages } from '../admin/rest-client.ts';
import { withAdmin } from '../admin/with-admin.ts';
import type { Context, Input } from '../context.ts';
import type { Column } from '../output/table.ts';
import { withSimulatedMark } from '../words.ts';

const COLUMNS: readonly Column[] = [
  { title: 'lease' },
  { title: 'pool', minimumWidth: 6, dropOrder: 2 },
  { title: 'who', minimumWidth: 6 },
  { title: 'where', minimumWidth: 6, dropOrder: 3 },
  { title: 'since' },
  { title: 'ends', dropOrder: 1 },
  { title: 'unsaved work', dropOrder: 4 },
];

export function run(context: Context, input: Input): Promise<number> {
  return withAdmin(context, input, async (admin) => {
    const word = input.words[0];
    const pool = word === undefined ? null : await findPool(admin, word);
    if (pool && !pool.ok) return pool;
    const query = pool ? `?${new URLSearchParams({ poolId: pool.value.view.poolId })}` : '';
    const leases = await callRestPages(admin, `/leases${query}`, pageOf(leaseResourceSchema));
    if (!leases.ok) return leases;
    const nowMs = context.clock.wallMs();
    const formatClock = makeFormatClock();
    const rows = leases.value.map((lease) =>
      cells(
        lease.leaseId,
        lease.poolId,
        withSimulatedMark(lease.userName, lease.simulated),
        lease.workstationName,
        formatClock(lease.grantedAtMs, nowMs),
        lease.warning === null ? '' : formatClock(lease.warning.untilMs, nowMs),
        lease.warning === null ? '' : (lease.warning.unsavedWork ?? 'not said yet'),
      ),
    );
    return printTable(
      context,
      input,
      { leases: leases.value },
      { columns: COLUMNS, rows, empty: 'No seat is out.' },
    );
  });
}
