/** `usher pool list`: pools as the admin set them, with their numbers now. */
import { pageOf, poolResourceSchema } from '../../../shared/rest.ts';
import type { SeatCount } from '../../../shared/views.ts';
import { findAdmin } from '../admin/find-admin.ts';
import { callRestPages } from '../admin/rest-client.ts';
import type { Context, Input } from '../context.ts';
import { type Column, formatTable } from '../output/table.ts';

const COLUMNS: readonly Column[] = [
  { title: 'pool', minimumWidth: 8 },
  { title: 'name', minimumWidth: 8 },
  { title: 'in use', align: 'right' },
  { title: 'seats', align: 'right' },
  { title: 'waiting', align: 'right', dropOrder: 1 },
  { title: 'rule', dropOrder: 2 },
  { title: 'products', minimumWidth: 8, dropOrder: 3 },
];

/** Unknown is not zero. */
function inUseText(seats: SeatCount): string {
  return seats.state === 'known' ? String(seats.inUse) : 'unknown';
}

export async function run(context: Context, input: Input): Promise<number> {
  const admin = await findAdmin(context, input);
  if (!admin.ok) return context.fail(input, admin.code, admin.message);
  const result = await callRestPages(admin.value, '/pools', pageOf(poolResourceSchema));
  if (!result.ok) return context.fail(input, result.code, result.message);
  const pools = result.value;
  const rows = pools.map(({ settings, view }) => [
    { text: view.poolId },
    { text: settings.name },
    { text: inUseText(view.seats) },
    { text: String(view.seats.capacity) },
    { text: String(view.queue.length) },
    { text: settings.enforcement },
    { text: view.productIds.join(', ') },
  ]);
  return context.answer(input, { pools }, () =>
    pools.length === 0
      ? ['No pools yet; `usher pool set` makes one.']
      : formatTable(COLUMNS, rows, { width: context.out.width(), paint: context.out.paint }),
  );
}
