/** Granted against actual: by product, and each session below, in a time the viewer chooses. */
import { NativeSelect } from '@mantine/core';
import { useMemo, useState } from 'react';
import { USAGE_IDLE_AFTER_MS } from '../../../shared/domain.ts';
import { formatDuration } from '../../../shared/durations.ts';
import { type UsageRecord, usageRecordSchema } from '../../../shared/rest.ts';
import { consoleText, heads, tablesText } from '../../../shared/strings-console.ts';
import { DAY, MINUTE } from '../../../shared/time.ts';
import { pageClock } from '../../kit/clock.ts';
import { type Column, DataTable } from '../../kit/data-table.tsx';
import styles from '../console.module.css';
import { Block, Empty, Instant, Named, PageHead, Reading, usePageNow } from '../parts.tsx';
import { hrefOf, type PageProps, replaceRoute } from '../route.ts';
import { useList } from '../use-query.ts';
import { sumByProduct, type UsageSum, usedShare } from './usage-sums.ts';

const PERIODS = Object.entries(tablesText.periods).map(([value, label]) => ({ value, label }));

export default function UsagePage({ route }: PageProps) {
  const days = PERIODS.find(({ value }) => value === route.query.days)?.value ?? '7';
  return (
    <>
      <PageHead title={consoleText.pages.usage}>
        <NativeSelect
          size="xs"
          aria-label={tablesText.time}
          data={PERIODS}
          value={days}
          onChange={(event) =>
            replaceRoute(hrefOf('usage', undefined, { ...route.query, days: event.currentTarget.value }))
          }
        />
      </PageHead>
      <p className={styles.lead}>{tablesText.usageNote(formatDuration(USAGE_IDLE_AFTER_MS))}</p>
      <UsageOfTime key={days} days={Number(days)} />
    </>
  );
}

function UsageOfTime({ days }: { readonly days: number }) {
  // Whole minutes, so that the same question stays the same while one looks at its answer.
  const [fromMs] = useState(() => Math.floor((pageClock.wallMs() - days * DAY) / MINUTE) * MINUTE);
  const usage = useList(`/usage?fromMs=${fromMs}`, usageRecordSchema);
  const nowMs = usePageNow();
  const sessionColumns = useMemo(() => recordColumns(nowMs), [nowMs]);
  return (
    <Reading query={usage}>
      {(records) =>
        records.length === 0 ? (
          <Empty>{tablesText.usageEmpty}</Empty>
        ) : (
          <>
            <Block title={tablesText.usageByProduct}>
              <DataTable
                name={tablesText.usageByProduct}
                columns={SUM_COLUMNS}
                rows={sumByProduct(records)}
                rowKey={({ productId }) => productId}
                firstOrder={{ key: 'granted', isDescending: true }}
                empty={null}
              />
            </Block>
            <Block title={tablesText.usageSessions}>
              <DataTable
                name={tablesText.usageSessions}
                columns={sessionColumns}
                rows={records}
                rowKey={({ sessionId }) => sessionId}
                filterText={(row) => `${row.userName}\n${row.productName}\n${row.workstationName}`}
                firstOrder={{ key: 'started', isDescending: true }}
                empty={null}
              />
            </Block>
          </>
        )
      }
    </Reading>
  );
}

/** Time as a right-aligned number with its unit; sorts by its length. */
function timeColumn<Row>(key: string, title: string, of: (row: Row) => number): Column<Row> {
  return { key, title, align: 'right', cell: (row) => formatDuration(of(row)), sortValue: of };
}

function UsedBar({ row }: { readonly row: Pick<UsageSum, 'grantedMs' | 'actualMs'> }) {
  const share = usedShare(row);
  if (share === null) return <span className={styles.dimmed}>{tablesText.noSeat}</span>;
  return (
    <span className={styles.barLine}>
      <span className={styles.usageBar} aria-hidden="true">
        <span className={styles.usageFill} style={{ display: 'block', width: `${share * 100}%` }} />
      </span>
      {Math.round(share * 100)} %
    </span>
  );
}

const SUM_COLUMNS: readonly Column<UsageSum>[] = [
  {
    key: 'product',
    title: heads.product,
    cell: ({ productName }) => productName,
    sortValue: ({ productName }) => productName,
  },
  {
    key: 'sessions',
    title: heads.sessions,
    align: 'right',
    cell: ({ sessions }) => sessions,
    sortValue: ({ sessions }) => sessions,
  },
  {
    key: 'people',
    title: heads.people,
    align: 'right',
    cell: ({ people }) => people,
    sortValue: (row) => row.people,
  },
  timeColumn('granted', heads.granted, ({ grantedMs }) => grantedMs),
  timeColumn('actual', heads.actual, ({ actualMs }) => actualMs),
  { key: 'used', title: heads.used, cell: (row) => <UsedBar row={row} />, sortValue: usedShare },
  timeColumn('overage', heads.withoutASeat, ({ overageMs }) => overageMs),
];

function recordColumns(nowMs: number): Column<UsageRecord>[] {
  return [
    {
      key: 'person',
      title: heads.person,
      cell: ({ userName, simulated }) => <Named name={userName} simulated={simulated} />,
      sortValue: ({ userName }) => userName,
    },
    {
      key: 'product',
      title: heads.product,
      cell: ({ productName }) => productName,
      sortValue: ({ productName }) => productName,
    },
    {
      key: 'workstation',
      title: heads.workstation,
      cell: ({ workstationName }) => workstationName,
      sortValue: ({ workstationName }) => workstationName,
    },
    {
      key: 'started',
      title: heads.started,
      cell: ({ startedAtMs }) => <Instant atMs={startedAtMs} nowMs={nowMs} />,
      sortValue: ({ startedAtMs }) => startedAtMs,
    },
    {
      key: 'ended',
      title: heads.ended,
      cell: ({ endedAtMs }) =>
        endedAtMs === null ? tablesText.running : <Instant atMs={endedAtMs} nowMs={nowMs} />,
      sortValue: ({ endedAtMs }) => endedAtMs,
    },
    timeColumn('granted', heads.granted, ({ grantedMs }) => grantedMs),
    timeColumn('actual', heads.actual, ({ actualMs }) => actualMs),
    { key: 'used', title: heads.used, cell: (row) => <UsedBar row={row} />, sortValue: usedShare },
    timeColumn('overage', heads.withoutASeat, ({ overageMs }) => overageMs),
  ];
}
