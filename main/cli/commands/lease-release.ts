/** `usher lease release LEASE --reason [--warn]`: takes a seat back, at once or after a warning. */
import { z } from 'zod';
import { formatDuration } from '../../../shared/durations.ts';
import { leaseResourceSchema } from '../../../shared/rest.ts';
import { callRest } from '../admin/rest-client.ts';
import { reasonOf, usage, withAdmin } from '../admin/with-admin.ts';
import { type Context, type Input, textOption } from '../context.ts';
import { parseDuration } from '../durations-input.ts';

export function run(context: Context, input: Input): Promise<number> {
  return withAdmin(context, input, async (admin) => {
    const reason = reasonOf(input);
    if (typeof reason !== 'string') return reason;
    const text = textOption(input, 'warn');
    const warn = text === null ? null : parseDuration(text);
    if (warn && !warn.ok) return usage(warn.message);
    const leaseId = input.words[0] ?? '';
    const ended = await callRest(admin, {
      method: 'DELETE',
      path: `/leases/${encodeURIComponent(leaseId)}`,
      body: { reason, warnMs: warn?.value ?? 0 },
      schema: z.union([leaseResourceSchema, z.null()]),
    });
    if (!ended.ok) return ended;
    const lease = ended.value;
    return context.answer(input, { leaseId, isFree: lease === null, warning: lease?.warning ?? null }, () =>
      lease === null
        ? ['The seat is free.']
        : [
            `${lease.userName} is told; the seat ends in ${formatDuration(warn?.value ?? 0)} unless it is given back before.`,
            'Take it back with: usher lease keep LEASE. Unsaved work shows in: usher lease list.',
          ],
    );
  });
}
