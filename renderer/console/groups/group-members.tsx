/** One group: who belongs to it, somebody joins, somebody leaves. */
import { Button, TextInput } from '@mantine/core';
import { useMemo, useState } from 'react';
import {
  type GroupResource,
  groupResourceSchema,
  type PersonResource,
  personResourceSchema,
} from '../../../shared/rest.ts';
import { heads } from '../../../shared/strings-console.ts';
import { groupText, peopleText } from '../../../shared/strings-people.ts';
import { type Column, DataTable } from '../../kit/data-table.tsx';
import styles from '../console.module.css';
import { useConsole } from '../console-context.ts';
import { ContactLinks } from '../contact-links.tsx';
import { Block, Empty, Named, Reading } from '../parts.tsx';
import { hrefOf } from '../route.ts';
import { useConsoleData, useList } from '../use-query.ts';

/** More are found by a longer search. */
const SHOWN_MATCHES = 8;

interface GroupMembersProps {
  readonly group: GroupResource;
  readonly onChange: () => void;
}

export function GroupMembers({ group, onChange }: GroupMembersProps) {
  const { api } = useConsoleData();
  const { say } = useConsole();
  const path = `/groups/${encodeURIComponent(group.groupId)}/members`;
  const members = useList(path, personResourceSchema);
  const change = async (body: { add?: string[]; remove?: string[] }) => {
    const outcome = await api.send('POST', path, groupResourceSchema, body);
    if (!outcome.ok) return say({ tone: 'warning', text: outcome.message });
    onChange();
    await members.refresh();
  };
  const columns = memberColumns((userId) => void change({ remove: [userId] }));
  return (
    <>
      <p>
        <a href={hrefOf('people', undefined, { tab: 'groups' })}>{groupText.all}</a>
      </p>
      <Block title={groupText.membersTitle(group.name)}>
        <Reading query={members}>
          {(rows) => (
            <DataTable
              name={groupText.membersTitle(group.name)}
              columns={columns}
              rows={rows}
              rowKey={({ userId }) => userId}
              filterText={({ name }) => name}
              firstOrder={{ key: 'name', isDescending: false }}
              empty={<Empty>{groupText.noMembers}</Empty>}
            />
          )}
        </Reading>
      </Block>
      <Block title={groupText.add}>
        <Joining
          isMember={(userId) =>
            members.outcome?.ok === true && members.outcome.value.some((one) => one.userId === userId)
          }
          onAdd={(userId) => void change({ add: [userId] })}
        />
      </Block>
    </>
  );
}

const memberColumns = (onTakeOut: (userId: string) => void): readonly Column<PersonResource>[] => [
  {
    key: 'name',
    title: heads.person,
    cell: ({ name, simulated }) => <Named name={name} simulated={simulated} />,
    sortValue: ({ name }) => name,
  },
  { key: 'contact', title: heads.contact, cell: ({ contact }) => <ContactLinks contact={contact} /> },
  {
    key: 'out',
    title: '',
    align: 'right',
    cell: ({ userId, name }) => (
      <Button
        size="compact-sm"
        variant="default"
        aria-label={groupText.takeOutOf(name)}
        onClick={() => onTakeOut(userId)}
      >
        {groupText.takeOut}
      </Button>
    ),
  },
];

interface JoiningProps {
  readonly isMember: (userId: string) => boolean;
  readonly onAdd: (userId: string) => void;
}

function Joining({ isMember, onAdd }: JoiningProps) {
  const [search, setSearch] = useState('');
  const wanted = search.trim();
  return (
    <>
      <TextInput
        className={styles.grow}
        size="xs"
        type="search"
        label={peopleText.search}
        placeholder={groupText.addHint}
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
      />
      {wanted !== '' && <Matches search={wanted} isMember={isMember} onAdd={onAdd} />}
    </>
  );
}

function Matches({ search, isMember, onAdd }: JoiningProps & { readonly search: string }) {
  const path = useMemo(() => `/people?${new URLSearchParams({ search })}`, [search]);
  const found = useList(path, personResourceSchema, SHOWN_MATCHES);
  return (
    <Reading query={found}>
      {(rows) => {
        const strangers = rows.filter(({ userId }) => !isMember(userId));
        if (strangers.length === 0) return <p className={styles.dimmed}>{peopleText.nobodyFits}</p>;
        return (
          <div className={styles.picked}>
            {strangers.map(({ userId, name }) => (
              <Button key={userId} size="compact-sm" variant="light" onClick={() => onAdd(userId)}>
                {groupText.addOne(name)}
              </Button>
            ))}
          </div>
        );
      }}
    </Reading>
  );
}
