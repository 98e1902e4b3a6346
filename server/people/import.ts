/**
 * Carries out an import of people: reads the file in small parts so that nothing else waits for it, plans every line,
 * and writes what was planned. A line that is wrong is named and leaves the rest; doing it again changes nothing.
 */
import { type Outcome, success } from '../../shared/outcome.ts';
import type { ImportAnswer, ImportProblem } from '../../shared/rest/people.ts';
import type { Clock } from '../../shared/time.ts';
import type { Directory } from '../agents/directory.ts';
import type { AccountRow, GroupRow, Records } from '../stores/records.ts';
import { createImportPlanner, type PeopleBook, type PlannedLine } from './import-plan.ts';
import type { Membership } from './membership.ts';
import { decodeCsv, isProblem, openPersonCsv, type PersonFile, readPersonLines } from './person-csv.ts';

/** So many lines are read, or written in one transaction, before others have their turn. */
const LINES_AT_ONCE = 250;

export interface ImportParts {
  readonly records: Records;
  readonly directory: Directory;
  readonly membership: Membership;
  readonly clock: Pick<Clock, 'wallMs' | 'setTimer'>;
  readonly newId: () => string;
  readonly idFromName: (name: string) => string | null;
}

export async function importPeople(
  bytes: Uint8Array,
  isDryRun: boolean,
  parts: ImportParts,
): Promise<Outcome<ImportAnswer, 'CSV_EMPTY' | 'CSV_HEADER' | 'CSV_TOO_LONG'>> {
  const file = openPersonCsv(decodeCsv(bytes));
  if (!file.ok) return file;
  const { planned, problems, newGroups } = await planFile(file.value, parts);
  if (!isDryRun) await carryOut(planned, newGroups, parts);
  const steps = planned.map(({ step }) => step);
  const count = (kind: string) => steps.filter((step) => step.kind === kind).length;
  return success({
    dryRun: isDryRun,
    lines: file.value.lines.length,
    added: count('added'),
    changed: count('changed'),
    unchanged: count('unchanged'),
    keptOwnEntries: steps.filter(({ keepsOwnEntry }) => keepsOwnEntry).length,
    ignoredColumns: [...file.value.ignoredColumns],
    newGroups: newGroups.map(({ groupId, name }) => ({ groupId, name })),
    problems: [...problems],
    steps: steps.filter(({ kind, keepsOwnEntry }) => kind !== 'unchanged' || keepsOwnEntry),
  });
}

interface PlannedFile {
  readonly planned: readonly PlannedLine[];
  readonly problems: readonly ImportProblem[];
  readonly newGroups: readonly GroupRow[];
}

async function planFile(file: PersonFile, parts: ImportParts): Promise<PlannedFile> {
  const { clock, newId, idFromName } = parts;
  const planner = createImportPlanner(await bookOf(parts), { newId, idFromName, nowMs: clock.wallMs() });
  const planned: PlannedLine[] = [];
  const problems: ImportProblem[] = [];
  for (let index = 0; index < file.lines.length; index += LINES_AT_ONCE) {
    for (const read of readPersonLines(file, index, index + LINES_AT_ONCE)) {
      const plan = isProblem(read) ? read : planner.plan(read);
      if ('step' in plan) planned.push(plan);
      else problems.push(plan);
    }
    await nextTurn(clock);
  }
  return { planned, problems, newGroups: planner.newGroups() };
}

const nextTurn = (clock: Pick<Clock, 'setTimer'>): Promise<void> =>
  new Promise((resolve) => void clock.setTimer(resolve, 0));

async function bookOf({ records, directory, membership }: ImportParts): Promise<PeopleBook> {
  const accounts: ReadonlyMap<string, readonly AccountRow[]> = Map.groupBy(
    await records.accounts.all(),
    ({ accountId }) => accountId,
  );
  return {
    accountsOf: (login) => accounts.get(login) ?? [],
    person: directory.person,
    contact: directory.contact,
    groupIdsOf: membership.groupIdsOf,
    groups: directory.groups,
  };
}

async function carryOut(
  planned: readonly PlannedLine[],
  newGroups: readonly GroupRow[],
  { directory, membership, clock }: ImportParts,
): Promise<void> {
  for (const group of newGroups) await membership.make(group, null);
  for (let index = 0; index < planned.length; index += LINES_AT_ONCE) {
    const records = planned.slice(index, index + LINES_AT_ONCE).flatMap((line) => line.records);
    if (records.length > 0) await directory.write(records);
    await nextTurn(clock);
  }
  const joins = Map.groupBy(
    planned.flatMap((line) => line.joins),
    ({ groupId }) => groupId,
  );
  const leaves = Map.groupBy(
    planned.flatMap((line) => line.leaves),
    ({ groupId }) => groupId,
  );
  for (const groupId of new Set([...joins.keys(), ...leaves.keys()])) {
    const add = (joins.get(groupId) ?? []).map(({ userId }) => userId);
    const remove = (leaves.get(groupId) ?? []).map(({ userId }) => userId);
    await membership.change(groupId, add, remove);
  }
}
