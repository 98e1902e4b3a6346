/** `usher pool allow POOL WHO`: takes somebody off the deny list of a pool. */
import { findDenied } from '../admin/find-denied.ts';
import { findPool } from '../admin/find-named.ts';
import { callRest, NO_BODY } from '../admin/rest-client.ts';
import { withAdmin } from '../admin/with-admin.ts';
import type { Context, Input } from '../context.ts';

export function run(context: Context, input: Input): Promise<number> {
  return withAdmin(context, input, async (admin) => {
    const pool = await findPool(admin, input.words[0] ?? '');
    if (!pool.ok) return pool;
    const denied = await findDenied(admin, input);
    if (!denied.ok) return denied;
    const { who, name } = denied.value;
    const { view, settings } = pool.value;
    const rules = settings.allocation.denied.filter((rule) =>
      rule.who.kind === 'user'
        ? who.kind === 'user' && rule.who.userId === who.userId
        : who.kind === 'group' && rule.who.groupId === who.groupId,
    );
    if (rules.length === 0)
      return {
        ok: false,
        code: 'NOT_FOUND',
        message: `${name} is not on the deny list of ${settings.name}.`,
      };
    for (const { denyId } of rules) {
      const path = `/pools/${encodeURIComponent(view.poolId)}/denied/${encodeURIComponent(denyId)}`;
      const lifted = await callRest(admin, { method: 'DELETE', path, schema: NO_BODY });
      if (!lifted.ok) return lifted;
    }
    return context.answer(input, { poolId: view.poolId, who, lifted: rules.length }, () => [
      `${name} may use ${settings.name} again.`,
    ]);
  });
}
