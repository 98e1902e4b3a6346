/** A pool as the admin sees it: what was set, and how it looks now. Used by REST and the live socket. */
import { poolSettingsSchema } from '../../shared/domain-schemas.ts';
import type { PoolResource } from '../../shared/rest.ts';
import type { HttpParts } from './http-parts.ts';

/** null: there is no such pool. */
export function poolResource(
  poolId: string,
  { ledger, readModel }: Pick<HttpParts, 'ledger' | 'readModel'>,
): PoolResource | null {
  const view = readModel.pool(poolId);
  const pool = ledger.state().pools.get(poolId);
  return view && pool ? { view, settings: poolSettingsSchema.parse(pool.settings) } : null;
}
