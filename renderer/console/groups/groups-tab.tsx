/** Groups as a tree, with members and the pools in which they have shares; one group opens to its members. */
import { Button } from '@mantine/core';
import { useMemo, useState } from 'react';
import { treeOf } from '../../../shared/group-tree.ts';
import { type GroupResource, groupResourceSchema } from '../../../shared/rest.ts';
import { heads, poolText } from '../../../shared/strings-console.ts';
import { groupText } from '../../../shared/strings-people.ts';
import { type Column, DataTable } from '../../kit/data-table.tsx';
import styles from '../console.module.css';
import { useConsole, useLive } from '../console-context.ts';
import { Empty, Reading } from '../parts.tsx';
import { DangerDialog } from '../pools/danger-dialog.tsx';
import { hrefOf } from '../route.ts';
import { useConsoleData, useList } from '../use-query.ts';
import { GroupForm } from './group-form.tsx';
import { GroupMembers } from './group-members.tsx';

type Opened =
  | { readonly kind: 'nothing' | 'make' }
  | { readonly kind: 'edit' | 'remove'; readonly group: GroupResource };

interface TreeRow {
  readonly group: GroupResource;
  readonly depth: number;
  /** Place in the tree, which is the first order. */
  readonly place: number;
}

export default function GroupsTab({ groupId }: { readonly groupId: string | null }) {
  const groups = useList('/groups', groupResourceSchema);
  return (
    <Reading query={groups}>
      {(rows) => {
        const opened = rows.find((group) => group.groupId === groupId);
        const refresh = () => void groups.refresh();
        return opened ? (
          <GroupMembers group={opened} onChange={refresh} />
        ) : (
          <Tree groups={rows} onChange={refresh} />
        );
      }}
    </Reading>
  );
}

interface TreeProps {
  readonly groups: readonly GroupResource[];
  readonly onChange: () => void;
}

function Tree({ groups, onChange }: TreeProps) {
  const { api } = useConsoleData();
  const { say } = useConsole();
  const [opened, setOpened] = useState<Opened>({ kind: 'nothing' });
  const columns = useGroupColumns(setOpened);
  const rows = useMemo(() => treeOf(groups).map((row, place): TreeRow => ({ ...row, place })), [groups]);
  const close = (text: string | null) => {
    setOpened({ kind: 'nothing' });
    if (text === null) return;
    say({ tone: 'positive', text });
    onChange();
  };
  return (
    <>
      <div>
        <Button size="xs" onClick={() => setOpened({ kind: 'make' })}>
          {groupText.make}
        </Button>
      </div>
      <DataTable
        name={groupText.all}
        columns={columns}
        rows={rows}
        rowKey={({ group }) => group.groupId}
        filterText={({ group }) => `${group.name}\n${group.groupId}`}
        firstOrder={{ key: 'name', isDescending: false }}
        empty={<Empty>{groupText.empty}</Empty>}
      />
      {opened.kind === 'make' && <GroupForm group={null} groups={groups} onClose={close} />}
      {opened.kind === 'edit' && <GroupForm group={opened.group} groups={groups} onClose={close} />}
      {opened.kind === 'remove' && (
        <DangerDialog
          title={groupText.removeTitle(opened.group.name)}
          sentence={groupText.removeSentence}
          button={groupText.removeButton}
          onRun={() => api.send('DELETE', `/groups/${encodeURIComponent(opened.group.groupId)}`, null)}
          onClose={(isDone) => close(isDone ? groupText.removed(opened.group.name) : null)}
        />
      )}
    </>
  );
}

function useGroupColumns(onOpen: (opened: Opened) => void): readonly Column<TreeRow>[] {
  const { pools } = useLive();
  return useMemo((): Column<TreeRow>[] => {
    const poolName = (id: string) => pools?.get(id)?.view.name ?? id;
    return [
      {
        key: 'name',
        title: heads.group,
        cell: ({ group, depth }) => (
          <span style={{ paddingLeft: depth * 20 }}>
            <a href={hrefOf('people', undefined, { tab: 'groups', group: group.groupId })}>{group.name}</a>
          </span>
        ),
        sortValue: ({ place }) => place,
      },
      {
        key: 'members',
        title: heads.members,
        align: 'right',
        cell: ({ group }) => group.members,
        sortValue: ({ group }) => group.members,
      },
      {
        key: 'pools',
        title: heads.sharesOf,
        cell: ({ group }) => (
          <span className={styles.barLine}>
            {group.poolIds.map((poolId) => (
              <a key={poolId} href={hrefOf('pools', poolId, { tab: 'allocation' })}>
                {poolName(poolId)}
              </a>
            ))}
          </span>
        ),
        sortValue: ({ group }) => group.poolIds.length,
      },
      {
        key: 'act',
        title: '',
        align: 'right',
        cell: ({ group }) => (
          <span className={styles.rowActions}>
            <Button
              size="compact-sm"
              variant="default"
              aria-label={groupText.editOf(group.name)}
              onClick={() => onOpen({ kind: 'edit', group })}
            >
              {poolText.edit}
            </Button>
            <Button
              size="compact-sm"
              variant="default"
              aria-label={groupText.removeTitle(group.name)}
              onClick={() => onOpen({ kind: 'remove', group })}
            >
              {heads.removeAct}
            </Button>
          </span>
        ),
      },
    ];
  }, [pools, onOpen]);
}
