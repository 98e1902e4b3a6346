/** `usher group add|drop GROUP PERSON...`: who belongs to a group. */
import { groupResourceSchema } from '../../../shared/rest.ts';
import { findGroup, findPerson } from '../admin/find-named.ts';
import { callRest } from '../admin/rest-client.ts';
import { withAdmin } from '../admin/with-admin.ts';
import type { Run } from '../context.ts';

export const runFor =
  (change: 'add' | 'remove'): Run =>
  (context, input) =>
    withAdmin(context, input, async (admin) => {
      const [word = '', ...words] = input.words;
      const group = await findGroup(admin, word);
      if (!group.ok) return group;
      const userIds: string[] = [];
      for (const one of words) {
        const person = await findPerson(admin, one);
        if (!person.ok) return person;
        userIds.push(person.value.userId);
      }
      const changed = await callRest(admin, {
        method: 'POST',
        path: `/groups/${encodeURIComponent(group.value.groupId)}/members`,
        body: { [change]: userIds },
        schema: groupResourceSchema,
      });
      if (!changed.ok) return changed;
      const { name, members } = changed.value;
      return context.answer(input, { group: changed.value }, () => [
        `${name} has ${members} ${members === 1 ? 'member' : 'members'} now.`,
      ]);
    });
