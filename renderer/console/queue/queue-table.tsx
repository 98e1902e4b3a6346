/** Who waits, for what, since when, and whether a seat is held for them. */
import { useMemo } from 'react';
import { formatDuration } from '../../../shared/durations.ts';
import { consoleText, heads, tablesText } from '../../../shared/strings-console.ts';
import type { ExpectedWait, QueueEntryView } from '../../../shared/views.ts';
import { type Column, DataTable } from '../../kit/data-table.tsx';
import { formatClock } from '../../kit/format.ts';
import { ToneBadge } from '../../kit/tone-badge.tsx';
import { Instant, Named } from '../parts.tsx';
import { hrefOf } from '../route.ts';

export interface QueueRow {
  readonly entry: QueueEntryView;
  readonly poolId: string;
  readonly poolName: string;
  /** When this person can expect a seat; null or absent: not known. */
  readonly expectedWait?: ExpectedWait | null;
}

interface QueueTableProps {
  readonly rows: readonly QueueRow[];
  /** false: all rows are of one pool, which stands above. */
  readonly namesPool?: boolean;
  readonly nowMs: number;
}

export function QueueTable({ rows, namesPool = true, nowMs }: QueueTableProps) {
  const isExpected = rows.some(({ expectedWait }) => expectedWait !== null && expectedWait !== undefined);
  const columns = useMemo(
    () =>
      queueColumns(nowMs).filter(({ key }) => {
        if (key === 'pool') return namesPool;
        return key !== 'expected' || isExpected;
      }),
    [nowMs, namesPool, isExpected],
  );
  return (
    <DataTable
      name={consoleText.pages.queue}
      columns={columns}
      rows={rows}
      rowKey={({ entry, poolId }) => `${poolId} ${entry.ticketId}`}
      filterText={({ entry, poolName }) => `${entry.userName}\n${entry.productName}\n${poolName}`}
      firstOrder={{ key: 'place', isDescending: false }}
      empty={null}
    />
  );
}

function queueColumns(nowMs: number): Column<QueueRow>[] {
  return [
    {
      key: 'place',
      title: heads.place,
      cell: ({ entry }) => entry.place,
      sortValue: ({ entry }) => entry.place,
    },
    {
      key: 'person',
      title: heads.person,
      cell: ({ entry }) => <Named name={entry.userName} simulated={entry.simulated} />,
      sortValue: ({ entry }) => entry.userName,
    },
    {
      key: 'product',
      title: heads.product,
      cell: ({ entry }) => entry.productName,
      sortValue: ({ entry }) => entry.productName,
    },
    {
      key: 'pool',
      title: heads.pool,
      cell: ({ poolId, poolName }) => <a href={hrefOf('pools', poolId)}>{poolName}</a>,
      sortValue: ({ poolName }) => poolName,
    },
    {
      key: 'since',
      title: heads.waitsSince,
      cell: ({ entry }) => (
        <>
          <Instant atMs={entry.sinceMs} nowMs={nowMs} /> ({formatDuration(nowMs - entry.sinceMs)})
        </>
      ),
      sortValue: ({ entry }) => entry.sinceMs,
    },
    {
      key: 'expected',
      title: heads.expected,
      cell: ({ expectedWait }) => expectedWait && expectedText(expectedWait, nowMs),
      sortValue: ({ expectedWait }) => expectedWait?.p50AtMs ?? null,
    },
    {
      key: 'offer',
      title: heads.offer,
      cell: ({ entry: { offeredUntilMs } }) =>
        offeredUntilMs === null ? null : (
          <ToneBadge tone="attention">{tablesText.heldUntil(formatClock(offeredUntilMs, nowMs))}</ToneBadge>
        ),
      sortValue: ({ entry }) => entry.offeredUntilMs,
    },
  ];
}

/** A range, since it is an estimate: half of such waits end by the first, nine of ten by the second. */
function expectedText({ p50AtMs, p90AtMs }: ExpectedWait, nowMs: number): string {
  const by = formatClock(p50AtMs, nowMs);
  return p90AtMs === null
    ? tablesText.expectedOpen(by)
    : tablesText.expected(by, formatClock(p90AtMs, nowMs));
}
