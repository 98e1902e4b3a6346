/** `usher pool deny POOL WHO --reason [--for]`: keeps somebody from the seats of a pool. */
import { denyResourceSchema } from '../../../shared/rest.ts';
import { findDenied } from '../admin/find-denied.ts';
import { findPool } from '../admin/find-named.ts';
import { callRest } from '../admin/rest-client.ts';
import { reasonOf, usage, withAdmin } from '../admin/with-admin.ts';
import { type Context, type Input, textOption } from '../context.ts';
import { parseDuration } from '../durations-input.ts';

export function run(context: Context, input: Input): Promise<number> {
  return withAdmin(context, input, async (admin) => {
    const reason = reasonOf(input);
    if (typeof reason !== 'string') return reason;
    const length = textOption(input, 'for');
    const lasts = length === null ? null : parseDuration(length);
    if (lasts && !lasts.ok) return usage(lasts.message);
    const pool = await findPool(admin, input.words[0] ?? '');
    if (!pool.ok) return pool;
    const denied = await findDenied(admin, input);
    if (!denied.ok) return denied;
    const untilMs = lasts ? context.clock.wallMs() + lasts.value : null;
    const made = await callRest(admin, {
      method: 'POST',
      path: `/pools/${encodeURIComponent(pool.value.view.poolId)}/denied`,
      body: { who: denied.value.who, reason, untilMs },
      schema: denyResourceSchema,
    });
    if (!made.ok) return made;
    const end = untilMs === null ? 'until it is lifted' : `until ${new Date(untilMs).toISOString()}`;
    return context.answer(input, { rule: made.value }, () => [
      `${denied.value.name} gets no seat of ${pool.value.settings.name} ${end}.`,
    ]);
  });
}
