/** Everybody Usher knows: logins, groups, contact, what they use and wait for; add, import, change, erase. */
import { Button, TextInput } from '@mantine/core';
import { useMemo, useState } from 'react';
import {
  type GroupResource,
  groupResourceSchema,
  type PersonResource,
  personResourceSchema,
} from '../../../shared/rest.ts';
import { heads } from '../../../shared/strings-console.ts';
import { contactText } from '../../../shared/strings-contact.ts';
import { importText, peopleText } from '../../../shared/strings-people.ts';
import { type Column, DataTable } from '../../kit/data-table.tsx';
import styles from '../console.module.css';
import { useConsole, useLive } from '../console-context.ts';
import { ContactLinks } from '../contact-links.tsx';
import { Empty, Instant, Named, Reading, usePageNow } from '../parts.tsx';
import { DangerDialog } from '../pools/danger-dialog.tsx';
import { useConsoleData, useList } from '../use-query.ts';
import { ImportDialog } from './import-dialog.tsx';
import { AddPersonDialog, ContactDialog } from './person-dialogs.tsx';

/** So many are drawn at once; a search finds the others. */
const SHOWN_PEOPLE = 300;

type Opened =
  | { readonly kind: 'nothing' | 'import' | 'add' }
  | { readonly kind: 'contact' | 'erase'; readonly person: PersonResource };

export default function PeopleTab() {
  const { api } = useConsoleData();
  const { say } = useConsole();
  const [search, setSearch] = useState('');
  const query = search.trim() === '' ? '' : `?${new URLSearchParams({ search: search.trim() })}`;
  const people = useList(`/people${query}`, personResourceSchema, SHOWN_PEOPLE);
  const groups = useList('/groups', groupResourceSchema);
  const [opened, setOpened] = useState<Opened>({ kind: 'nothing' });
  const close = (text: string | null) => {
    setOpened({ kind: 'nothing' });
    if (text === null) return;
    say({ tone: 'positive', text });
    void people.refresh();
    void groups.refresh();
  };
  const columns = usePersonColumns(groups.outcome?.ok ? groups.outcome.value : [], setOpened);
  return (
    <>
      <div className={styles.tools}>
        <TextInput
          className={styles.grow}
          size="xs"
          type="search"
          label={peopleText.search}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
        <Button size="xs" variant="default" onClick={() => setOpened({ kind: 'add' })}>
          {peopleText.add}
        </Button>
        <Button size="xs" variant="default" onClick={() => setOpened({ kind: 'import' })}>
          {importText.open}
        </Button>
        <Button size="xs" variant="default" component="a" href="/api/v1/people.csv" download="people.csv">
          {peopleText.exportCsv}
        </Button>
      </div>
      <Reading query={people}>
        {(rows) => (
          <>
            <DataTable
              name={peopleText.tabs.people}
              columns={columns}
              rows={rows}
              rowKey={({ userId }) => userId}
              firstOrder={{ key: 'name', isDescending: false }}
              empty={<Empty>{query === '' ? peopleText.empty : peopleText.nobodyFits}</Empty>}
            />
            {rows.length >= SHOWN_PEOPLE && (
              <p className={styles.dimmed}>{peopleText.shownFirst(SHOWN_PEOPLE)}</p>
            )}
          </>
        )}
      </Reading>
      {opened.kind === 'import' && <ImportDialog onClose={close} />}
      {opened.kind === 'add' && <AddPersonDialog onClose={close} />}
      {opened.kind === 'contact' && <ContactDialog person={opened.person} onClose={close} />}
      {opened.kind === 'erase' && (
        <DangerDialog
          title={peopleText.eraseOf(opened.person.name)}
          sentence={peopleText.eraseSentence(opened.person.name)}
          button={peopleText.eraseButton}
          onRun={() => api.send('DELETE', `/people/${encodeURIComponent(opened.person.userId)}`, null)}
          onClose={(isDone) => close(isDone ? peopleText.erased : null)}
        />
      )}
    </>
  );
}

/** Products that a person uses, and those they wait for, as the live data say. */
function usePresence() {
  const { pools } = useLive();
  return useMemo(() => {
    const views = [...(pools?.values() ?? [])].map(({ view }) => view);
    const namesBy = (rows: readonly { userId: string; productName: string }[]) => {
      const groups = Map.groupBy(rows, ({ userId }) => userId);
      return (userId: string) => [
        ...new Set((groups.get(userId) ?? []).map(({ productName }) => productName)),
      ];
    };
    return {
      usedBy: namesBy(views.flatMap(({ holders }) => holders)),
      awaitedBy: namesBy(views.flatMap(({ queue }) => queue)),
    };
  }, [pools]);
}

function usePersonColumns(
  groups: readonly GroupResource[],
  onOpen: (opened: Opened) => void,
): readonly Column<PersonResource>[] {
  const { usedBy, awaitedBy } = usePresence();
  const nowMs = usePageNow();
  return useMemo((): Column<PersonResource>[] => {
    const groupName = (id: string) => groups.find(({ groupId }) => groupId === id)?.name ?? id;
    const loginsOf = ({ accounts }: PersonResource) =>
      [...new Set(accounts.map(({ login }) => login))].join(', ');
    return [
      {
        key: 'name',
        title: heads.person,
        cell: ({ name, simulated }) => <Named name={name} simulated={simulated} />,
        sortValue: ({ name }) => name,
      },
      { key: 'logins', title: heads.logins, cell: loginsOf, sortValue: loginsOf },
      {
        key: 'groups',
        title: heads.groups,
        cell: ({ groupIds }) => groupIds.map(groupName).join(', '),
        sortValue: ({ groupIds }) => groupIds.map(groupName).join(', '),
      },
      {
        key: 'contact',
        title: heads.contact,
        cell: ({ contact }) => (
          <>
            <ContactLinks contact={contact} />
            {contact && !contact.isVisible && <span className={styles.dimmed}> {contactText.hidden}</span>}
          </>
        ),
        sortValue: ({ contact }) => contact?.mail ?? null,
      },
      {
        key: 'uses',
        title: heads.usesNow,
        cell: ({ userId }) => usedBy(userId).join(', '),
        sortValue: ({ userId }) => usedBy(userId).length,
      },
      {
        key: 'waits',
        title: heads.waitsFor,
        cell: ({ userId }) => awaitedBy(userId).join(', '),
        sortValue: ({ userId }) => awaitedBy(userId).length,
      },
      {
        key: 'seen',
        title: heads.lastSeen,
        cell: ({ lastSeenMs }) =>
          lastSeenMs === null ? peopleText.never : <Instant atMs={lastSeenMs} nowMs={nowMs} />,
        sortValue: ({ lastSeenMs }) => lastSeenMs,
      },
      {
        key: 'act',
        title: '',
        align: 'right',
        cell: (person) => (
          <span className={styles.rowActions}>
            <Button
              size="compact-sm"
              variant="default"
              aria-label={peopleText.editOf(person.name)}
              onClick={() => onOpen({ kind: 'contact', person })}
            >
              {peopleText.edit}
            </Button>
            <Button
              size="compact-sm"
              variant="default"
              aria-label={peopleText.eraseOf(person.name)}
              onClick={() => onOpen({ kind: 'erase', person })}
            >
              {peopleText.erase}
            </Button>
          </span>
        ),
      },
    ];
  }, [groups, usedBy, awaitedBy, nowMs, onOpen]);
}
