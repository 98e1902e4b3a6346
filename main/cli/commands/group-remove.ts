/** `usher group remove GROUP`. */
import { findGroup } from '../admin/find-named.ts';
import { callRest, NO_BODY } from '../admin/rest-client.ts';
import { withAdmin } from '../admin/with-admin.ts';
import type { Context, Input } from '../context.ts';

export function run(context: Context, input: Input): Promise<number> {
  return withAdmin(context, input, async (admin) => {
    const group = await findGroup(admin, input.words[0] ?? '');
    if (!group.ok) return group;
    const { groupId, name } = group.value;
    const path = `/groups/${encodeURIComponent(groupId)}`;
    const removed = await callRest(admin, { method: 'DELETE', path, schema: NO_BODY });
    if (!removed.ok) return removed;
    return context.answer(input, { groupId }, () => [`The group ${name} is removed; its people stay.`]);
  });
}
