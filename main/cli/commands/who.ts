/** `usher who [PRODUCT]`: who holds seats, where, since when, active or idle; and who waits. */
import { makeFormatClock } from '../../../shared/durations.ts';
import { viewPools } from '../../../shared/pool-line.ts';
import type { PoolView } from '../../../shared/views.ts';
import type { Context, Input } from '../context.ts';
import { formatTable } from '../output/table.ts';
import { HOLDER_COLUMNS, poolRows } from '../pool-table.ts';
import { contactFailure, productsOf, resolveProduct, waitForPools, withHost } from '../wishes.ts';

export async function run(context: Context, input: Input): Promise<number> {
  return withHost(context, input, async (host) => {
    const state = await waitForPools(context.clock, host);
    const { pools } = state;
    // Old numbers with their age are better than none.
    if (!pools)
      return (
        contactFailure(state) ?? {
          ok: false,
          code: 'OFFLINE',
          message: 'The server sent no pools yet. Try again.',
        }
      );
    let shown: readonly PoolView[] = pools.pools;
    const [query] = input.words;
    if (query !== undefined) {
      const product = resolveProduct(query, productsOf(state));
      if (!product.ok) return product;
      shown = pools.pools.filter(({ productIds }) => productIds.includes(product.value.id));
      if (shown.length === 0)
        return {
          ok: false,
          code: 'NOT_FOUND',
          message: `No pool counts ${product.value.name}; an admin can make one with \`usher pool set\`.`,
        };
    }
    const nowMs = context.clock.wallMs();
    const formatClock = makeFormatClock();
    const isLive = state.connection.state === 'online';
    const json = { asOfMs: pools.asOfMs, isLive, pools: shown };
    return context.answer(input, json, () => {
      const sentences = new Map(
        viewPools(state, nowMs, formatClock).map(({ pool, sentence, tone }) => [
          pool.poolId,
          { sentence, tone },
        ]),
      );
      const blocks = shown.map((pool) => {
        const line = sentences.get(pool.poolId);
        const rows = poolRows(pool, nowMs, formatClock);
        const table =
          rows.length > 0
            ? formatTable(HOLDER_COLUMNS, rows, { width: context.out.width(), paint: context.out.paint })
            : [];
        return ['', `${context.out.paint(pool.name, 'attention')}  ${line?.sentence ?? ''}`, ...table];
      });
      const age = isLive ? [] : [`No contact with the server: as of ${formatClock(pools.asOfMs, nowMs)}.`];
      const nothing =
        shown.length === 0
          ? ['No pools yet; an admin makes one with `usher pool set` or in the console.']
          : [];
      return [...age, ...nothing, ...blocks.flat().slice(1)];
    });
  });
}
