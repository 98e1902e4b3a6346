/** The pool, group or person that a word of the command line means. */
import type { Outcome } from '../../../shared/outcome.ts';
import {
  type GroupResource,
  groupResourceSchema,
  type PersonResource,
  type PoolResource,
  pageOf,
  personResourceSchema,
  poolResourceSchema,
} from '../../../shared/rest.ts';
import type { ExitName } from '../exit-codes.ts';
import { matchName, type Named } from '../product-match.ts';
import { callRestPages, type RestPorts } from './rest-client.ts';

async function findNamed<T>(
  word: string,
  kind: string,
  read: Outcome<readonly T[], ExitName>,
  nameOf: (item: T) => Named,
): Promise<Outcome<T, ExitName>> {
  if (!read.ok) return read;
  const match = matchName(word, read.value.map(nameOf), kind);
  if (!match.ok) return match;
  const found = read.value.find((item) => nameOf(item).id === match.value.id);
  return found
    ? { ok: true, value: found }
    : { ok: false, code: 'NOT_FOUND', message: `There is no ${kind} called "${word}".` };
}

export const findPool = async (admin: RestPorts, word: string): Promise<Outcome<PoolResource, ExitName>> =>
  findNamed(word, 'pool', await callRestPages(admin, '/pools', pageOf(poolResourceSchema)), (pool) => ({
    id: pool.view.poolId,
    name: pool.settings.name,
  }));

export const readGroups = (admin: RestPorts) => callRestPages(admin, '/groups', pageOf(groupResourceSchema));

export const findGroup = async (admin: RestPorts, word: string): Promise<Outcome<GroupResource, ExitName>> =>
  findNamed(word, 'group', await readGroups(admin), ({ groupId, name }) => ({ id: groupId, name }));

/** By id or login first: logins are what admins have at hand, and names may be equal. */
export async function findPerson(admin: RestPorts, word: string): Promise<Outcome<PersonResource, ExitName>> {
  const people = await callRestPages(admin, '/people', pageOf(personResourceSchema));
  if (!people.ok) return people;
  const folded = word.toLowerCase();
  const exact = people.value.filter(
    ({ userId, accounts }) => userId === word || accounts.some(({ login }) => login.toLowerCase() === folded),
  );
  const [only] = exact;
  if (only && exact.length === 1) return { ok: true, value: only };
  return findNamed(word, 'person', people, ({ userId, name }) => ({ id: userId, name }));
}
