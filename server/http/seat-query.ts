/** What lists of leases, tickets and offers share: filters, and whose a row is. */
import type { z } from 'zod';
import { idSchema } from '../../shared/domain-schemas.ts';
import { pageQuerySchema } from '../../shared/rest.ts';
import type { NameBook } from '../ledger/views.ts';

export const seatQuerySchema = pageQuerySchema.extend({
  poolId: idSchema.optional(),
  productId: idSchema.optional(),
  userId: idSchema.optional(),
});
export type SeatQuery = z.infer<typeof seatQuerySchema>;

export function fitsQuery(
  query: SeatQuery,
  row: { productId: string; userId: string; poolIds: readonly string[] },
): boolean {
  return (
    (query.productId === undefined || query.productId === row.productId) &&
    (query.userId === undefined || query.userId === row.userId) &&
    (query.poolId === undefined || row.poolIds.includes(query.poolId))
  );
}

export const whoseRow = (
  { userId, productId }: { readonly userId: string; readonly productId: string },
  names: NameBook,
) => ({
  userId,
  userName: names.userName(userId),
  productId,
  productName: names.productName(productId),
  simulated: names.isSimulated(userId),
});
