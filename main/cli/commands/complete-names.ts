/** `usher complete-names KIND`: names of products or pools for the shells' completion; silent when nothing runs. */
import type { Context, Input } from '../context.ts';
import { exitCodeOf } from '../exit-codes.ts';
import { connectHost } from '../local-host.ts';
import { productsOf, waitForPools } from '../wishes.ts';

export async function run(context: Context, input: Input): Promise<number> {
  const host = await connectHost(context, input);
  if (!host.ok) return exitCodeOf(host.code);
  const state = await waitForPools(context.clock, host.value);
  host.value.close();
  const ids =
    input.words[0] === 'pool'
      ? (state.pools?.pools ?? []).map(({ poolId }) => poolId)
      : productsOf(state).map(({ id }) => id);
  return context.answer(input, { ids }, () => ids.toSorted());
}
