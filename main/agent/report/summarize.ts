/** What a full outbox gives up: the oldest facts that were never sent become a summary. Pure; docs/SESSION.md E31. */
import type { Fact, FactOf } from '../../../shared/protocol.ts';

export interface WaitingFact {
  readonly seq: number;
  readonly fact: Fact;
  readonly madeAtMs: number;
}

export interface OutboxLimits {
  readonly maximumFacts: number;
  /** Characters of all facts together. */
  readonly maximumBytes: number;
}

/** A full outbox is brought down to this part of its limit, so that it is not full again at once. */
const AFTER_MERGE = 0.9;

export interface MergePlan {
  /** What takes the place of all given facts, in order. */
  readonly facts: readonly { readonly fact: Fact; readonly madeAtMs: number }[];
  /** How many facts fewer there are. */
  readonly removed: number;
}

interface MergeLimits {
  /** At least so many facts fewer, if they can be found. */
  readonly removeAtLeast: number;
  /** Highest number of each interval in the whole outbox: a later version says all that an earlier one said. */
  readonly lastSeqs: ReadonlyMap<string, number>;
  readonly nowMs: number;
}

/** The protocol's limit for one summary. */
const MAXIMUM_SESSIONS_PER_SUMMARY = 1000;

interface Times {
  activeMs: number;
  inactiveMs: number;
  facts: number;
}

/**
 * @param waiting all facts that were never sent, in order
 * @param size of the whole outbox, which is over its limits
 * @returns null when nothing can be merged
 */
export function planBound(
  waiting: readonly WaitingFact[],
  size: { readonly facts: number; readonly bytes: number },
  { maximumFacts, maximumBytes }: OutboxLimits,
  nowMs: number,
): MergePlan | null {
  const share = Math.max(size.facts / maximumFacts, size.bytes / maximumBytes);
  const removeAtLeast = Math.ceil(size.facts * (1 - AFTER_MERGE / share));
  const lastSeqs = new Map<string, number>();
  for (const { seq, fact } of waiting) if (fact.kind === 'interval') lastSeqs.set(fact.intervalId, seq);
  const limits = { removeAtLeast, lastSeqs, nowMs };
  const gentle = merge(waiting, limits, new Set());
  if (gentle && gentle.removed >= removeAtLeast) return gentle;
  // Starts and ends are given up last, and only together, for sessions that are over.
  return merge(waiting, limits, finishedSessions(waiting)) ?? gentle;
}

function finishedSessions(waiting: readonly WaitingFact[]): ReadonlySet<string> {
  const started = new Set<string>();
  const finished = new Set<string>();
  for (const { fact } of waiting) {
    if (fact.kind === 'session-started') started.add(fact.sessionId);
    if (fact.kind === 'session-ended' && started.has(fact.sessionId)) finished.add(fact.sessionId);
  }
  return finished;
}

function merge(
  waiting: readonly WaitingFact[],
  limits: MergeLimits,
  finished: ReadonlySet<string>,
): MergePlan | null {
  const isMerged = (one: WaitingFact) => mayMerge(one, limits, finished);
  const merged: WaitingFact[] = [];
  for (const one of waiting) {
    if (merged.length > limits.removeAtLeast) break;
    if (isMerged(one)) merged.push(one);
  }
  // A session is given up whole: what remains of it beyond the cut comes along.
  const last = merged.at(-1);
  if (!last || merged.length < 2) return null;
  const givenUp = new Set(
    merged.flatMap(({ fact }) => (fact.kind === 'session-started' ? [fact.sessionId] : [])),
  );
  const gone = new Set(merged);
  for (const one of waiting)
    if (isMerged(one) && 'sessionId' in one.fact && givenUp.has(one.fact.sessionId)) gone.add(one);

  const summaries = summarize(
    [...gone].toSorted((a, b) => a.seq - b.seq),
    limits,
  );
  const lastGone = Math.max(...[...gone].map(({ seq }) => seq));
  const facts = waiting.flatMap((one) => {
    const kept = gone.has(one) ? [] : [{ fact: one.fact, madeAtMs: one.madeAtMs }];
    return one.seq === lastGone
      ? [...kept, ...summaries.map((fact) => ({ fact, madeAtMs: limits.nowMs }))]
      : kept;
  });
  const removed = waiting.length - facts.length;
  return removed > 0 ? { facts, removed } : null;
}

function mayMerge(
  { seq, fact, madeAtMs }: WaitingFact,
  limits: MergeLimits,
  finished: ReadonlySet<string>,
): boolean {
  switch (fact.kind) {
    case 'interval':
      return fact.toMs !== null || (limits.lastSeqs.get(fact.intervalId) ?? 0) > seq;
    case 'wish':
      return limits.nowMs - madeAtMs >= fact.expiresInMs;
    case 'summarized':
      return true;
    case 'unsaved-work':
      return false;
    case 'session-started':
    case 'session-ended':
      return finished.has(fact.sessionId);
  }
}

function summarize(merged: readonly WaitingFact[], limits: MergeLimits): FactOf<'summarized'>[] {
  const times = new Map<string, Times>();
  const timesOf = (sessionId: string): Times => {
    const known = times.get(sessionId);
    if (known) return known;
    const made = { activeMs: 0, inactiveMs: 0, facts: 0 };
    times.set(sessionId, made);
    return made;
  };
  let fromMs = Number.POSITIVE_INFINITY;
  let toMs = 0;
  let facts = 0;
  const cover = (startMs: number, endMs: number) => {
    fromMs = Math.min(fromMs, startMs);
    toMs = Math.max(toMs, endMs);
  };
  for (const { seq, fact, madeAtMs } of merged) {
    if (fact.kind === 'summarized') {
      cover(fact.fromMs, fact.toMs);
      facts += fact.facts;
      for (const one of fact.sessions) {
        const sum = timesOf(one.sessionId);
        sum.activeMs += one.activeMs;
        sum.inactiveMs += one.inactiveMs;
      }
      continue;
    }
    facts += 1;
    cover(madeAtMs, madeAtMs);
    if (fact.kind !== 'interval' || fact.toMs === null || (limits.lastSeqs.get(fact.intervalId) ?? 0) > seq)
      continue;
    cover(fact.fromMs, fact.toMs);
    const sum = timesOf(fact.sessionId);
    sum[fact.activity.state === 'active' ? 'activeMs' : 'inactiveMs'] += fact.toMs - fact.fromMs;
  }
  return inPieces([...times], { fromMs, toMs, facts });
}

function inPieces(
  times: readonly (readonly [string, Times])[],
  whole: { fromMs: number; toMs: number; facts: number },
): FactOf<'summarized'>[] {
  const sessions = times.map(([sessionId, { activeMs, inactiveMs }]) => ({
    sessionId,
    activeMs,
    inactiveMs,
  }));
  const count = Math.max(1, Math.ceil(sessions.length / MAXIMUM_SESSIONS_PER_SUMMARY));
  return Array.from({ length: count }, (_, index) => ({
    kind: 'summarized' as const,
    fromMs: whole.fromMs,
    toMs: whole.toMs,
    // The counts of the pieces add up to the whole; every piece stands for at least one.
    facts: index === 0 ? Math.max(1, whole.facts - (count - 1)) : 1,
    sessions: sessions.slice(
      index * MAXIMUM_SESSIONS_PER_SUMMARY,
      (index + 1) * MAXIMUM_SESSIONS_PER_SUMMARY,
    ),
  }));
}
