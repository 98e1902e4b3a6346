/** Who waits, for what, since when, and whether a seat is held for them. */
import { Anchor } from '@mantine/core';
import { useMemo } from 'react';
import { formatDuration } from '../../../shared/durations.ts';
import { consoleText } from '../../../shared/strings-console.ts';
import type { QueueEntryView } from '../../../shared/views.ts';
import { type Column, DataTable } from '../../kit/data-table.tsx';
import { formatClock } from '../../kit/format.ts';
import { ToneBadge } from '../../kit/tone-badge.tsx';
import { Instant, Named } from '../parts.tsx';
import { hrefOf } from '../route.ts';

export interface QueueRow {
  readonly entry: QueueEntryView;
  readonly poolId: string;
  readonly poolName: string;
}

interface QueueTableProps {
  readonly rows: readonly QueueRow[];
  readonly nowMs: number;
}

export function QueueTable({ rows, nowMs }: QueueTableProps) {
  const columns = useMemo(() => queueColumns(nowMs), [nowMs]);
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
      title: 'Place',
      align: 'right',
      cell: ({ entry }) => entry.place,
      sortValue: ({ entry }) => entry.place,
    },
    {
      key: 'person',
      title: 'Person',
      cell: ({ entry }) => <Named name={entry.userName} simulated={entry.simulated} />,
      sortValue: ({ entry }) => entry.userName,
    },
    {
      key: 'product',
      title: 'Product',
      cell: ({ entry }) => entry.productName,
      sortValue: ({ entry }) => entry.productName,
    },
    {
      key: 'pool',
      title: 'Pool',
      cell: ({ poolId, poolName }) => (
        <Anchor size="sm" href={hrefOf('pools', poolId)}>
          {poolName}
        </Anchor>
      ),
      sortValue: ({ poolName }) => poolName,
    },
    {
      key: 'since',
      title: 'Waits since',
      cell: ({ entry }) => (
        <>
          <Instant atMs={entry.sinceMs} nowMs={nowMs} /> ({formatDuration(nowMs - entry.sinceMs)})
        </>
      ),
      sortValue: ({ entry }) => entry.sinceMs,
    },
    {
      key: 'offer',
      title: 'Offer',
      cell: ({ entry: { offeredUntilMs } }) =>
        offeredUntilMs === null ? null : (
          <ToneBadge tone="attention">held until {formatClock(offeredUntilMs, nowMs)}</ToneBadge>
        ),
      sortValue: ({ entry }) => entry.offeredUntilMs,
    },
  ];
}
