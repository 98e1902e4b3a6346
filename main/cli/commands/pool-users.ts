/** `usher pool users POOL`: who uses a pool now and in the last 30 days. */
import { makeFormatClock } from '../../../shared/durations.ts';
import { pageOf, poolUserSchema } from '../../../shared/rest.ts';
import { findPool, readGroups } from '../admin/find-named.ts';
import { cells, printTable } from '../admin/print-table.ts';
import { callRestPages } from '../admin/rest-client.ts';
import { withAdmin } from '../admin/with-admin.ts';
import type { Context, Input } from '../context.ts';
import type { Column } from '../output/table.ts';
import { withSimulatedMark } from '../words.ts';

const COLUMNS: readonly Column[] = [
  { title: 'who', minimumWidth: 8 },
  { title: 'units', align: 'right' },
  { title: 'active', align: 'right' },
  { title: 'waits' },
  { title: 'groups', minimumWidth: 6, dropOrder: 2 },
  { title: '30 days', align: 'right', dropOrder: 1 },
  { title: 'last seen', dropOrder: 3 },
];

export function run(context: Context, input: Input): Promise<number> {
  return withAdmin(context, input, async (admin) => {
    const pool = await findPool(admin, input.words[0] ?? '');
    if (!pool.ok) return pool;
    const { poolId } = pool.value.view;
    const users = await callRestPages(
      admin,
      `/pools/${encodeURIComponent(poolId)}/users`,
      pageOf(poolUserSchema),
    );
    if (!users.ok) return users;
    const groups = await readGroups(admin);
    if (!groups.ok) return groups;
    const nameOf = (id: string) => groups.value.find(({ groupId }) => groupId === id)?.name ?? id;
    const nowMs = context.clock.wallMs();
    const formatClock = makeFormatClock();
    const rows = users.value.map((user) =>
      cells(
        withSimulatedMark(user.userName, user.simulated),
        String(user.unitsHeld),
        String(user.activeSessions),
        user.isWaiting ? 'yes' : '',
        user.groupIds.map(nameOf).join(', '),
        String(user.recentSessions),
        user.lastSeenMs === null ? 'never' : formatClock(user.lastSeenMs, nowMs),
      ),
    );
    const empty = `Nobody used ${pool.value.settings.name} in the last 30 days.`;
    return printTable(context, input, { poolId, users: users.value }, { columns: COLUMNS, rows, empty });
  });
}
