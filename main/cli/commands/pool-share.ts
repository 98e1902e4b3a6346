/** `usher pool share POOL GROUP`: reserved units, cap and priority class of a group in a pool. */
import type { GroupShare } from '../../../shared/domain.ts';
import { poolResourceSchema } from '../../../shared/rest.ts';
import { findGroup, findPool } from '../admin/find-named.ts';
import { callRest, NO_BODY } from '../admin/rest-client.ts';
import { usage, withAdmin } from '../admin/with-admin.ts';
import { type Context, flag, type Input, textOption } from '../context.ts';

type Share = Omit<GroupShare, 'groupId'>;
const NO_SHARE: Share = { reservedUnits: 0, capUnits: null, priorityClass: null };

const FIELDS = [
  ['reserved', 'reservedUnits'],
  ['cap', 'capUnits'],
  ['class', 'priorityClass'],
] as const;

/** What is named replaces what was; a string says what is wrong. */
function shareOf(input: Input, before: Share): Share | string {
  let share = before;
  for (const [option, field] of FIELDS) {
    const text = textOption(input, option);
    if (text === null) continue;
    if (text === 'none') share = { ...share, [field]: NO_SHARE[field] };
    else if (/^\d{1,7}$/.test(text)) share = { ...share, [field]: Number(text) };
    else return `--${option} takes a whole number, or "none".`;
  }
  return share;
}

function sentenceOf(group: string, pool: string, { reservedUnits, capUnits, priorityClass }: Share): string {
  const cap = capUnits === null ? 'no cap' : `at most ${capUnits}`;
  const rank = priorityClass === null ? 'class as everybody' : `class ${priorityClass}`;
  return `${group} in ${pool}: ${reservedUnits} reserved, ${cap}, ${rank}.`;
}

export function run(context: Context, input: Input): Promise<number> {
  return withAdmin(context, input, async (admin) => {
    const pool = await findPool(admin, input.words[0] ?? '');
    if (!pool.ok) return pool;
    const group = await findGroup(admin, input.words[1] ?? '');
    if (!group.ok) return group;
    const { view, settings } = pool.value;
    const { groupId, name } = group.value;
    const path = `/pools/${encodeURIComponent(view.poolId)}/shares/${encodeURIComponent(groupId)}`;
    if (flag(input, 'remove')) {
      const removed = await callRest(admin, { method: 'DELETE', path, schema: NO_BODY });
      if (!removed.ok) return removed;
      return context.answer(input, { poolId: view.poolId, groupId, removed: true }, () => [
        `${name} has no share of ${settings.name} any more.`,
      ]);
    }
    const known = settings.allocation.shares.find((share) => share.groupId === groupId);
    const { groupId: _whose, ...before } = known ?? { groupId, ...NO_SHARE };
    const share = shareOf(input, before);
    if (typeof share === 'string') return usage(share);
    const changed = await callRest(admin, { method: 'PUT', path, body: share, schema: poolResourceSchema });
    if (!changed.ok) return changed;
    return context.answer(input, { poolId: view.poolId, groupId, ...share }, () => [
      sentenceOf(name, settings.name, share),
    ]);
  });
}
