/** `usher group set GROUP`: makes a group, renames it, or moves it. */
import { groupResourceSchema } from '../../../shared/rest.ts';
import { findGroup } from '../admin/find-named.ts';
import { callRest } from '../admin/rest-client.ts';
import { withAdmin } from '../admin/with-admin.ts';
import { type Context, type Input, textOption } from '../context.ts';

export function run(context: Context, input: Input): Promise<number> {
  return withAdmin(context, input, async (admin) => {
    const word = input.words[0] ?? '';
    const known = await findGroup(admin, word);
    if (!known.ok && known.code !== 'NOT_FOUND') return known;
    const groupId = known.ok ? known.value.groupId : word;
    const above = textOption(input, 'in');
    const parent = above === null || above === 'none' ? null : await findGroup(admin, above);
    if (parent && !parent.ok) return parent;
    const name = textOption(input, 'name');
    const body = {
      ...(name === null ? {} : { name }),
      ...(above === null ? {} : { parentId: parent?.value.groupId ?? null }),
    };
    const path = `/groups/${encodeURIComponent(groupId)}`;
    const set = await callRest(admin, { method: 'PUT', path, body, schema: groupResourceSchema });
    if (!set.ok) return set;
    const isNew = !known.ok;
    return context.answer(input, { created: isNew, group: set.value }, () => [
      `${isNew ? 'Made' : 'Changed'} the group ${set.value.name} (${set.value.groupId}).`,
    ]);
  });
}
