/** How a pool is divided: who can get what now, shares of groups, rules for everybody, and the deny list. */
import { Button } from '@mantine/core';
import { useEffect, useMemo, useState } from 'react';
import {
  type AllocationLine,
  allocationPreviewSchema,
  groupResourceSchema,
  type PoolResource,
} from '../../../shared/rest.ts';
import { allocationText, shareText } from '../../../shared/strings-allocation.ts';
import { type Column, DataTable } from '../../kit/data-table.tsx';
import styles from '../console.module.css';
import { useConsole } from '../console-context.ts';
import { Block, Reading } from '../parts.tsx';
import { useList, useOne } from '../use-query.ts';
import { DenyList } from './deny-list.tsx';
import { RulesForm } from './rules-form.tsx';
import { ShareForm } from './share-form.tsx';

type Opened = { readonly kind: 'nothing' | 'new' } | { readonly kind: 'edit'; readonly groupId: string };

export function AllocationTab({ pool, nowMs }: { readonly pool: PoolResource; readonly nowMs: number }) {
  const { say } = useConsole();
  const { poolId, revision } = pool.view;
  const preview = useOne(`/pools/${encodeURIComponent(poolId)}/allocation`, allocationPreviewSchema);
  const groups = useList('/groups', groupResourceSchema);
  const [opened, setOpened] = useState<Opened>({ kind: 'nothing' });
  const { refresh } = preview;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the revision is what asks again
  useEffect(() => void refresh(), [revision, refresh]);
  const columns = useMemo(() => lineColumns((groupId) => setOpened({ kind: 'edit', groupId })), []);
  const groupRows = groups.outcome?.ok ? groups.outcome.value : [];
  return (
    <>
      <Block title={shareText.who}>
        <p className={styles.lead}>{shareText.whoHint}</p>
        <Reading query={preview}>
          {(value) => (
            <>
              {value.isResting && <p>{shareText.resting}</p>}
              <DataTable
                name={shareText.who}
                columns={columns}
                rows={value.lines}
                rowKey={({ groupId }) => groupId ?? ''}
                empty={null}
              />
            </>
          )}
        </Reading>
        <div>
          <Button
            size="xs"
            variant="default"
            disabled={groupRows.length === 0}
            onClick={() => setOpened({ kind: 'new' })}
          >
            {shareText.addShare}
          </Button>
          {groups.outcome && groupRows.length === 0 && <p className={styles.dimmed}>{shareText.noGroups}</p>}
        </div>
      </Block>
      <Block title={shareText.rules}>
        <RulesForm key={`${poolId} ${JSON.stringify(pool.settings.allocation)}`} pool={pool} />
      </Block>
      <Block title={shareText.denied}>
        <DenyList pool={pool} groups={groupRows} nowMs={nowMs} />
      </Block>
      {opened.kind !== 'nothing' && (
        <ShareForm
          pool={pool}
          groups={groupRows}
          groupId={opened.kind === 'edit' ? opened.groupId : null}
          onClose={(isSaved) => {
            setOpened({ kind: 'nothing' });
            if (isSaved) say({ tone: 'positive', text: shareText.saved });
          }}
        />
      )}
    </>
  );
}

function lineColumns(onEdit: (groupId: string) => void): Column<AllocationLine>[] {
  const amount = (
    key: string,
    title: string,
    of: (line: AllocationLine) => number | null,
    absent = '–',
  ): Column<AllocationLine> => ({ key, title, align: 'right', cell: (line) => of(line) ?? absent });
  return [
    {
      key: 'group',
      title: shareText.group,
      cell: ({ groupName }) => groupName ?? allocationText.everybodyElse,
    },
    amount('reserved', shareText.reserved, ({ reservedUnits }) => reservedUnits),
    amount('cap', shareText.cap, ({ capUnits }) => capUnits),
    amount('class', shareText.rank, ({ priorityClass }) => priorityClass),
    amount('used', shareText.inUse, ({ usedUnits }) => usedUnits),
    amount('lent', shareText.lent, ({ lentUnits }) => lentUnits),
    amount('waiting', shareText.waiting, ({ waiting }) => waiting),
    amount('could', shareText.couldGet, ({ availableUnits }) => availableUnits, allocationText.unknown),
    {
      key: 'why',
      title: shareText.whyNotMore,
      cell: ({ holdBacks }) => holdBacks.map((one) => allocationText.holdBack[one]).join('; '),
    },
    {
      key: 'edit',
      title: '',
      align: 'right',
      cell: ({ groupId, groupName }) =>
        groupId !== null && (
          <Button
            size="compact-sm"
            variant="default"
            aria-label={`${shareText.edit}: ${shareText.editShare(groupName ?? groupId)}`}
            onClick={() => onEdit(groupId)}
          >
            {shareText.edit}
          </Button>
        ),
    },
  ];
}
