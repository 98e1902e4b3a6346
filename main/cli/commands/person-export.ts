/** `usher person export`: everybody as CSV on stdout. */
import { z } from 'zod';
import { callRest } from '../admin/rest-client.ts';
import { withAdmin } from '../admin/with-admin.ts';
import type { Context, Input } from '../context.ts';

export function run(context: Context, input: Input): Promise<number> {
  return withAdmin(context, input, async (admin) => {
    const csv = await callRest(admin, { method: 'GET', path: '/people.csv', schema: z.string() });
    if (!csv.ok) return csv;
    return context.answer(input, { csv: csv.value }, () => csv.value.replace(/\r\n$/, '').split('\n'));
  });
}
