/** Who found no seat, and why: by day, by product, pool and reason, and one by one; false denials apart. */
import { NativeSelect } from '@mantine/core';
import { useMemo, useState } from 'react';
import {
  type DenialReport,
  type DenialResource,
  denialReportSchema,
  denialResourceSchema,
} from '../../../shared/rest.ts';
import { consoleText, heads, tablesText } from '../../../shared/strings-console.ts';
import { denialReason, denialsText } from '../../../shared/strings-denials.ts';
import { DAY, MINUTE } from '../../../shared/time.ts';
import { pageClock } from '../../kit/clock.ts';
import { type Column, DataTable } from '../../kit/data-table.tsx';
import styles from '../console.module.css';
import { useLive } from '../console-context.ts';
import { Block, Empty, Instant, Named, PageHead, Reading, usePageNow } from '../parts.tsx';
import { hrefOf, type PageProps, replaceRoute } from '../route.ts';
import { useList, useOne } from '../use-query.ts';
import { DenialChart } from './denial-chart.tsx';

const PERIODS = Object.entries(tablesText.periods).map(([value, label]) => ({ value, label }));
const KINDS = Object.entries(denialsText.kinds).map(([value, label]) => ({ value, label }));
/** More are read by REST or by the command. */
const SHOWN_DENIALS = 500;
const TIME_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

export default function DenialsPage({ route }: PageProps) {
  const days = PERIODS.find(({ value }) => value === route.query.days)?.value ?? '30';
  const kind = KINDS.find(({ value }) => value === route.query.kind)?.value ?? 'all';
  const set = (change: Readonly<Record<string, string>>) =>
    replaceRoute(hrefOf('denials', undefined, { ...route.query, ...change }));
  const report = useOne(
    `/reports/denials?${new URLSearchParams({ days, timeZone: TIME_ZONE })}`,
    denialReportSchema,
  );
  return (
    <>
      <PageHead title={consoleText.pages.denials}>
        <NativeSelect
          size="xs"
          aria-label={tablesText.time}
          data={PERIODS}
          value={days}
          onChange={(event) => set({ days: event.currentTarget.value })}
        />
        <NativeSelect
          size="xs"
          aria-label={denialsText.show}
          data={KINDS}
          value={kind}
          onChange={(event) => set({ kind: event.currentTarget.value })}
        />
      </PageHead>
      <p className={styles.lead}>{denialsText.note}</p>
      <Reading query={report}>{(value) => <Report report={value} />}</Reading>
      <Block title={denialsText.each}>
        <Each key={`${days} ${kind}`} days={Number(days)} kind={kind} />
      </Block>
    </>
  );
}

const sum = (report: DenialReport, of: 'denials' | 'falseDenials') =>
  report.days.reduce((total, day) => total + day[of], 0);

function Report({ report }: { readonly report: DenialReport }) {
  const denials = sum(report, 'denials');
  const falseDenials = sum(report, 'falseDenials');
  if (denials + falseDenials === 0) return <Empty>{denialsText.empty}</Empty>;
  return (
    <>
      <Block title={denialsText.headline(denials, falseDenials)}>
        <DenialChart days={report.days} />
      </Block>
      <div className={styles.columns}>
        <Counted
          title={denialsText.byProduct}
          rows={report.products.map(({ productName, ...row }) => ({ name: productName, ...row }))}
        />
        <Counted
          title={denialsText.byPool}
          rows={report.pools.map(({ poolName, ...row }) => ({ name: poolName, ...row }))}
        />
        <Counted
          title={denialsText.byReason}
          rows={report.reasons.map(({ reason, ...row }) => ({ name: denialReason(reason), ...row }))}
        />
      </div>
    </>
  );
}

interface CountedRow {
  readonly name: string;
  readonly denials: number;
  readonly falseDenials: number;
}

const COUNTED_COLUMNS: readonly Column<CountedRow>[] = [
  { key: 'name', title: heads.for, cell: ({ name }) => name, sortValue: ({ name }) => name },
  {
    key: 'denials',
    title: denialsText.denials,
    align: 'right',
    cell: ({ denials }) => denials,
    sortValue: ({ denials }) => denials,
  },
  {
    key: 'false',
    title: denialsText.falseDenials,
    align: 'right',
    cell: ({ falseDenials }) => falseDenials,
    sortValue: ({ falseDenials }) => falseDenials,
  },
];

function Counted({ title, rows }: { readonly title: string; readonly rows: readonly CountedRow[] }) {
  return (
    <Block title={title}>
      <DataTable
        name={title}
        columns={COUNTED_COLUMNS}
        rows={rows}
        rowKey={({ name }) => name}
        firstOrder={{ key: 'denials', isDescending: true }}
        empty={null}
      />
    </Block>
  );
}

function Each({ days, kind }: { readonly days: number; readonly kind: string }) {
  // Whole minutes, so that the same question stays the same while one looks at its answer.
  const [fromMs] = useState(() => Math.floor((pageClock.wallMs() - days * DAY) / MINUTE) * MINUTE);
  const wanted = kind === 'all' ? {} : { isFalse: String(kind === 'false') };
  const query = new URLSearchParams({ fromMs: String(fromMs), ...wanted });
  const denials = useList(`/denials?${query}`, denialResourceSchema, SHOWN_DENIALS);
  const nowMs = usePageNow();
  const { pools } = useLive();
  const columns = useMemo(
    () => denialColumns(nowMs, (poolId) => pools?.get(poolId)?.view.name ?? poolId),
    [nowMs, pools],
  );
  return (
    <Reading query={denials}>
      {(rows) => (
        <DataTable
          name={denialsText.each}
          columns={columns}
          rows={rows}
          rowKey={({ denialId }) => denialId}
          filterText={({ userName, productName, reason }) =>
            `${userName}\n${productName}\n${denialReason(reason)}`
          }
          firstOrder={{ key: 'time', isDescending: true }}
          empty={<Empty>{denialsText.empty}</Empty>}
        />
      )}
    </Reading>
  );
}

function denialColumns(nowMs: number, poolName: (id: string) => string): Column<DenialResource>[] {
  return [
    {
      key: 'time',
      title: heads.time,
      cell: ({ atMs }) => <Instant atMs={atMs} nowMs={nowMs} />,
      sortValue: ({ atMs }) => atMs,
    },
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
      key: 'why',
      title: denialsText.why,
      cell: ({ reason }) => denialReason(reason),
      sortValue: ({ reason }) => denialReason(reason),
    },
    {
      key: 'elsewhere',
      title: denialsText.freeElsewhere,
      cell: ({ freeElsewhere }) => {
        if (freeElsewhere === null) return <span className={styles.dimmed}>{denialsText.unknown}</span>;
        if (freeElsewhere.length === 0) return <span className={styles.dimmed}>{denialsText.nothing}</span>;
        return freeElsewhere.map(({ poolId, units }) => `${units} × ${poolName(poolId)}`).join(', ');
      },
      sortValue: ({ freeElsewhere }) => freeElsewhere?.length ?? null,
    },
    {
      key: 'soon',
      title: denialsText.servedSoon,
      cell: ({ provedFalseAtMs }) =>
        provedFalseAtMs === null ? null : <Instant atMs={provedFalseAtMs} nowMs={nowMs} />,
      sortValue: ({ provedFalseAtMs }) => provedFalseAtMs,
    },
  ];
}
