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
/** A number of people, by department, project or contract; groups may lie within groups. */
export type GroupId = string;
/** One request to a holder to hand the seat over. */
export type HandoverId = string;

// ---------------------------------------------------------------- pools

/** `product` keeps the applications of one person apart: with user and device it is session-based licensing. */
export type CountingKeyPart = 'user' | 'workstation' | 'loginSession' | 'process' | 'device' | 'product';

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

/** Hours of a week, in the zone's own time: a day with a clock change is as long as it is. */
export interface WeekHours {
  /** IANA name, such as Europe/Berlin. */
  readonly timeZone: string;
  /** Within one day each; `weekday` 1 is Monday (ISO 8601), minutes count from midnight, `toMinute` up to 1,440. */
  readonly spans: readonly {
    readonly weekday: number;
    readonly fromMinute: number;
    readonly toMinute: number;
  }[];
}

/** What one group may expect of a pool, in units. */
export interface GroupShare {
  readonly groupId: GroupId;
  /** Kept for members, also while they do not use them. 0: none. */
  readonly reservedUnits: number;
  /** Members together never get more. null: no limit. */
  readonly capUnits: number | null;
  /** Class in which members queue; the lowest of several counts. null: as everybody. */
  readonly priorityClass: PriorityClass | null;
}

/** Who gets no seat of a pool, and why. */
export interface DenyRule {
  readonly denyId: string;
  readonly who:
    | { readonly kind: 'user'; readonly userId: UserId }
    | { readonly kind: 'group'; readonly groupId: GroupId };
  /** Told to the person. */
  readonly reason: string;
  /** null: until an admin lifts it. Its end enters the ledger as a recorded event. */
  readonly untilMs: number | null;
}

/** How the units of a pool are divided among people. */
export interface Allocation {
  readonly shares: readonly GroupShare[];
  /** Most units for one person; null: no limit. */
  readonly unitsPerUser: number | null;
  /** until-asked: unused reserved units are lent to others as long as no member waits. */
  readonly lending: 'never' | 'until-asked';
  readonly denied: readonly DenyRule[];
}

/** Long idle holding costs rank at the next queueing, within bounds. */
export interface FairShare {
  /** Noted idle time counts half after this long. */
  readonly halfLifeMs: number;
  /** So much idle time costs one priority class. */
  readonly idlePerClassMs: number;
  /** It never costs more classes than this. */
  readonly maximumClasses: number;
}

/** paused: nothing is granted or offered, people wait. draining: and open offers are withdrawn, nobody new may queue. */
export type Admission = 'open' | 'paused' | 'draining';

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
  readonly admission: Admission;
  readonly allocation: Allocation;
  /** Outside of them shares and the limit per person rest. null: always. */
  readonly workingHours: WeekHours | null;
  /** Within them nothing is offered that a person would have to answer. null: never. */
  readonly quietHours: WeekHours | null;
  /** How often in 24 hours a person may give a seat back and book a place for later. 0: never. */
  readonly returnTicketsPerDay: number;
  /** A denial whose session gets a seat within this time was a false one. */
  readonly falseDenialWithinMs: number;
  /** null: rank has no memory. */
  readonly fairShare: FairShare | null;
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
  | 'reclaimed' // a proven reclaim
  | 'handed-over'; // its user gave it to the one who asked

export type TicketEnd = 'claimed' | 'left' | 'missed-offers' | 'admin' | 'pool-gone' | 'granted';

export type OfferEnd = 'claimed' | 'expired' | 'declined' | 'deferred' | 'left' | 'admin' | 'withdrawn';

/** How a request to hand a seat over ended. lease-gone: the seat ended otherwise. withdrawn: the asker needs none any more. */
export type HandoverEnd = 'expired' | 'moved' | 'busy' | 'lease-gone' | 'withdrawn';

/** What a holder says to somebody who asks for the seat. */
export type HandoverAnswer = 'free-now' | 'in-10-minutes' | 'busy';

/** Whether something is not saved in the application of a seat; never what. */
export type UnsavedWork = 'yes' | 'no' | 'unknown';

/** Why no seat could be given. */
export type DenialReason =
  | 'denied-by-admin' // on the deny list of every pool that could serve
  | 'pool-paused' // nothing is granted there now
  | 'user-limit' // the person has as many units as anybody may
  | 'group-cap' // the person's group has as many units as it may
  | 'reserved' // units are free, and kept for other groups
  | 'others-wait' // units are free, and somebody goes first
  | 'no-free-seat'
  | 'pool-unknown';

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

/** "Not now" is said for at most so long. */
export const LONGEST_DEFERRAL_MS = 8 * 60 * 60_000;
