/** Who has a seat of a pool: where, since when, how idle; and the way to take one back. */
import { Button } from '@mantine/core';
import { useCallback, useMemo, useState } from 'react';
import { formatDuration } from '../../../shared/durations.ts';
import { releaseText } from '../../../shared/strings-allocation.ts';
import { heads, poolText, tablesText } from '../../../shared/strings-console.ts';
import type { HolderView } from '../../../shared/views.ts';
import { ActivityBadge } from '../../kit/activity-badge.tsx';
import { type Column, DataTable } from '../../kit/data-table.tsx';
import { formatClock } from '../../kit/format.ts';
import { ToneBadge } from '../../kit/tone-badge.tsx';
import styles from '../console.module.css';
import { useConsole } from '../console-context.ts';
import { ContactLinks } from '../contact-links.tsx';
import { Instant, Named } from '../parts.tsx';
import { ReleaseDialog } from './release-dialog.tsx';

interface HolderTableProps {
  readonly poolId: string;
  readonly holders: readonly HolderView[];
  readonly nowMs: number;
}

export function HolderTable({ poolId, holders, nowMs }: HolderTableProps) {
  const { say } = useConsole();
  const [freed, setFreed] = useState<HolderView | null>(null);
  const hasContacts = holders.some(({ contact }) => contact !== null);
  const columns = useMemo(
    () => holderColumns(nowMs, setFreed).filter(({ key }) => key !== 'contact' || hasContacts),
    [nowMs, hasContacts],
  );
  const close = useCallback(
    (text: string | null) => {
      setFreed(null);
      if (text !== null) say({ tone: 'positive', text });
    },
    [say],
  );
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
      {freed?.leaseId && (
        <ReleaseDialog holder={freed} leaseId={freed.leaseId} poolId={poolId} onClose={close} />
      )}
    </>
  );
}

/** What this person has, and what is special about it. */
function SeatCell({ holder, nowMs }: { readonly holder: HolderView; readonly nowMs: number }) {
  if (holder.seat === 'overage') return <ToneBadge tone="attention">{tablesText.withoutSeat}</ToneBadge>;
  return (
    <span className={styles.barLine}>
      <ToneBadge tone="neutral">{tablesText.holdsOne}</ToneBadge>
      {holder.borrowed && <ToneBadge tone="info">{tablesText.borrowed}</ToneBadge>}
      {holder.warnedUntilMs !== null && (
        <ToneBadge tone="warning">{releaseText.ends(formatClock(holder.warnedUntilMs, nowMs))}</ToneBadge>
      )}
    </span>
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
      key: 'contact',
      title: heads.contact,
      cell: ({ contact }) => <ContactLinks contact={contact} />,
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
      cell: (holder) => <SeatCell holder={holder} nowMs={nowMs} />,
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
            aria-label={`${holder.warnedUntilMs === null ? poolText.free : releaseText.look}: ${holder.userName}`}
            onClick={() => onFree(holder)}
          >
            {holder.warnedUntilMs === null ? poolText.free : releaseText.look}
          </Button>
        ),
    },
  ];
}
