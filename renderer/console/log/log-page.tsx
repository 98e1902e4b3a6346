/** What did Usher do? Every decision of the ledger, newest first, with names beside the ids. */
import { Button } from '@mantine/core';
import { useCallback, useEffect, useMemo, useState } from 'react';
import type { z } from 'zod';
import { ledgerEventResourceSchema, pageOf, personResourceSchema } from '../../../shared/rest.ts';
import { consoleText, tablesText } from '../../../shared/strings-console.ts';
import { Banner } from '../../kit/banner.tsx';
import { type Column, DataTable } from '../../kit/data-table.tsx';
import styles from '../console.module.css';
import { useLive } from '../console-context.ts';
import { Empty, Instant, Loading, PageHead, usePageNow } from '../parts.tsx';
import { useConsoleData, useList } from '../use-query.ts';
import { eventFacts, eventName, type NameBook } from './event-words.ts';

type LedgerEvent = z.infer<typeof ledgerEventResourceSchema>;

const PAGE_SIZE = 200;
const eventPageSchema = pageOf(ledgerEventResourceSchema);

interface Events {
  readonly items: readonly LedgerEvent[];
  readonly cursor: string | null;
}

export default function LogPage() {
  const { api } = useConsoleData();
  const names = useNames();
  const nowMs = usePageNow();
  const [events, setEvents] = useState<Events | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const read = useCallback(
    async (before: Events | null) => {
      const cursor = before?.cursor ? `&cursor=${encodeURIComponent(before.cursor)}` : '';
      const path = `/events?order=newest&limit=${PAGE_SIZE}${cursor}`;
      const page = await api.send('GET', path, eventPageSchema);
      setRefusal(page.ok ? null : page.message);
      if (page.ok) {
        setEvents({ items: [...(before?.items ?? []), ...page.value.items], cursor: page.value.cursor });
      }
    },
    [api],
  );
  useEffect(() => void read(null), [read]);
  const columns = useMemo(() => eventColumns(names, nowMs), [names, nowMs]);
  return (
    <>
      <PageHead title={consoleText.pages.log}>
        <Button size="xs" variant="default" onClick={() => void read(null)}>
          Read again
        </Button>
      </PageHead>
      <p className={styles.lead}>{tablesText.logNote}</p>
      {refusal && <Banner tone="warning">{refusal}</Banner>}
      {!events && !refusal && <Loading />}
      {events && (
        <DataTable
          name={consoleText.pages.log}
          columns={columns}
          rows={events.items}
          rowKey={({ eventNumber }) => String(eventNumber)}
          filterText={({ kind, body }) => `${eventName(kind)}\n${factsText(body, names)}`}
          firstOrder={{ key: 'number', isDescending: true }}
          empty={<Empty>{tablesText.logEmpty}</Empty>}
        />
      )}
      {events?.cursor && (
        <div>
          <Button size="xs" variant="default" onClick={() => void read(events)}>
            {consoleText.more}
          </Button>
        </div>
      )}
    </>
  );
}

function factsText(body: unknown, names: NameBook): string {
  const facts = eventFacts(body, names).map(({ name, value }) => `${name}: ${value}`);
  return facts.length > 0 ? facts.join(' · ') : tablesText.logRecord;
}

/** Names of everything an event may speak of, from what the console has anyway. */
function useNames(): NameBook {
  const { pools, workstations } = useLive();
  const people = useList('/people', personResourceSchema);
  return useMemo(() => {
    const persons = people.outcome?.ok ? people.outcome.value : [];
    return new Map([
      ...persons.map(({ userId, name }) => [userId, name] as const),
      ...[...(pools?.values() ?? [])].map(({ view }) => [view.poolId, view.name] as const),
      ...[...(workstations?.values() ?? [])].map(({ workstationId, name }) => [workstationId, name] as const),
    ]);
  }, [pools, workstations, people.outcome]);
}

function eventColumns(names: NameBook, nowMs: number): Column<LedgerEvent>[] {
  return [
    {
      key: 'number',
      title: 'Number',
      align: 'right',
      cell: ({ eventNumber }) => eventNumber,
      sortValue: ({ eventNumber }) => eventNumber,
    },
    {
      key: 'time',
      title: 'Time',
      cell: ({ atMs }) => <Instant atMs={atMs} nowMs={nowMs} />,
      sortValue: ({ atMs }) => atMs,
    },
    {
      key: 'event',
      title: 'Event',
      cell: ({ kind }) => eventName(kind),
      sortValue: ({ kind }) => kind,
    },
    {
      key: 'facts',
      title: 'Facts',
      cell: ({ body }) => (
        <details className={styles.eventBody}>
          <summary>{factsText(body, names)}</summary>
          <pre>{JSON.stringify(body, null, 2)}</pre>
        </details>
      ),
    },
  ];
}
