/**
 * Who the opaque ids are: people with their contacts, groups, workstations and their agents, kept in memory because
 * every view names them, and written through to the records. The ledger never sees a name.
 */
import type { Contact } from '../../shared/contact.ts';
import type { GroupId, UserId, WorkstationId } from '../../shared/domain.ts';
import type {
  AgentRow,
  ContactRow,
  GroupRow,
  Page,
  PageRequest,
  PersonRow,
  RecordChange,
  Records,
  RecordTypes,
  WorkstationRow,
} from '../stores/records.ts';

const ROWS_AT_ONCE = 1000;
/** Shown where a person was erased or a row is missing. */
const NOBODY = 'unknown';

export interface Directory {
  person(userId: UserId): PersonRow | null;
  people(): Iterable<PersonRow>;
  /** With its switch, for the person and for admins. */
  contact(userId: UserId): ContactRow | null;
  /** As colleagues see it; null: there is none, or it is hidden. */
  visibleContact(userId: UserId): Contact | null;
  group(groupId: GroupId): GroupRow | null;
  groups(): readonly GroupRow[];
  workstation(workstationId: WorkstationId): WorkstationRow | null;
  workstations(): readonly WorkstationRow[];
  agentsOf(workstationId: WorkstationId): readonly AgentRow[];
  /** Of all workstations. */
  agentsOfUser(userId: UserId): readonly AgentRow[];
  userName(userId: UserId): string;
  workstationName(workstationId: WorkstationId): string;
  isSimulated(userId: UserId): boolean;
  counts(): { people: number; workstations: number };
  /** Writes to the records and, when that is durable, to memory. Other records than ours are only written. */
  write(changes: readonly RecordChange[]): Promise<void>;
  /** In memory only: the contact book writes it down. */
  noteAgent(row: AgentRow): void;
  /** In memory only: another server wrote them. */
  remember(changes: readonly RecordChange[]): void;
  /** Reads everything again: another server may have written it. */
  reload(): Promise<void>;
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

/** Rows in memory under their key; changes of other records pass it by. */
interface Shelf {
  remember(change: RecordChange): void;
}

function shelve<K extends keyof Shelved>(record: K, rows: Map<string, Shelved[K]['row']>): Shelf {
  const key = SHELVED_KEYS[record];
  const keyOf = (from: object) => String((from as Record<string, unknown>)[key]);
  return {
    remember(change) {
      if (change.record !== record) return;
      if (change.op === 'put') rows.set(keyOf(change.row), change.row as Shelved[K]['row']);
      else if (change.op === 'delete') rows.delete(keyOf(change.key));
      else {
        const known = rows.get(keyOf(change.key));
        if (known) rows.set(keyOf(change.key), { ...known, ...change.set });
      }
    },
  };
}

type Shelved = Pick<RecordTypes, 'person' | 'contact' | 'group' | 'workstation'>;
const SHELVED_KEYS: { readonly [K in keyof Shelved]: Shelved[K]['key'] } = {
  person: 'userId',
  contact: 'userId',
  group: 'groupId',
  workstation: 'workstationId',
};

export async function loadDirectory(records: Records): Promise<Directory> {
  const people = new Map<UserId, PersonRow>();
  const contacts = new Map<UserId, ContactRow>();
  const groups = new Map<GroupId, GroupRow>();
  const workstations = new Map<WorkstationId, WorkstationRow>();
  const agents = new AgentShelf();

  /** What was written while everything is read: it may be newer than what was read. */
  let meanwhile: RecordChange[] | null = null;

  async function reload(): Promise<void> {
    const since: RecordChange[] = [];
    meanwhile = since;
    const persons = await readAll((request) => records.people.page(request));
    const contactRows = await records.contacts.all();
    const groupRows = await records.groups.all();
    const places = await readAll((request) => records.workstations.page(request));
    const agentRows = await records.agents.all();
    // Whoever looks meanwhile sees what was before, never a half.
    refill(people, persons, ({ userId }) => userId);
    refill(contacts, contactRows, ({ userId }) => userId);
    refill(groups, groupRows, ({ groupId }) => groupId);
    refill(workstations, places, ({ workstationId }) => workstationId);
    for (const row of agentRows) agents.putUnlessOlder(row);
    meanwhile = null;
    remember(since);
  }

  function remember(changes: readonly RecordChange[]): void {
    meanwhile?.push(...changes);
    for (const change of changes) for (const shelf of shelves) shelf.remember(change);
  }
  const shelves: readonly Shelf[] = [
    shelve('person', people),
    shelve('contact', contacts),
    shelve('group', groups),
    shelve('workstation', workstations),
    agents,
  ];
  await reload();

  return {
    person: (userId) => people.get(userId) ?? null,
    people: () => people.values(),
    contact: (userId) => contacts.get(userId) ?? null,
    visibleContact(userId) {
      const contact = contacts.get(userId);
      if (!contact?.isVisible) return null;
      const { mail, phone, chatUrl } = contact;
      return mail === null && phone === null && chatUrl === null ? null : { mail, phone, chatUrl };
    },
    group: (groupId) => groups.get(groupId) ?? null,
    groups: () => [...groups.values()],
    workstation: (workstationId) => workstations.get(workstationId) ?? null,
    workstations: () => [...workstations.values()],
    agentsOf: (workstationId) => agents.ofWorkstation(workstationId),
    agentsOfUser: (userId) => agents.ofUser(userId),
    userName: (userId) => people.get(userId)?.name ?? NOBODY,
    workstationName: (workstationId) => workstations.get(workstationId)?.name ?? NOBODY,
    isSimulated: (userId) => people.get(userId)?.simulated ?? false,
    counts: () => ({ people: people.size, workstations: workstations.size }),
    async write(changes) {
      await records.write(changes);
      remember(changes);
    },
    noteAgent: (row) => agents.put(row),
    remember,
    reload,
  };
}

function refill<T>(map: Map<string, T>, rows: readonly T[], keyOf: (row: T) => string): void {
  map.clear();
  for (const row of rows) map.set(keyOf(row), row);
}

/** Agents by both halves of their key. */
class AgentShelf implements Shelf {
  readonly #byWorkstation = new Map<WorkstationId, Map<UserId, AgentRow>>();
  readonly #byUser = new Map<UserId, Map<WorkstationId, AgentRow>>();

  ofWorkstation(workstationId: WorkstationId): readonly AgentRow[] {
    return [...(this.#byWorkstation.get(workstationId)?.values() ?? [])];
  }

  ofUser(userId: UserId): readonly AgentRow[] {
    return [...(this.#byUser.get(userId)?.values() ?? [])];
  }

  put(row: AgentRow): void {
    const { workstationId, userId } = row;
    const ofWorkstation = this.#byWorkstation.get(workstationId) ?? new Map<UserId, AgentRow>();
    this.#byWorkstation.set(workstationId, ofWorkstation.set(userId, row));
    const ofUser = this.#byUser.get(userId) ?? new Map<WorkstationId, AgentRow>();
    this.#byUser.set(userId, ofUser.set(workstationId, row));
  }

  putUnlessOlder(row: AgentRow): void {
    const known = this.#byWorkstation.get(row.workstationId)?.get(row.userId);
    if ((known?.lastContactMs ?? 0) <= (row.lastContactMs ?? 0)) this.put(row);
  }

  remember(change: RecordChange): void {
    if (change.record !== 'agent') return;
    if (change.op === 'put') {
      this.put(change.row);
      return;
    }
    const { workstationId, userId } = change.key;
    const known = this.#byWorkstation.get(workstationId)?.get(userId);
    if (change.op === 'patch') {
      if (known) this.put({ ...known, ...change.set });
      return;
    }
    this.#byWorkstation.get(workstationId)?.delete(userId);
    this.#byUser.get(userId)?.delete(workstationId);
  }
}
