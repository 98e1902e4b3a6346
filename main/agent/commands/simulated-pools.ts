/** The pools of the demo, made through the server's REST interface as an admin would. */
import { createPoolSchema, problemSchema } from '../../../shared/rest.ts';
import { SECOND } from '../../../shared/time.ts';
import type { SimulatedPool } from './simulated-office.ts';

/** Short, so that a newcomer sees offers pass on within a minute. */
const OFFER_WINDOW_MS = 40 * SECOND;

export interface AdminAccess {
  readonly url: string;
  readonly adminToken: string;
}

/** @throws when the server does not take a pool for another reason than that it has it already */
export async function createSimulatedPools(
  access: AdminAccess,
  pools: readonly SimulatedPool[],
): Promise<void> {
  for (const { productId, name, seats } of pools) {
    const body = createPoolSchema.parse({
      poolId: productId,
      settings: { name, capacity: seats, offerWindowMs: OFFER_WINDOW_MS },
      productIds: [productId],
    });
    const response = await fetch(new URL('/api/v1/pools', access.url), {
      method: 'POST',
      headers: { authorization: `Bearer ${access.adminToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answer: unknown = await response.json();
    if (response.ok) continue;
    const problem = problemSchema.safeParse(answer);
    // The colleagues were started again beside a server that goes on.
    if (problem.success && problem.data.code === 'POOL_EXISTS') continue;
    const why = problem.success ? problem.data.detail : `status ${response.status}`;
    throw new Error(`the pool ${productId} cannot be made: ${why}`);
  }
}
