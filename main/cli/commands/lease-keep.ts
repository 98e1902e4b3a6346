/** `usher lease keep LEASE`: takes an announced end of a seat back. */
import { leaseResourceSchema } from '../../../shared/rest.ts';
import { callRest } from '../admin/rest-client.ts';
import { withAdmin } from '../admin/with-admin.ts';
import type { Context, Input } from '../context.ts';

export function run(context: Context, input: Input): Promise<number> {
  return withAdmin(context, input, async (admin) => {
    const path = `/leases/${encodeURIComponent(input.words[0] ?? '')}/warning`;
    const kept = await callRest(admin, { method: 'DELETE', path, schema: leaseResourceSchema });
    if (!kept.ok) return kept;
    return context.answer(input, { lease: kept.value }, () => [`${kept.value.userName} keeps the seat.`]);
  });
}
