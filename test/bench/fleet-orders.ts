/** What the benchmark and its crew processes say to each other. Types only, and the one clock they share. */
import type { Papers } from './fleet-people.ts';

export interface CrewSettings {
  readonly url: string;
  /** PEM of the server's certificate; null: without TLS. */
  readonly certificate: string | null;
  readonly members: readonly Papers[];
  /** Every so manieth member has its panel open and watches the pools; 0: nobody. */
  readonly watchEvery: number;
  readonly seed: number;
  /** Scheduling priority of the crew, as nice(1) counts: 0 is the server's own, more yields to it. */
  readonly niceness: number;
}

export type CrewOrder =
  | { readonly type: 'hire'; readonly settings: CrewSettings }
  /** Everybody connects, spread over this time. */
  | { readonly type: 'connect'; readonly overMs: number }
  /** So many state changes a second from now on; 0: none. */
  | { readonly type: 'day'; readonly changesPerS: number }
  /** The day is over: whoever is offered a seat takes it, so that in the end nothing moves any more. */
  | { readonly type: 'settle' }
  /** Everybody with a session notes a fact now, connected or not. */
  | { readonly type: 'note' }
  | { readonly type: 'report' }
  /** Times that were collected so far, and forgets them. */
  | { readonly type: 'times' };

export interface CrewReport {
  readonly type: 'report';
  /** Welcomed. */
  readonly live: number;
  /** Welcomed, told what is theirs, and everything they had to say is acknowledged. */
  readonly whole: number;
  /** When the last of those became so. */
  readonly lastWholeAtMs: number;
  readonly factsSent: number;
  readonly messagesIn: number;
  readonly bytesIn: number;
  /** Full TLS handshakes and resumed ones. */
  readonly handshakes: { readonly full: number; readonly resumed: number };
  /** How connections ended, by name. */
  readonly closings: Readonly<Record<string, number>>;
  readonly cpuMs: number;
  readonly rssMb: number;
  /** Longest time that this process's own loop stood still since the last report. */
  readonly longestStallMs: number;
}

export interface CrewTimes {
  readonly type: 'times';
  /** Command id of an end of a session, and when it was sent. */
  readonly freed: readonly (readonly [string, number])[];
  /** `offer:ID` or `seat:SESSION`, and when a member was told of it first. */
  readonly told: readonly (readonly [string, number])[];
  /** How long a ping took to be answered. */
  readonly pingMs: readonly number[];
}

export type CrewReply = { readonly type: 'ready' } | CrewReport | CrewTimes;

/** Milliseconds of CLOCK_MONOTONIC: the same in every process of this machine. */
export function sharedNowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
