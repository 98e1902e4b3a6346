/**
 * People as an admin sees and changes them: accounts, contact, groups, and their erasure. Names stay in the records;
 * the ledger is asked with opaque ids only.
 */
import type { OwnContact } from '../../shared/contact.ts';
import { failure, type Outcome, success } from '../../shared/outcome.ts';
import type { PersonAuthority, PersonResource } from '../../shared/rest/people.ts';
import type { Clock } from '../../shared/time.ts';
import type { Directory } from '../agents/directory.ts';
import type { AccountRow, ContactRow, PersonRow, RecordChange, Records } from '../stores/records.ts';
import { erasureOf, type PersonTraces } from './erase.ts';
import type { Membership } from './membership.ts';

export interface PeopleParts {
  readonly records: Records;
  readonly directory: Directory;
  readonly clock: Pick<Clock, 'wallMs'>;
  readonly newId: () => string;
}

interface Account {
  readonly authority: PersonAuthority;
  readonly login: string;
}

/** In the order of the rows. */
export async function peopleResources(
  rows: readonly PersonRow[],
  parts: Pick<PeopleParts, 'records' | 'directory'> & { readonly membership: Pick<Membership, 'groupIdsOf'> },
): Promise<PersonResource[]> {
  const { records, directory, membership } = parts;
  const accounts = Map.groupBy(
    await records.accounts.ofUsers(rows.map(({ userId }) => userId)),
    ({ userId }) => userId,
  );
  return rows.map(({ userId, name, simulated }) => ({
    userId,
    name,
    simulated,
    accounts: (accounts.get(userId) ?? []).map((account) => ({
      authority: account.authority,
      login: account.name,
    })),
    contact: contactResource(directory.contact(userId)),
    groupIds: [...membership.groupIdsOf(userId)],
    lastSeenMs: lastSeenMs(userId, directory),
  }));
}

export function contactResource(row: ContactRow | null): PersonResource['contact'] {
  if (row === null) return null;
  const { userId: _whose, ...contact } = row;
  return contact;
}

/** When an agent of theirs last had contact; null: never. */
export function lastSeenMs(userId: string, directory: Pick<Directory, 'agentsOfUser'>): number | null {
  const contacts = directory.agentsOfUser(userId).flatMap(({ lastContactMs }) => lastContactMs ?? []);
  return contacts.length === 0 ? null : Math.max(...contacts);
}

export async function createPerson(
  {
    name,
    accounts,
    contact,
  }: { name: string; accounts: readonly Account[]; contact?: OwnContact | undefined },
  parts: PeopleParts,
): Promise<Outcome<PersonRow, 'ACCOUNT_TAKEN'>> {
  const { directory, clock, newId } = parts;
  const row: PersonRow = {
    userId: newId(),
    name,
    simulated: accounts.every(({ authority }) => authority === 'simulated'),
    createdAtMs: clock.wallMs(),
  };
  const taken = await accountChanges(row.userId, accounts, parts);
  if (!taken.ok) return taken;
  await directory.write([
    { record: 'person', op: 'put', row },
    ...taken.value,
    ...(contact === undefined ? [] : [contactChange(row.userId, contact, 'admin', parts)]),
  ]);
  return success(row);
}

/** All accounts of a person, in place of those before. An account that somebody else has is not taken away from them. */
async function accountChanges(
  userId: string,
  accounts: readonly Account[],
  { records }: Pick<PeopleParts, 'records'>,
): Promise<Outcome<RecordChange[], 'ACCOUNT_TAKEN'>> {
  const wanted: AccountRow[] = accounts.map(({ authority, login }) => ({
    ...{ authority, accountId: login.toLowerCase(), userId, name: login },
  }));
  for (const { authority, accountId } of wanted) {
    const known = await records.accounts.get(authority, accountId);
    if (known && known.userId !== userId)
      return failure(
        'ACCOUNT_TAKEN',
        `Somebody else has the ${authority} account with this login. Erase that person, or write another login.`,
      );
  }
  const isWanted = (row: AccountRow) =>
    wanted.some(({ authority, accountId }) => authority === row.authority && accountId === row.accountId);
  const gone = (await records.accounts.ofUsers([userId])).filter((row) => !isWanted(row));
  return success([
    ...gone.map(
      ({ authority, accountId }): RecordChange => ({
        record: 'account',
        op: 'delete',
        key: { authority, accountId },
      }),
    ),
    ...wanted.map((row): RecordChange => ({ record: 'account', op: 'put', row })),
  ]);
}

export async function editPerson(
  row: PersonRow,
  { name, accounts }: { name?: string | undefined; accounts?: readonly Account[] | undefined },
  parts: PeopleParts,
): Promise<Outcome<null, 'ACCOUNT_TAKEN'>> {
  const changed = accounts === undefined ? success([]) : await accountChanges(row.userId, accounts, parts);
  if (!changed.ok) return changed;
  const renamed: RecordChange[] =
    name === undefined ? [] : [{ record: 'person', op: 'put', row: { ...row, name } }];
  await parts.directory.write([...renamed, ...changed.value]);
  return success(null);
}

export function contactChange(
  userId: string,
  contact: OwnContact,
  source: ContactRow['source'],
  { clock }: Pick<PeopleParts, 'clock'>,
): RecordChange {
  return { record: 'contact', op: 'put', row: { userId, ...contact, source, changedAtMs: clock.wallMs() } };
}

/** What the records hold of a person. */
export async function tracesOf(userId: string, { records, directory }: PeopleParts): Promise<PersonTraces> {
  const agents = directory.agentsOfUser(userId);
  const credentials = await records.credentials.ofUser(userId);
  const workstationIds = new Set([...agents, ...credentials].map(({ workstationId }) => workstationId));
  const ownWorkstations = [];
  for (const workstationId of workstationIds) {
    const row = directory.workstation(workstationId);
    const others = [
      ...directory.agentsOf(workstationId),
      ...(await records.credentials.ofWorkstation(workstationId)),
    ].filter((other) => other.userId !== userId);
    if (row && others.length === 0) ownWorkstations.push(row);
  }
  return { userId, accounts: await records.accounts.ofUsers([userId]), credentials, agents, ownWorkstations };
}

export const eraseRecords = async (traces: PersonTraces, { directory }: PeopleParts): Promise<void> =>
  directory.write(erasureOf(traces));
