/** Whom a deny list names: a person, or with --group a group. */
import type { DenyRule } from '../../../shared/domain.ts';
import type { Outcome } from '../../../shared/outcome.ts';
import { flag, type Input } from '../context.ts';
import type { ExitName } from '../exit-codes.ts';
import { findGroup, findPerson } from './find-named.ts';
import type { RestPorts } from './rest-client.ts';

export interface Denied {
  readonly who: DenyRule['who'];
  readonly name: string;
}

export async function findDenied(admin: RestPorts, input: Input): Promise<Outcome<Denied, ExitName>> {
  const word = input.words[1] ?? '';
  if (flag(input, 'group')) {
    const group = await findGroup(admin, word);
    if (!group.ok) return group;
    const { groupId, name } = group.value;
    return { ok: true, value: { who: { kind: 'group', groupId }, name } };
  }
  const person = await findPerson(admin, word);
  if (!person.ok) return person;
  const { userId, name } = person.value;
  return { ok: true, value: { who: { kind: 'user', userId }, name } };
}
