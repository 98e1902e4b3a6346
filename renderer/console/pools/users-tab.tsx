/** Who uses the pool now and in the last 30 days: units held, groups, last contact. */
import { useEffect, useMemo } from 'react';
import { groupResourceSchema, type PoolUser, poolUserSchema } from '../../../shared/rest.ts';
import { usersText } from '../../../shared/strings-allocation.ts';
import { heads, poolText } from '../../../shared/strings-console.ts';
import { peopleText } from '../../../shared/strings-people.ts';
import { type Column, DataTable } from '../../kit/data-table.tsx';
import styles from '../console.module.css';
import { Empty, Instant, Named, Reading } from '../parts.tsx';
import { useList } from '../use-query.ts';

interface UsersTabProps {
  readonly poolId: string;
  /** Changes with the pool: then the list is read again. */
  readonly revision: number;
  readonly nowMs: number;
}

export function UsersTab({ poolId, revision, nowMs }: UsersTabProps) {
  const users = useList(`/pools/${encodeURIComponent(poolId)}/users`, poolUserSchema);
  const groups = useList('/groups', groupResourceSchema);
  const { refresh } = users;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the revision is what asks again
  useEffect(() => void refresh(), [revision, refresh]);
  const groupRows = groups.outcome?.ok ? groups.outcome.value : null;
  const columns = useMemo(
    () => userColumns(nowMs, (id) => groupRows?.find(({ groupId }) => groupId === id)?.name ?? id),
    [nowMs, groupRows],
  );
  return (
    <Reading query={users}>
      {(rows) => (
        <>
          <p className={styles.lead}>{summaryOf(rows)}</p>
          <DataTable
            name={usersText.tab}
            columns={columns}
            rows={rows}
            rowKey={({ userId }) => userId}
            filterText={({ userName }) => userName}
            firstOrder={{ key: 'units', isDescending: true }}
            empty={<Empty>{usersText.empty}</Empty>}
          />
        </>
      )}
    </Reading>
  );
}

function summaryOf(users: readonly PoolUser[]): string {
  const active = users.filter(({ activeSessions, unitsHeld }) => activeSessions + unitsHeld > 0).length;
  const units = users.reduce((sum, { unitsHeld }) => sum + unitsHeld, 0);
  return usersText.summary(active, units, users.length);
}

function userColumns(nowMs: number, groupName: (id: string) => string): Column<PoolUser>[] {
  const instant = (key: string, title: string, of: (user: PoolUser) => number | null): Column<PoolUser> => ({
    key,
    title,
    cell: (user) => {
      const atMs = of(user);
      return atMs === null ? peopleText.never : <Instant atMs={atMs} nowMs={nowMs} />;
    },
    sortValue: of,
  });
  const amount = (key: string, title: string, of: (user: PoolUser) => number): Column<PoolUser> => ({
    ...{ key, title, align: 'right', cell: of, sortValue: of },
  });
  return [
    {
      key: 'person',
      title: heads.person,
      cell: ({ userName, simulated }) => <Named name={userName} simulated={simulated} />,
      sortValue: ({ userName }) => userName,
    },
    amount('units', usersText.units, ({ unitsHeld }) => unitsHeld),
    amount('active', usersText.active, ({ activeSessions }) => activeSessions),
    {
      key: 'waits',
      title: usersText.waits,
      cell: ({ isWaiting }) => (isWaiting ? poolText.yes : ''),
      sortValue: ({ isWaiting }) => Number(isWaiting),
    },
    {
      key: 'groups',
      title: usersText.groups,
      cell: ({ groupIds }) => groupIds.map(groupName).join(', '),
      sortValue: ({ groupIds }) => groupIds.map(groupName).join(', '),
    },
    amount('recent', usersText.recent, ({ recentSessions }) => recentSessions),
    instant('started', usersText.lastStarted, ({ lastStartedAtMs }) => lastStartedAtMs),
    instant('seen', usersText.lastSeen, ({ lastSeenMs }) => lastSeenMs),
  ];
}
