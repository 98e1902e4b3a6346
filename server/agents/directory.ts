/**
 * Who the opaque ids are: people, workstations and their agents, kept in memory because every view names them, and
 * written through to the records. The ledger never sees a name.
 */
import type { UserId, WorkstationId } from '../../shared/domain.ts';
import type {
  AgentRow,
  Page,
  PageRequest,
  PersonRow,
  RecordChange,
  Records,
  WorkstationRow,
} from '../stores/records.ts';

const ROWS_AT_ONCE = 1000;
/** Shown where a person was erased or a row is missing. */
const NOBODY = 'unknown';

export interface Directory {
  person(userId: UserId): PersonRow | null;
  workstation(workstationId: WorkstationId): WorkstationRow | null;
  workstations(): readonly WorkstationRow[];
  agentsOf(workstationId: WorkstationId): readonly AgentRow[];
  userName(userId: UserId): string;
  workstationName(workstationId: WorkstationId): string;
  isSimulated(userId: UserId): boolean;
  counts(): { people: number; workstations: number };
  /** Writes to the records and, when that is durable, to memory. Other records than ours are only written. */
  write(changes: readonly RecordChange[]): Promise<void>;
}

async function readAll<T>(page: (request: PageRequest) => Promise<Page<T>>): Promise<T[]> {
  const all: T[] = [];
  for (let cursor: string | null = null; ; ) {
    const { items, cursor: next }: Page<T> = await page({ limit: ROWS_AT_ONCE, cursor });
    all.push(...items);
    if (next === null) return all;
    cursor = next;
  }
}

export async function loadDirectory(records: Records): Promise<Directory> {
  const people = new Map<UserId, PersonRow>();
  const workstations = new Map<WorkstationId, WorkstationRow>();
  const agents = new Map<WorkstationId, Map<UserId, AgentRow>>();
  const keepAgent = (row: AgentRow) => {
    const ofWorkstation = agents.get(row.workstationId) ?? new Map<UserId, AgentRow>();
    agents.set(row.workstationId, ofWorkstation.set(row.userId, row));
  };
  for (const row of await readAll((request) => records.people.page(request))) people.set(row.userId, row);
  for (const row of await readAll((request) => records.workstations.page(request)))
    workstations.set(row.workstationId, row);
  for (const row of await records.agents.all()) keepAgent(row);

  function remember(change: RecordChange): void {
    if (change.record === 'person' && change.op === 'put') people.set(change.row.userId, change.row);
    else if (change.record === 'person' && change.op === 'delete') people.delete(change.key.userId);
    else if (change.record === 'workstation' && change.op === 'put')
      workstations.set(change.row.workstationId, change.row);
    else if (change.record === 'agent' && change.op === 'put') keepAgent(change.row);
  }

  return {
    person: (userId) => people.get(userId) ?? null,
    workstation: (workstationId) => workstations.get(workstationId) ?? null,
    workstations: () => [...workstations.values()],
    agentsOf: (workstationId) => [...(agents.get(workstationId)?.values() ?? [])],
    userName: (userId) => people.get(userId)?.name ?? NOBODY,
    workstationName: (workstationId) => workstations.get(workstationId)?.name ?? NOBODY,
    isSimulated: (userId) => people.get(userId)?.simulated ?? false,
    counts: () => ({ people: people.size, workstations: workstations.size }),
    async write(changes) {
      await records.write(changes);
      for (const change of changes) remember(change);
    },
  };
}
