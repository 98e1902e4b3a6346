/** `usher pool set POOL [SEATS]`: creates a pool or changes what is named. */
import type { Outcome } from '../../../shared/outcome.ts';
import {
  type PoolResource,
  pageOf,
  poolResourceSchema,
  productResourceSchema,
} from '../../../shared/rest.ts';
import { findAdmin } from '../admin/find-admin.ts';
import { type PoolChange, readPoolOptions } from '../admin/pool-options.ts';
import { callRest, callRestPages, type RestPorts } from '../admin/rest-client.ts';
import type { Context, Input } from '../context.ts';
import type { ExitName } from '../exit-codes.ts';
import { matchName } from '../product-match.ts';

interface NewPool {
  readonly poolId: string;
  readonly name: string;
  readonly productIds: readonly string[];
}

function describe({ settings, view }: PoolResource, isNew: boolean): readonly string[] {
  const products = view.productIds.length > 0 ? view.productIds.join(', ') : 'no product yet; add --products';
  const seats = settings.capacity === 1 ? '1 seat' : `${settings.capacity} seats`;
  return [`${isNew ? 'Created' : 'Changed'} ${settings.name} (${view.poolId}): ${seats} for ${products}.`];
}

/** Without --products the pool is for the product that its word names. */
async function newPool(
  admin: RestPorts,
  word: string,
  productIds: readonly string[] | undefined,
): Promise<Outcome<NewPool, ExitName>> {
  if (productIds) return { ok: true, value: { poolId: word, name: word, productIds } };
  const products = await callRestPages(admin, '/products', pageOf(productResourceSchema));
  if (!products.ok) return products;
  const named = products.value.map(({ product }) => ({ id: product.productId, name: product.name }));
  const match = matchName(word, named, 'product');
  if (match.ok) {
    const { id, name } = match.value;
    return { ok: true, value: { poolId: id, name, productIds: [id] } };
  }
  if (match.code === 'AMBIGUOUS') return match;
  return {
    ok: false,
    code: 'NOT_FOUND',
    message: `There is no pool and no product "${word}". For a new pool, say what it serves: --products ID,ID.`,
  };
}

async function create(
  admin: RestPorts,
  word: string,
  { settings, productIds }: PoolChange,
): Promise<Outcome<PoolResource, ExitName>> {
  if (settings.capacity === undefined)
    return {
      ok: false,
      code: 'NOT_FOUND',
      message: `There is no pool ${word}. To create it, say how many seats it has: usher pool set ${word} 5.`,
    };
  const made = await newPool(admin, word, productIds);
  if (!made.ok) return made;
  const { poolId, name } = made.value;
  return callRest(admin, {
    method: 'POST',
    path: '/pools',
    body: { poolId, settings: { name, ...settings }, productIds: made.value.productIds },
    schema: poolResourceSchema,
  });
}

/** The pool that the word names: its id, or the id of the product that it is part of. */
async function findPool(admin: RestPorts, word: string): Promise<Outcome<string | null, ExitName>> {
  const pools = await callRestPages(admin, '/pools', pageOf(poolResourceSchema));
  if (!pools.ok) return pools;
  const named = pools.value.map(({ settings, view }) => ({ id: view.poolId, name: settings.name }));
  const match = matchName(word, named, 'pool');
  if (match.ok) return { ok: true, value: match.value.id };
  return match.code === 'AMBIGUOUS' ? match : { ok: true, value: null };
}

export async function run(context: Context, input: Input): Promise<number> {
  const [word = ''] = input.words;
  const change = readPoolOptions(input);
  if (!change.ok) return context.fail(input, change.code, change.message);
  const admin = await findAdmin(context, input);
  if (!admin.ok) return context.fail(input, admin.code, admin.message);
  const poolId = await findPool(admin.value, word);
  if (!poolId.ok) return context.fail(input, poolId.code, poolId.message);
  const isNew = poolId.value === null;
  const result =
    poolId.value === null
      ? await create(admin.value, word, change.value)
      : await callRest(admin.value, {
          method: 'PATCH',
          path: `/pools/${encodeURIComponent(poolId.value)}`,
          body: change.value,
          schema: poolResourceSchema,
        });
  if (!result.ok) return context.fail(input, result.code, result.message);
  return context.answer(input, { created: isNew, pool: result.value }, () => describe(result.value, isNew));
}
