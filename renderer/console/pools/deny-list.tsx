/** Who gets no seat of a pool, why and how long; somebody new on it, somebody off it. */
import { Button } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { DenyRule } from '../../../shared/domain.ts';
import { type GroupResource, type PoolResource, personResourceSchema } from '../../../shared/rest.ts';
import { shareText } from '../../../shared/strings-allocation.ts';
import { type Column, DataTable } from '../../kit/data-table.tsx';
import { useConsole } from '../console-context.ts';
import { Empty, Instant } from '../parts.tsx';
import { useConsoleData, useList } from '../use-query.ts';
import { DenyForm } from './deny-form.tsx';

interface DenyListProps {
  readonly pool: PoolResource;
  readonly groups: readonly GroupResource[];
  readonly nowMs: number;
}

export function DenyList({ pool, groups, nowMs }: DenyListProps) {
  const { api } = useConsoleData();
  const { say } = useConsole();
  const people = useList('/people', personResourceSchema);
  const [isOpen, setOpen] = useState(false);
  const path = `/pools/${encodeURIComponent(pool.view.poolId)}/denied`;
  const persons = people.outcome?.ok ? people.outcome.value : null;
  const columns = useMemo((): Column<DenyRule>[] => {
    const nameOf = ({ who }: DenyRule) =>
      who.kind === 'group'
        ? (groups.find(({ groupId }) => groupId === who.groupId)?.name ?? who.groupId)
        : (persons?.find(({ userId }) => userId === who.userId)?.name ?? who.userId);
    const lift = async (rule: DenyRule) => {
      const outcome = await api.send('DELETE', `${path}/${encodeURIComponent(rule.denyId)}`, null);
      const text = outcome.ok ? shareText.lifted : outcome.message;
      say({ tone: outcome.ok ? 'positive' : 'warning', text });
    };
    return [
      { key: 'who', title: shareText.who2, cell: nameOf, sortValue: nameOf },
      { key: 'reason', title: shareText.reason, cell: ({ reason }) => reason },
      {
        key: 'until',
        title: shareText.until,
        cell: ({ untilMs }) =>
          untilMs === null ? shareText.denyLengths.none : <Instant atMs={untilMs} nowMs={nowMs} />,
        sortValue: ({ untilMs }) => untilMs,
      },
      {
        key: 'lift',
        title: '',
        align: 'right',
        cell: (rule) => (
          <Button
            size="compact-sm"
            variant="default"
            aria-label={shareText.liftOf(nameOf(rule))}
            onClick={() => void lift(rule)}
          >
            {shareText.lift}
          </Button>
        ),
      },
    ];
  }, [groups, persons, api, path, say, nowMs]);
  return (
    <>
      <DataTable
        name={shareText.denied}
        columns={columns}
        rows={pool.settings.allocation.denied}
        rowKey={({ denyId }) => denyId}
        empty={<Empty>{shareText.noDenied}</Empty>}
      />
      <div>
        <Button size="xs" variant="default" onClick={() => setOpen(true)}>
          {shareText.deny}
        </Button>
      </div>
      {isOpen && (
        <DenyForm
          path={path}
          groups={groups}
          onClose={(isSaved) => {
            setOpen(false);
            if (isSaved) say({ tone: 'positive', text: shareText.saved });
          }}
        />
      )}
    </>
  );
}
