/**
 * Changes of one part of a pool's settings. The settings are one value in the ledger: changes of the same pool are made
 * one after the other, so that none writes over what another just changed.
 */
import type { FastifyRequest } from 'fastify';
import type { PoolSettings } from '../../shared/domain.ts';
import { failure, type Outcome } from '../../shared/outcome.ts';
import type { RefusalCode } from '../ledger/commands.ts';
import type { LedgerOutcome } from '../ledger/ports.ts';
import type { HttpParts } from './http-parts.ts';
import { adminSubmitter } from './submit.ts';

type Edited<Code extends string> = LedgerOutcome | Outcome<never, RefusalCode | Code>;

export interface PoolEdits {
  /** @param change what becomes of the present settings, or why not; `note` enters the audit */
  edit<Code extends string = never>(
    request: Pick<FastifyRequest, 'admin'>,
    poolId: string,
    change: (settings: PoolSettings) => Outcome<PoolSettings, Code>,
    note?: string,
  ): Promise<Edited<Code>>;
  /** Runs alone among the changes of this pool. */
  alone<T>(poolId: string, work: () => Promise<T>): Promise<T>;
}

export function createPoolEdits(parts: HttpParts): PoolEdits {
  const last = new Map<string, Promise<unknown>>();

  function alone<T>(poolId: string, work: () => Promise<T>): Promise<T> {
    const run = (last.get(poolId) ?? Promise.resolve()).then(work);
    const settled = run.then(
      () => undefined,
      () => undefined,
    );
    last.set(poolId, settled);
    void settled.then(() => {
      if (last.get(poolId) === settled) last.delete(poolId);
    });
    return run;
  }

  return {
    alone,
    edit(request, poolId, change, note) {
      return alone(poolId, async () => {
        const pool = parts.ledger.state().pools.get(poolId);
        if (!pool) return failure('POOL_UNKNOWN', 'No pool has this id.');
        const changed = change(pool.settings);
        if (!changed.ok) return changed;
        const submit = adminSubmitter(parts, request);
        const settings = changed.value;
        return submit({ kind: 'configure-pool', poolId, settings, ...(note === undefined ? {} : { note }) });
      });
    },
  };
}
