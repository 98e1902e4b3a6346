/**
 * The words of Usher as types, shared by both sides. docs/GLOSSARY.md has the same words in prose.
 * Times end in `Ms`: a point in time is milliseconds since 1970-01-01 UTC, a length is milliseconds.
 * Ids are opaque strings: nothing may be read out of them.
 */

export type UserId = string;
export type WorkstationId = string;
/** One login session of one OS account on one workstation; an agent serves exactly one. */
export type LoginSessionId = string;
/** One use of one product by one user in one login session, from start to exit. Made by the agent. */
export type SessionId = string;
export type ProductId = string;
export type PoolId = string;
export type LeaseId = string;
export type TicketId = string;
export type OfferId = string;

// ---------------------------------------------------------------- pools

export type CountingKeyPart = 'user' | 'workstation' | 'loginSession' | 'process' | 'device';

/**
 * Who counts as one holder of a pool. Sessions with the same values of `key` share a seat, up to
 * `instancesPerSeat` sessions for one seat (null: any number).
 */
export interface CountingRule {
  readonly key: readonly CountingKeyPart[];
  readonly instancesPerSeat: number | null;
}

/** observe: record only. ask: a notice with a queue button. gate: meant to be started by `usher wait`. */
export type Enforcement = 'observe' | 'ask' | 'gate';

/** Temporary extra units with dates; start and end enter the ledger as recorded events. */
export interface CapacityPack {
  readonly packId: string;
  readonly units: number;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** What an admin decides about a pool. */
export interface PoolSettings {
  readonly name: string;
  /** metered: Usher counts. managed: a license manager is the truth and Usher observes it. */
  readonly kind: 'metered' | 'managed';
  /** Units that may be out at the same time, packs and overdraft not included. */
  readonly capacity: number;
  /** Units above the capacity that may be granted all the same. */
  readonly overdraft: number;
  readonly packs: readonly CapacityPack[];
  readonly counting: CountingRule;
  readonly enforcement: Enforcement;
  /** How long an offer holds its seat. */
  readonly offerWindowMs: number;
  /** The ticket ends when this many of its offers were missed. */
  readonly maximumMissedOffers: number;
  /** A ticket rises one priority class after this many younger tickets were served before it. */
  readonly agingAfterServed: number;
  /** true: a sleeping or offline workstation keeps its seat beyond the time to live. */
  readonly keepWhileAsleep: boolean;
  /** A lease ends at this age whatever happens (some contracts demand 24 h); null: no limit. */
  readonly maximumLeaseAgeMs: number | null;
}

/** Some units of one pool. */
export interface Take {
  readonly poolId: PoolId;
  readonly units: number;
}

/** One way to run a product: all takes together, in one decision. */
export type Alternative = readonly Take[];

/** Lowest number goes first. */
export type PriorityClass = number;

export const DEFAULT_PRIORITY_CLASS: PriorityClass = 5;

// ---------------------------------------------------------------- how a lease, ticket, offer ends

/** Every lease ends exactly once, with one of these. */
export type LeaseEnd =
  | 'exited' // the application ended
  | 'released' // its user gave it back
  | 'admin' // an admin took it back, with a reason in the event
  | 'expired' // no renewal within the time to live
  | 'max-age' // the pool's maximum age was reached
  | 'reclaimed'; // a proven reclaim

export type TicketEnd = 'claimed' | 'left' | 'missed-offers' | 'admin' | 'pool-gone' | 'granted';

export type OfferEnd = 'claimed' | 'expired' | 'declined' | 'left' | 'admin' | 'withdrawn';

/** Why no seat could be given. */
export type DenialReason = 'no-free-seat' | 'others-wait' | 'pool-unknown';

// ---------------------------------------------------------------- activity

/** Why a session counts as active. The first one that holds is shown first. */
export type ActiveReason =
  | { readonly kind: 'input'; readonly inputAgoMs: number }
  | { readonly kind: 'cpu'; readonly percentOfCore: number; readonly floorPercent: number }
  | { readonly kind: 'disk'; readonly bytesPerSecond: number }
  | { readonly kind: 'busy-child'; readonly childName: string; readonly percentOfCore: number }
  /** No source can tell: unknown counts as active. */
  | { readonly kind: 'idle-unknown'; readonly because: IdleUnknownBecause }
  | { readonly kind: 'just-started' }
  | { readonly kind: 'resumed' };

export type IdleUnknownBecause = 'no-source' | 'source-failed' | 'sample-gap' | 'clock-step';

/** Why a session counts as idle. */
export interface IdleReason {
  readonly kind: 'no-input';
  /** CPU of the whole process tree in percent of one core; null where it could not be read. */
  readonly percentOfCore: number | null;
}

/**
 * What one session does, and since when. `sinceMs` of idle lies in the past: it is the time of the last
 * sign of activity, not the time at which the silence was noticed.
 */
export type Activity =
  | { readonly state: 'active'; readonly sinceMs: number; readonly reasons: readonly ActiveReason[] }
  | { readonly state: 'idle'; readonly sinceMs: number; readonly reason: IdleReason }
  | { readonly state: 'locked'; readonly sinceMs: number }
  | { readonly state: 'suspended'; readonly sinceMs: number };

export type ActivityState = Activity['state'];

/** Silence this long or longer is not use; fixed, and stored with every usage record. */
export const USAGE_IDLE_AFTER_MS = 5 * 60_000;

export type SessionEnd =
  | 'exit'
  /** The application was gone when the agent came back; the end is the last time it was seen. */
  | 'unseen'
  | 'reboot'
  | 'product-removed';

// ---------------------------------------------------------------- leases in time

/** Renewals, and how long silence is forgiven. architecture rule 7. */
export const RENEW_EVERY_MS = 30_000;
export const LEASE_TTL_MS = 120_000;
export const LEASE_GRACE_MS = 300_000;
