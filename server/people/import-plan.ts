/**
 * What each line of a people file would change, decided against who is known now. Pure: a dry run and a real one plan
 * the same; only what becomes of the plan differs.
 */
import type { GroupId, UserId } from '../../shared/domain.ts';
import type { ImportProblem, ImportStep, PersonAuthority } from '../../shared/rest/people.ts';
import type { AccountRow, ContactRow, GroupRow, PersonRow, RecordChange } from '../stores/records.ts';
import type { PersonLine } from './person-csv.ts';

/** Who is known before the import. */
export interface PeopleBook {
  /** Of every authority; `login` in lower case. */
  accountsOf(login: string): readonly AccountRow[];
  person(userId: UserId): PersonRow | null;
  contact(userId: UserId): ContactRow | null;
  /** Groups that name this person as a member. */
  groupIdsOf(userId: UserId): readonly GroupId[];
  groups(): readonly GroupRow[];
}

export interface PlannedLine {
  readonly step: ImportStep;
  readonly records: readonly RecordChange[];
  readonly joins: readonly { readonly groupId: GroupId; readonly userId: UserId }[];
  readonly leaves: readonly { readonly groupId: GroupId; readonly userId: UserId }[];
}

export interface ImportPlanner {
  plan(line: PersonLine): PlannedLine | ImportProblem;
  /** Made by lines that named them first. */
  newGroups(): readonly GroupRow[];
}

interface Tools {
  readonly newId: () => string;
  readonly nowMs: number;
  /** An id of letters made from a name; null: nothing is left of it. */
  readonly idFromName: (name: string) => string | null;
}

/** Where a login is new and the file names no authority, the person has it under both: a company's login is one person. */
const REAL_AUTHORITIES: readonly PersonAuthority[] = ['unix', 'windows'];

interface Found {
  readonly person: PersonRow;
  readonly isNew: boolean;
  readonly accounts: readonly AccountRow[];
}

type FieldChange = ImportStep['changes'][number];

export function createImportPlanner(book: PeopleBook, tools: Tools): ImportPlanner {
  const firstLineOf = new Map<UserId, number>();
  /** Logins that earlier lines added, by authority. */
  const added = new Map<string, UserId>();
  const groups = createGroupFinder(book.groups(), tools);

  function find({ line, login, authority, name }: PersonLine): Found | ImportProblem {
    const key = login.toLowerCase();
    const earlier = (authority === null ? ['unix', 'windows', 'simulated'] : [authority]).flatMap(
      (one) => added.get(`${one} ${key}`) ?? [],
    )[0];
    if (earlier !== undefined) return twice(line, firstLineOf.get(earlier) ?? line);
    const known = book
      .accountsOf(key)
      .filter((account) => authority === null || account.authority === authority);
    const userIds = [...new Set(known.map(({ userId }) => userId))];
    if (userIds.length > 1) {
      const message =
        'Several people have this login under different authorities: fill in the column authority.';
      return { line, column: 'authority', message };
    }
    const person = userIds[0] === undefined ? null : book.person(userIds[0]);
    if (person) return { person, isNew: false, accounts: [] };
    const userId = tools.newId();
    const accounts = (authority === null ? REAL_AUTHORITIES : [authority]).map((one) => ({
      ...{ authority: one, accountId: key, userId, name: login },
    }));
    for (const account of accounts) added.set(`${account.authority} ${key}`, userId);
    const row = {
      userId,
      name: name ?? login,
      simulated: authority === 'simulated',
      createdAtMs: tools.nowMs,
    };
    return { person: row, isNew: true, accounts };
  }

  return {
    newGroups: groups.made,
    plan(line) {
      const found = find(line);
      if ('message' in found) return found;
      const { userId } = found.person;
      const before = firstLineOf.get(userId);
      if (before !== undefined) return twice(line.line, before);
      firstLineOf.set(userId, line.line);
      return planFound(line, found, book, groups, tools.nowMs);
    },
  };
}

const twice = (line: number, first: number): ImportProblem => ({
  line,
  column: 'login',
  message: `Line ${first} speaks of this person already; only that one counts.`,
});

function planFound(
  line: PersonLine,
  { person, isNew, accounts }: Found,
  book: PeopleBook,
  groups: GroupFinder,
  nowMs: number,
): PlannedLine {
  const { userId } = person;
  const changes: FieldChange[] = [];
  const records: RecordChange[] = accounts.map((row) => ({ record: 'account', op: 'put', row }));
  const name = line.name ?? person.name;
  if (isNew || name !== person.name) {
    records.push({ record: 'person', op: 'put', row: { ...person, name } });
    changes.push({ field: 'name', from: isNew ? null : person.name, to: name });
  }
  const contact = planContact(line, userId, book.contact(userId), nowMs);
  if (contact.row) records.push({ record: 'contact', op: 'put', row: contact.row });
  const membership = planGroups(line, userId, book, groups);
  changes.push(...contact.changes, ...membership.changes);
  const kind = isNew ? 'added' : changes.length > 0 ? 'changed' : 'unchanged';
  return {
    step: { line: line.line, login: line.login, kind, changes, keepsOwnEntry: contact.keepsOwnEntry },
    records,
    joins: membership.joins.map((groupId) => ({ groupId, userId })),
    leaves: membership.leaves.map((groupId) => ({ groupId, userId })),
  };
}

interface PlannedContact {
  readonly row: ContactRow | null;
  readonly changes: readonly FieldChange[];
  readonly keepsOwnEntry: boolean;
}

/** Visible unless the file says otherwise: who imports contacts wants colleagues to find them. */
function planContact(
  line: PersonLine,
  userId: UserId,
  known: ContactRow | null,
  nowMs: number,
): PlannedContact {
  const base: ContactRow = known ?? {
    ...{ userId, mail: null, phone: null, chatUrl: null, isVisible: true },
    source: 'import',
    changedAtMs: nowMs,
  };
  const wanted: ContactRow = {
    ...base,
    ...(line.mail === undefined ? {} : { mail: line.mail }),
    ...(line.phone === undefined ? {} : { phone: line.phone }),
    ...(line.chatUrl === undefined ? {} : { chatUrl: line.chatUrl }),
    ...(line.isVisible === undefined ? {} : { isVisible: line.isVisible }),
  };
  const changes = contactChanges(known, wanted);
  const isSaid = [line.mail, line.phone, line.chatUrl, line.isVisible].some((value) => value !== undefined);
  if (!isSaid || changes.length === 0) return { row: null, changes: [], keepsOwnEntry: false };
  if (known?.source === 'self') return { row: null, changes: [], keepsOwnEntry: true };
  return { row: { ...wanted, source: 'import', changedAtMs: nowMs }, changes, keepsOwnEntry: false };
}

function contactChanges(known: ContactRow | null, wanted: ContactRow): FieldChange[] {
  const fields = [
    ['mail', known?.mail ?? null, wanted.mail],
    ['phone', known?.phone ?? null, wanted.phone],
    ['chat', known?.chatUrl ?? null, wanted.chatUrl],
    ['visible', known ? yesNo(known.isVisible) : null, yesNo(wanted.isVisible)],
  ] as const;
  return fields.filter(([, from, to]) => from !== to).map(([field, from, to]) => ({ field, from, to }));
}

const yesNo = (value: boolean): string => (value ? 'yes' : 'no');

function planGroups(line: PersonLine, userId: UserId, book: PeopleBook, groups: GroupFinder) {
  if (line.groups === undefined) return { joins: [], leaves: [], changes: [] };
  const before = book.groupIdsOf(userId);
  const wanted = [...new Set(line.groups.map((word) => groups.findOrMake(word)))];
  const joins = wanted.filter((groupId) => !before.includes(groupId));
  const leaves = before.filter((groupId) => !wanted.includes(groupId));
  const namesOf = (ids: readonly GroupId[]) => ids.map(groups.nameOf).sort().join('|') || null;
  const changes: FieldChange[] =
    joins.length + leaves.length === 0
      ? []
      : [{ field: 'groups', from: namesOf(before), to: namesOf(wanted) }];
  return { joins, leaves, changes };
}

interface GroupFinder {
  findOrMake(word: string): GroupId;
  nameOf(groupId: GroupId): string;
  made(): readonly GroupRow[];
}

/** By id, else by name without regard to case; a name that nobody has becomes a group. */
function createGroupFinder(known: readonly GroupRow[], { idFromName, newId, nowMs }: Tools): GroupFinder {
  const byId = new Map(known.map((row) => [row.groupId, row]));
  const byName = new Map(known.map((row) => [row.name.toLowerCase(), row]));
  const made: GroupRow[] = [];
  return {
    findOrMake(word) {
      const found = byId.get(word) ?? byName.get(word.toLowerCase());
      if (found) return found.groupId;
      const wanted = idFromName(word);
      const groupId = wanted === null || byId.has(wanted) ? newId() : wanted;
      const row = { groupId, name: word, createdAtMs: nowMs };
      byId.set(groupId, row);
      byName.set(word.toLowerCase(), row);
      made.push(row);
      return groupId;
    },
    nameOf: (groupId) => byId.get(groupId)?.name ?? groupId,
    made: () => made,
  };
}
