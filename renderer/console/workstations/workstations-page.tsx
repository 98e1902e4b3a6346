/** Every agent of every workstation: is it connected, which version, what reads processes and idle time. */
import { Button } from '@mantine/core';
import { useMemo } from 'react';
import type { WorkstationResource } from '../../../shared/rest.ts';
import { consoleText, enrollmentText, heads, tablesText } from '../../../shared/strings-console.ts';
import { type Column, DataTable } from '../../kit/data-table.tsx';
import { formatClock } from '../../kit/format.ts';
import { ToneBadge } from '../../kit/tone-badge.tsx';
import { useLive } from '../console-context.ts';
import { Empty, Instant, Loading, Named, PageHead, usePageNow } from '../parts.tsx';
import { hrefOf } from '../route.ts';

type Agent = WorkstationResource['agents'][number];

interface AgentRow {
  readonly workstation: WorkstationResource;
  /** null: enrolled, and no agent has ever come. */
  readonly agent: Agent | null;
}

const SYSTEMS = { linux: 'Linux', win32: 'Windows', darwin: 'macOS' } as const;

export default function WorkstationsPage() {
  const { workstations } = useLive();
  const nowMs = usePageNow();
  const rows = useMemo(
    () =>
      [...(workstations?.values() ?? [])].flatMap((workstation): AgentRow[] =>
        workstation.agents.length === 0
          ? [{ workstation, agent: null }]
          : workstation.agents.map((agent) => ({ workstation, agent })),
      ),
    [workstations],
  );
  const columns = useMemo(() => agentColumns(nowMs), [nowMs]);
  return (
    <>
      <PageHead title={consoleText.pages.workstations} isLivePage>
        <Button component="a" href={hrefOf('enrollment')} size="xs" variant="default">
          {enrollmentText.make}
        </Button>
      </PageHead>
      {!workstations && <Loading />}
      {workstations && rows.length === 0 && <Empty>{tablesText.workstationsEmpty}</Empty>}
      {rows.length > 0 && (
        <DataTable
          name={consoleText.pages.workstations}
          columns={columns}
          rows={rows}
          rowKey={({ workstation, agent }) =>
            `${workstation.workstationId} ${agent?.userId} ${agent?.loginSessionId}`
          }
          filterText={({ workstation, agent }) => `${workstation.name}\n${agent?.userName ?? ''}`}
          firstOrder={{ key: 'name', isDescending: false }}
          empty={null}
        />
      )}
    </>
  );
}

function agentColumns(nowMs: number): Column<AgentRow>[] {
  return [
    {
      key: 'name',
      title: heads.workstation,
      cell: ({ workstation }) => <Named name={workstation.name} simulated={workstation.simulated} />,
      sortValue: ({ workstation }) => workstation.name,
    },
    {
      key: 'person',
      title: heads.person,
      cell: ({ agent }) => agent?.userName ?? '',
      sortValue: ({ agent }) => agent?.userName ?? null,
    },
    {
      key: 'contact',
      title: heads.contact,
      cell: ({ agent }) => <Contact agent={agent} nowMs={nowMs} />,
      sortValue: ({ agent }) => (agent?.connected ? Number.MAX_SAFE_INTEGER : (agent?.lastContactMs ?? null)),
    },
    {
      key: 'last',
      title: heads.lastContact,
      cell: ({ agent }) =>
        agent?.lastContactMs ? <Instant atMs={agent.lastContactMs} nowMs={nowMs} /> : null,
      sortValue: ({ agent }) => agent?.lastContactMs ?? null,
    },
    {
      key: 'version',
      title: heads.version,
      cell: ({ agent }) => agent?.agentVersion ?? '',
      sortValue: ({ agent }) => agent?.agentVersion ?? null,
    },
    {
      key: 'system',
      title: heads.system,
      cell: ({ workstation }) => `${SYSTEMS[workstation.platform]} ${workstation.osVersion}`,
      sortValue: ({ workstation }) => `${workstation.platform} ${workstation.osVersion}`,
    },
    {
      key: 'processes',
      title: heads.processesBy,
      cell: ({ agent }) => agent?.sensors?.processes ?? '',
      sortValue: ({ agent }) => agent?.sensors?.processes ?? null,
    },
    {
      key: 'idle',
      title: heads.idleTimeBy,
      cell: ({ agent }) => agent?.sensors?.idle ?? '',
      sortValue: ({ agent }) => agent?.sensors?.idle ?? null,
    },
  ];
}

function Contact({ agent, nowMs }: { readonly agent: Agent | null; readonly nowMs: number }) {
  if (agent?.copiedCredential) return <ToneBadge tone="warning">{tablesText.copied}</ToneBadge>;
  if (agent?.connected) return <ToneBadge tone="positive">{tablesText.connected}</ToneBadge>;
  if (!agent?.lastContactMs) return <ToneBadge tone="muted">{tablesText.neverConnected}</ToneBadge>;
  return <ToneBadge tone="muted">{tablesText.away(formatClock(agent.lastContactMs, nowMs))}</ToneBadge>;
}
