/**
 * What anybody may say about the usage of a few sessions, as changes of records; and what it comes to, counted naively
 * hour by hour. Imports nothing of how the server counts.
 */
import fc from 'fast-check';
import type { RecordChange } from '../../server/stores/records.ts';
import type { Activity } from '../../shared/domain.ts';
import { HOUR } from '../../shared/time.ts';

export const START_MS = Date.UTC(2026, 0, 30);
const HOURS = 24 * 5;
export const NOW_HOUR = HOURS;
export const USERS = ['ann', 'bob'];
export const PRODUCTS = ['cad', 'mesh'];
const IDLE_AFTER_HOURS = 2;

const activity = (isActive: boolean): Activity =>
  isActive
    ? { state: 'active', sinceMs: 0, reasons: [] }
    : { state: 'idle', sinceMs: 0, reason: { kind: 'no-input', percentOfCore: null } };

/** What may be said about one of a few sessions; hours are counted from START_MS. */
type Saying =
  | { kind: 'session'; user: number; product: number; from: number; to: number | null }
  | { kind: 'end'; to: number | null }
  | { kind: 'interval'; id: number; isActive: boolean; from: number; to: number | null }
  | { kind: 'grant'; id: number; from: number; to: number | null }
  | { kind: 'grant-end'; id: number; to: number }
  | { kind: 'fold' };

const hour = fc.integer({ min: 0, max: HOURS - 1 });
const endHour = fc.option(fc.integer({ min: 0, max: HOURS - 1 }), { nil: null, freq: 4 });
const few = fc.integer({ min: 0, max: 2 });
export const sayings = fc.array(
  fc.record({
    session: few,
    saying: fc.oneof<fc.Arbitrary<Saying>[]>(
      fc.record({
        kind: fc.constant('session'),
        user: fc.integer({ min: 0, max: 1 }),
        product: fc.integer({ min: 0, max: 1 }),
        from: hour,
        to: endHour,
      }),
      fc.record({ kind: fc.constant('end'), to: endHour }),
      fc.record({ kind: fc.constant('interval'), id: few, isActive: fc.boolean(), from: hour, to: endHour }),
      fc.record({ kind: fc.constant('grant'), id: few, from: hour, to: endHour }),
      fc.record({ kind: fc.constant('grant-end'), id: few, to: hour }),
      fc.record({ kind: fc.constant('fold') }),
    ),
  }),
  { minLength: 1, maxLength: 40 },
);

export const at = (hours: number) => START_MS + hours * HOUR;
const atOrNull = (hours: number | null) => (hours === null ? null : at(hours));

export function changeOf(
  run: string,
  session: number,
  saying: Exclude<Saying, { kind: 'fold' }>,
): RecordChange {
  const sessionId = `${run}-${session}`;
  switch (saying.kind) {
    case 'session': {
      const endedAtMs = atOrNull(saying.to);
      const row = {
        sessionId,
        workstationId: 'w',
        userId: USERS[saying.user] ?? '',
        productId: `${PRODUCTS[saying.product]}-${run}`,
      };
      const rest = {
        startedAtMs: at(saying.from),
        endedAtMs,
        endReason: null,
        usageIdleAfterMs: IDLE_AFTER_HOURS * HOUR,
      };
      return { record: 'usageSession', op: 'put', row: { ...row, ...rest } };
    }
    case 'end':
      return {
        record: 'usageSession',
        op: 'patch',
        key: { sessionId },
        set: { endedAtMs: atOrNull(saying.to) },
      };
    case 'interval': {
      const row = {
        sessionId,
        intervalId: `i${saying.id}`,
        activity: activity(saying.isActive),
        projectId: null,
      };
      return {
        record: 'usageInterval',
        op: 'put',
        row: { ...row, fromMs: at(saying.from), toMs: atOrNull(saying.to) },
      };
    }
    case 'grant': {
      const row = { sessionId, leaseId: `l${saying.id}`, poolId: 'p' };
      return {
        record: 'usageGrant',
        op: 'put',
        row: { ...row, fromMs: at(saying.from), toMs: atOrNull(saying.to) },
      };
    }
    case 'grant-end':
      return {
        record: 'usageGrant',
        op: 'patch',
        key: { sessionId, leaseId: `l${saying.id}` },
        set: { toMs: at(saying.to) },
      };
  }
}

interface NaiveSession {
  session: Extract<Saying, { kind: 'session' }> | null;
  intervals: Map<number, Extract<Saying, { kind: 'interval' }>>;
  grants: Map<number, { from: number; to: number | null }>;
}

/** The last word on each thing, as anybody would keep it. */
export function naiveSessions(all: readonly { session: number; saying: Saying }[]): NaiveSession[] {
  const sessions = new Map<number, NaiveSession>();
  for (const { session: number, saying } of all) {
    const one = sessions.get(number) ?? { session: null, intervals: new Map(), grants: new Map() };
    sessions.set(number, one);
    if (saying.kind === 'session') one.session = saying;
    if (saying.kind === 'end' && one.session) one.session = { ...one.session, to: saying.to };
    if (saying.kind === 'interval') one.intervals.set(saying.id, saying);
    if (saying.kind === 'grant') one.grants.set(saying.id, saying);
    const grant = saying.kind === 'grant-end' ? one.grants.get(saying.id) : undefined;
    if (saying.kind === 'grant-end' && grant) one.grants.set(saying.id, { ...grant, to: saying.to });
  }
  return [...sessions.values()];
}

export type Hour = {
  user: string;
  product: string;
  day: number;
  granted: boolean;
  used: boolean;
  overage: boolean;
};

/** Hour by hour. */
export function naiveHours({ session, intervals, grants }: NaiveSession, isCounted: boolean): Hour[] {
  if (!session) return [];
  const end = session.to ?? NOW_HOUR;
  const covers = (one: { from: number; to: number | null }, hour: number, openEnd: number) =>
    hour >= one.from && hour < (one.to ?? openEnd);
  const ticks = Array.from({ length: HOURS }, (_, hour) => hour);
  const said = (hour: number, isActive: boolean) =>
    [...intervals.values()].some((one) => one.isActive === isActive && hour < end && covers(one, hour, end));
  const silent = ticks.map((hour) => said(hour, false) && !said(hour, true));
  const isGap = (hour: number) => {
    let first = hour;
    let last = hour;
    while (silent[first - 1]) first--;
    while (silent[last + 1]) last++;
    return silent[hour] === true && last - first + 1 >= IDLE_AFTER_HOURS;
  };
  return ticks.map((hour) => {
    const granted = [...grants.values()].some((one) => covers(one, hour, end));
    const lives = hour >= session.from && hour < end;
    return {
      user: USERS[session.user] ?? '',
      product: PRODUCTS[session.product] ?? '',
      day: Math.floor(hour / 24),
      granted,
      used: granted && !isGap(hour),
      overage: lives && !granted && (isCounted || grants.size > 0),
    };
  });
}

export interface NaiveTotals {
  readonly grantedMs: number;
  readonly actualMs: number;
  readonly overageMs: number;
}

export function naiveTotals(hours: readonly Hour[]): NaiveTotals {
  const count = (is: (one: Hour) => boolean) => hours.filter(is).length * HOUR;
  return {
    grantedMs: count(({ granted }) => granted),
    actualMs: count(({ used }) => used),
    overageMs: count(({ overage }) => overage),
  };
}
