/** What needs an admin now, most urgent first, from what the server last said. Pure. */
import type { Tone } from '../../../shared/agent-headline.ts';
import { type FormatClock, formatDuration } from '../../../shared/durations.ts';
import type { PoolResource, WorkstationResource } from '../../../shared/rest.ts';
import { overviewText } from '../../../shared/strings-console.ts';
import { hrefOf } from '../route.ts';

export interface AttentionCard {
  readonly id: string;
  readonly tone: Tone;
  readonly sentence: string;
  readonly detail: string | null;
  readonly href: string;
}

export interface Denial {
  readonly atMs: number;
  readonly productName: string;
}

export interface AttentionFacts {
  readonly pools: readonly PoolResource[];
  readonly workstations: readonly WorkstationResource[];
  readonly denialsToday: readonly Denial[];
  readonly serverVersion: string;
}

/** More than this and nothing is seen any more. */
const MAXIMUM_CARDS = 7;
const URGENCY: readonly Tone[] = ['warning', 'attention', 'info', 'neutral', 'muted', 'positive'];

export function findAttention(
  facts: AttentionFacts,
  nowMs: number,
  formatClock: FormatClock,
): AttentionCard[] {
  const cards = [
    ...facts.pools.flatMap((pool) => poolCards(pool, nowMs, formatClock)),
    ...silentHolders(facts),
    ...denials(facts.denialsToday),
    ...overage(facts.pools),
    ...outdated(facts),
  ];
  return cards
    .toSorted((left, right) => URGENCY.indexOf(left.tone) - URGENCY.indexOf(right.tone))
    .slice(0, MAXIMUM_CARDS);
}

function poolCards({ view }: PoolResource, nowMs: number, formatClock: FormatClock): AttentionCard[] {
  const { poolId, name, seats, queue } = view;
  const card = (id: string, tone: Tone, sentence: string, detail: string | null = null): AttentionCard => ({
    id: `${id} ${poolId}`,
    tone,
    sentence,
    detail,
    href: hrefOf('pools', poolId),
  });
  if (seats.state === 'unknown') {
    const since = formatClock(seats.sinceMs, nowMs);
    return [card('unknown', 'warning', overviewText.unknown(name, since))];
  }
  const { inUse, capacity } = seats;
  if (inUse > capacity) return [card('over', 'warning', overviewText.over(name, inUse, capacity))];
  if (queue.length === 0) return [];
  const sentence =
    inUse === capacity
      ? overviewText.contended(queue.length, name, capacity)
      : overviewText.heldForQueue(queue.length, name);
  return [card('contended', inUse === capacity ? 'attention' : 'info', sentence, idleHolders(view, nowMs))];
}

function idleHolders({ holders }: PoolResource['view'], nowMs: number): string | null {
  const since = holders.flatMap(({ seat, activity }) =>
    seat === 'held' && activity && activity.state !== 'active' ? [activity.sinceMs] : [],
  );
  if (since.length === 0) return null;
  return overviewText.idleHolders(since.length, formatDuration(nowMs - Math.min(...since)));
}

function silentHolders({ pools, workstations }: AttentionFacts): AttentionCard[] {
  const holding = new Set(
    pools.flatMap(({ view }) =>
      view.holders.flatMap(({ seat, workstationId }) => (seat === 'held' ? [workstationId] : [])),
    ),
  );
  const silent = workstations.filter(
    ({ workstationId, agents }) =>
      holding.has(workstationId) && agents.length > 0 && agents.every(({ connected }) => !connected),
  );
  if (silent.length === 0) return [];
  return [
    {
      id: 'silent',
      tone: 'attention',
      sentence: overviewText.silent(silent.length),
      detail: names(silent.map(({ name }) => name)),
      href: hrefOf('workstations'),
    },
  ];
}

function denials(denialsToday: readonly Denial[]): AttentionCard[] {
  if (denialsToday.length === 0) return [];
  const products = byFrequency(denialsToday.map(({ productName }) => productName));
  return [
    {
      id: 'denials',
      tone: 'info',
      sentence: overviewText.denials(denialsToday.length, products),
      detail: null,
      href: hrefOf('denials', undefined, { days: '1' }),
    },
  ];
}

function overage(pools: readonly PoolResource[]): AttentionCard[] {
  const sessions = new Map(
    pools.flatMap(({ view }) =>
      view.holders.flatMap((holder) =>
        holder.seat === 'overage' ? [[holder.sessionId, holder.productName] as const] : [],
      ),
    ),
  );
  if (sessions.size === 0) return [];
  return [
    {
      id: 'overage',
      tone: 'info',
      sentence: overviewText.overage(sessions.size, byFrequency([...sessions.values()])),
      detail: null,
      href: hrefOf('pools'),
    },
  ];
}

function outdated({ workstations, serverVersion }: AttentionFacts): AttentionCard[] {
  const others = workstations.filter(({ agents }) =>
    agents.some(({ agentVersion, connected }) => connected && agentVersion !== serverVersion),
  );
  if (others.length === 0) return [];
  return [
    {
      id: 'outdated',
      tone: 'neutral',
      sentence: overviewText.outdated(others.length, serverVersion),
      detail: names(others.map(({ name }) => name)),
      href: hrefOf('workstations'),
    },
  ];
}

/** Each once, most frequent first, three at most. */
function byFrequency(values: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts]
    .toSorted(([, left], [, right]) => right - left)
    .slice(0, 3)
    .map(([value]) => value);
}

function names(all: readonly string[]): string {
  const shown = all.slice(0, 4).join(', ');
  return all.length > 4 ? `${shown} and ${all.length - 4} more` : shown;
}
