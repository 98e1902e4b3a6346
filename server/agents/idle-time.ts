/**
 * How much of what an agent tells was time in which a seat was held and not used, for pools that remember it [L144].
 * A stretch is counted when it has ended; told anew, only the difference counts.
 */
import type { PoolId } from '../../shared/domain.ts';
import type { FactOf, NumberedFact } from '../../shared/protocol.ts';
import type { CommandOf } from '../ledger/decide/decision.ts';
import type { Ledger } from '../ledger/ports.ts';
import type { Records, UsageGrantRow } from '../stores/records.ts';

type Interval = Pick<FactOf<'interval'>, 'intervalId' | 'sessionId' | 'activity' | 'fromMs' | 'toMs'>;
export type IdleParts = CommandOf<'note-idle'>['parts'];

/** What a fact adds, on the server's clock; asked in the order of the facts. */
export type IdleReader = (fact: Interval) => IdleParts;

const NOTHING: IdleParts = [];
const READS_NOTHING: IdleReader = () => NOTHING;

/** Looks up what is needed for one message of facts; nothing at all while no pool has fair share on. */
export async function idleReaderFor(
  facts: readonly NumberedFact[],
  { ledger, records }: { readonly ledger: Ledger; readonly records: Records },
): Promise<IdleReader> {
  const told = facts.flatMap(({ fact }) => (fact.kind === 'interval' && fact.toMs !== null ? [fact] : []));
  if (told.length === 0) return READS_NOTHING;
  const poolIds = poolsThatRemember(ledger);
  if (poolIds.size === 0) return READS_NOTHING;
  const sessionIds = [...new Set(told.map(({ sessionId }) => sessionId))];
  const grants = (await records.usage.grants(sessionIds)).filter(({ poolId }) => poolIds.has(poolId));
  if (grants.length === 0) return READS_NOTHING;
  const intervalIds = new Set(told.map(({ intervalId }) => intervalId));
  const known = (await records.usage.intervals(sessionIds)).filter((row) => intervalIds.has(row.intervalId));
  return makeIdleReader(grants, known);
}

function poolsThatRemember(ledger: Ledger): ReadonlySet<PoolId> {
  const poolIds = new Set<PoolId>();
  for (const { poolId, settings } of ledger.state().pools.values())
    if (settings.fairShare !== null) poolIds.add(poolId);
  return poolIds;
}

/** @param known what was told before */
export function makeIdleReader(grants: readonly UsageGrantRow[], known: readonly Interval[]): IdleReader {
  const keyOf = ({ sessionId, intervalId }: Interval) => JSON.stringify([sessionId, intervalId]);
  const before = new Map(known.map((interval) => [keyOf(interval), interval]));
  return (fact) => {
    const earlier = before.get(keyOf(fact));
    before.set(keyOf(fact), fact);
    return grants.flatMap((grant) => {
      const idleMs = idleWithin(grant, fact) - (earlier ? idleWithin(grant, earlier) : 0);
      return idleMs === 0 ? [] : [{ poolId: grant.poolId, leaseId: grant.leaseId, idleMs }];
    });
  };
}

function idleWithin(grant: UsageGrantRow, { sessionId, activity, fromMs, toMs }: Interval): number {
  if (sessionId !== grant.sessionId || toMs === null) return 0;
  if (activity.state !== 'idle' && activity.state !== 'locked') return 0;
  return Math.max(0, Math.min(toMs, grant.toMs ?? toMs) - Math.max(fromMs, grant.fromMs));
}
