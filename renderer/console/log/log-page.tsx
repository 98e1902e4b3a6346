/** What did Usher do? Every decision of the ledger, newest first, with names beside the ids. */
import { Button } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { z } from 'zod';
import { ledgerEventResourceSchema, personResourceSchema } from '../../../shared/rest.ts';
import { consoleText, heads, tablesText } from '../../../shared/strings-console.ts';
import { type Column, DataTable } from '../../kit/data-table.tsx';
import styles from '../console.module.css';
import { useLive } from '../console-context.ts';
import { Empty, Instant, PageHead, Reading, usePageNow } from '../parts.tsx';
import { useList } from '../use-query.ts';
import { eventFacts, eventName, type NameBook } from './event-words.ts';

type LedgerEvent = z.infer<typeof ledgerEventResourceSchema>;

/** So many are read at first, the newest, and more with each press. */
const SHOWN_STEP = 300;

export default function LogPage() {
  const [shown, setShown] = useState(SHOWN_STEP);
  const events = useList('/events?order=newest', ledgerEventResourceSchema, shown);
  const names = useNames();
  const nowMs = usePageNow();
  const columns = useMemo(() => eventColumns(names, nowMs), [names, nowMs]);
  return (
    <>
      <PageHead title={consoleText.pages.log}>
        <Button size="xs" variant="default" onClick={() => void events.refresh()}>
          {consoleText.readAgain}
        </Button>
      </PageHead>
      <p className={styles.lead}>{tablesText.logNote}</p>
      <Reading query={events}>
        {(all) => (
          <>
            <DataTable
              name={consoleText.pages.log}
              columns={columns}
              rows={all}
              rowKey={({ eventNumber }) => String(eventNumber)}
              filterText={({ kind, body }) => `${eventName(kind)}\n${factsText(body, names)}`}
              firstOrder={{ key: 'number', isDescending: true }}
              empty={<Empty>{tablesText.logEmpty}</Empty>}
            />
            {all.length >= shown && (
              <div>
                <Button size="xs" variant="default" onClick={() => setShown(shown + SHOWN_STEP)}>
                  {consoleText.more}
                </Button>
              </div>
            )}
          </>
        )}
      </Reading>
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
      title: heads.number,
      align: 'right',
      cell: ({ eventNumber }) => eventNumber,
      sortValue: ({ eventNumber }) => eventNumber,
    },
    {
      key: 'time',
      title: heads.time,
      cell: ({ atMs }) => <Instant atMs={atMs} nowMs={nowMs} />,
      sortValue: ({ atMs }) => atMs,
    },
    {
      key: 'event',
      title: heads.event,
      cell: ({ kind }) => eventName(kind),
      sortValue: ({ kind }) => kind,
    },
    {
      key: 'facts',
      title: heads.facts,
      cell: ({ body }) => (
        <details className={styles.eventBody}>
          <summary>{factsText(body, names)}</summary>
          <pre>{JSON.stringify(body, null, 2)}</pre>
        </details>
      ),
    },
  ];
}
