/** Who has a seat of a pool: where, since when, how idle; and the way to take one back. */
import { Button } from '@mantine/core';
import { useMemo, useState } from 'react';
import { formatDuration } from '../../../shared/durations.ts';
import { heads, poolText, tablesText } from '../../../shared/strings-console.ts';
import type { HolderView } from '../../../shared/views.ts';
import { ActivityBadge } from '../../kit/activity-badge.tsx';
import { type Column, DataTable } from '../../kit/data-table.tsx';
import { ToneBadge } from '../../kit/tone-badge.tsx';
import { useConsole } from '../console-context.ts';
import { Instant, Named } from '../parts.tsx';
import { useConsoleData } from '../use-query.ts';
import { DangerDialog } from './danger-dialog.tsx';

interface HolderTableProps {
  readonly holders: readonly HolderView[];
  readonly nowMs: number;
}

export function HolderTable({ holders, nowMs }: HolderTableProps) {
  const { api } = useConsoleData();
  const { say } = useConsole();
  const [freed, setFreed] = useState<HolderView | null>(null);
  const columns = useMemo((): Column<HolderView>[] => holderColumns(nowMs, setFreed), [nowMs]);
  return (
    <>
      <DataTable
        name={poolText.holders}
        columns={columns}
        rows={holders}
        rowKey={({ sessionId }) => sessionId}
        filterText={({ userName, workstationName, productName }) =>
          `${userName}\n${workstationName}\n${productName}`
        }
        firstOrder={{ key: 'since', isDescending: false }}
        empty={null}
      />
      {freed && (
        <DangerDialog
          title={poolText.freeTitle(freed.userName)}
          sentence={poolText.freeSentence(freed.userName, freed.productName, freed.workstationName)}
          button={poolText.freeButton}
          asksReason
          onRun={(reason) =>
            api.send('DELETE', `/leases/${encodeURIComponent(freed.leaseId ?? '')}`, null, { reason })
          }
          onClose={(isDone) => {
            setFreed(null);
            if (isDone) say({ tone: 'positive', text: poolText.freed(freed.userName) });
          }}
        />
      )}
    </>
  );
}

function holderColumns(nowMs: number, onFree: (holder: HolderView) => void): Column<HolderView>[] {
  return [
    {
      key: 'person',
      title: heads.person,
      cell: ({ userName, simulated }) => <Named name={userName} simulated={simulated} />,
      sortValue: ({ userName }) => userName,
    },
    {
      key: 'workstation',
      title: heads.workstation,
      cell: ({ workstationName }) => workstationName,
      sortValue: ({ workstationName }) => workstationName,
    },
    {
      key: 'product',
      title: heads.product,
      cell: ({ productName }) => productName,
      sortValue: ({ productName }) => productName,
    },
    {
      key: 'seat',
      title: heads.seat,
      cell: ({ seat }) =>
        seat === 'held' ? (
          <ToneBadge tone="neutral">{tablesText.holdsOne}</ToneBadge>
        ) : (
          <ToneBadge tone="attention">{tablesText.withoutSeat}</ToneBadge>
        ),
      sortValue: ({ seat }) => seat,
    },
    {
      key: 'since',
      title: heads.since,
      cell: ({ sinceMs }) => (
        <>
          <Instant atMs={sinceMs} nowMs={nowMs} /> ({formatDuration(nowMs - sinceMs)})
        </>
      ),
      sortValue: ({ sinceMs }) => sinceMs,
    },
    {
      key: 'activity',
      title: heads.now,
      cell: ({ activity }) => <ActivityBadge activity={activity} nowMs={nowMs} />,
      sortValue: ({ activity }) => (activity && activity.state !== 'active' ? nowMs - activity.sinceMs : 0),
    },
    {
      key: 'free',
      title: '',
      align: 'right',
      cell: (holder) =>
        holder.leaseId === null ? null : (
          <Button
            size="compact-sm"
            variant="default"
            aria-label={`${poolText.free}: ${holder.userName}`}
            onClick={() => onFree(holder)}
          >
            {poolText.free}
          </Button>
        ),
    },
  ];
}
