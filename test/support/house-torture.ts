/**
 * A seeded random script for a house: two people start and end applications, queue, claim, decline, give back and
 * leave, while server and agent hosts are killed and started again. It keeps what really happened; judging is
 * house-audit.ts's part.
 */
import type { ChildProcess } from 'node:child_process';
import type { Outcome } from '../../shared/outcome.ts';
import { endApplication, type Team, type TeamMember } from './house-team.ts';

/** A number in [0, 1) from a seed: mulberry32 of Tommy Ettinger, public domain. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** By then several scans have missed a process that ended. */
const TIME_TO_BE_MISSED_MS = 600;

/** One real process, from its start to its end in wall time. */
export interface Run {
  readonly member: TeamMember;
  readonly productId: string;
  readonly startedAtMs: number;
  endedAtMs: number | null;
  readonly child: ChildProcess;
}

/** A wish with its subject. */
export interface Asked {
  readonly type: 'queue' | 'claim' | 'decline' | 'release' | 'leave';
  /** The ticket (queue, leave), offer (claim, decline) or session (release). */
  readonly id: string;
}

/** A time in which a person's agent host was not in contact with the server. */
export interface Outage {
  readonly member: TeamMember;
  readonly fromMs: number;
  toMs: number;
}

export type Victim = 'server' | 'first' | 'second';

export class Torture {
  readonly runs: Run[] = [];
  /** Answered with yes: what was promised must be found in the ledger. */
  readonly promised: Asked[] = [];
  /** Answered with OFFLINE: nobody knows yet whether the server had decided. */
  readonly unanswered: Asked[] = [];
  readonly outages: Outage[] = [];
  readonly kills: Record<Victim, number> = { server: 0, first: 0, second: 0 };
  readonly refusals = new Map<string, number>();
  readonly #team: Team;
  readonly #random: () => number;
  readonly #productIds: readonly string[];
  readonly #members: readonly TeamMember[];
  readonly #asked = new Set<Promise<void>>();
  readonly #open = new Map<TeamMember, Outage>();
  readonly #watcher: NodeJS.Timeout;
  #isActing = false;

  /** @param productIds also the names of the executables */
  constructor(team: Team, random: () => number, productIds: readonly string[]) {
    this.#team = team;
    this.#random = random;
    this.#productIds = productIds;
    this.#members = [team.first, team.second];
    this.#watcher = setInterval(() => this.#watchOutages(), 10);
  }

  /** Kills and revives `count` processes while people go on working, then lets them finish what they were doing. */
  async round(count: number): Promise<void> {
    const acting = this.#act();
    const lives: Promise<void>[] = [];
    for (let left = count; left > 0; left--) {
      await this.#pause(100, 900);
      const alive = (['server', 'first', 'second'] as const).filter((victim) => this.#isUp(victim));
      // The server twice as often: it serves both.
      const victim = this.#pick([...alive, ...alive.filter((one) => one === 'server')]);
      if (victim === undefined) throw new Error('nothing is alive to be killed');
      await this.#kill(victim);
      const isTogether = this.#random() < 0.3;
      const revived = this.#revive(victim);
      if (isTogether) lives.push(revived);
      else await revived;
    }
    await Promise.all(lives);
    await this.#pause(50, 400);
    this.#isActing = false;
    await acting;
    await Promise.all(this.#asked);
  }

  /** Every application exits. */
  async endAll(): Promise<void> {
    for (const run of this.runs) await this.#end(run, 'SIGTERM');
  }

  alive(): Run[] {
    return this.runs.filter(({ endedAtMs }) => endedAtMs === null);
  }

  stop(): void {
    clearInterval(this.#watcher);
  }

  // ---------------------------------------------------------------- kills

  #isUp(victim: Victim): boolean {
    return victim === 'server' ? this.#team.server.running !== null : this.#team[victim].isRunning;
  }

  async #kill(victim: Victim): Promise<void> {
    this.kills[victim] += 1;
    await this.#team[victim].kill();
  }

  async #revive(victim: Victim): Promise<void> {
    await this.#pause(0, 700);
    await this.#team[victim].start();
  }

  #watchOutages(): void {
    const nowMs = Date.now();
    for (const member of this.#members) {
      const isOnline = member.isRunning && member.attached?.state.connection.state === 'online';
      const open = this.#open.get(member);
      if (open) open.toMs = nowMs;
      if (isOnline) this.#open.delete(member);
      else if (!open) {
        const outage = { member, fromMs: nowMs, toMs: nowMs };
        this.#open.set(member, outage);
        this.outages.push(outage);
      }
    }
  }

  // ---------------------------------------------------------------- what people do

  async #act(): Promise<void> {
    this.#isActing = true;
    while (this.#isActing) {
      await this.#actOnce();
      await this.#pause(5, 90);
    }
  }

  async #actOnce(): Promise<void> {
    const member = this.#pick(this.#members);
    const productId = this.#pick(this.#productIds);
    if (!member || productId === undefined) return;
    const chance = this.#random();
    if (chance < 0.35) await this.#toggle(member, productId);
    else if (member.attached) this.#wish(member, productId, chance);
  }

  async #toggle(member: TeamMember, productId: string): Promise<void> {
    const run = this.alive().find((one) => one.member === member && one.productId === productId);
    if (run) return this.#end(run, this.#random() < 0.5 ? 'SIGTERM' : 'SIGKILL');
    // A successor that is there in the same scan would continue the session, by the product's rule.
    const isStillOpen = member.attached?.state.sessions.some((one) => one.productId === productId);
    const hasJustEnded = this.runs.some(
      (one) =>
        one.member === member &&
        one.productId === productId &&
        Date.now() - (one.endedAtMs ?? 0) < TIME_TO_BE_MISSED_MS,
    );
    if (isStillOpen || hasJustEnded) return;
    const child = await member.startApplication(productId);
    this.runs.push({ member, productId, startedAtMs: Date.now(), endedAtMs: null, child });
  }

  async #end(run: Run, signal: NodeJS.Signals): Promise<void> {
    if (run.endedAtMs !== null) return;
    await endApplication(run.child, signal);
    run.endedAtMs = Date.now();
  }

  #wish(member: TeamMember, productId: string, chance: number): void {
    const { face } = member;
    const { mine, sessions } = face.state;
    const offer = this.#pick(mine.offers);
    const ticket = mine.tickets.find((one) => one.productId === productId);
    const seated = sessions.find((one) => one.productId === productId && one.seat?.state === 'held');
    if (offer && chance < 0.6) {
      const { offerId } = offer;
      this.#ask('claim', offerId, face.command('claim', { offerId }));
    } else if (offer && chance < 0.66) {
      const { offerId } = offer;
      this.#ask('decline', offerId, face.command('decline', { offerId }));
    } else if (seated && chance < 0.7) {
      const { sessionId } = seated;
      this.#ask('release', sessionId, face.command('release', { sessionId }));
    } else if (ticket && chance > 0.96) {
      const { ticketId } = ticket;
      this.#ask('leave', ticketId, face.command('leave', { ticketId }));
    } else if (!ticket && chance < 0.9) this.#ask('queue', null, face.command('queue', { productId }));
  }

  #ask(
    type: Asked['type'],
    subjectId: string | null,
    answer: Promise<Outcome<null | { readonly ticketId: string | null }>>,
  ): void {
    const asked = answer
      .then((outcome) => {
        const id = outcome.ok ? (subjectId ?? outcome.value?.ticketId ?? null) : null;
        if (id !== null) this.promised.push({ type, id });
        if (outcome.ok) return;
        this.refusals.set(outcome.code, (this.refusals.get(outcome.code) ?? 0) + 1);
        if (outcome.code === 'OFFLINE' && subjectId !== null) this.unanswered.push({ type, id: subjectId });
      })
      // The host was killed before it could answer: nobody was promised anything.
      .catch(() => {})
      .finally(() => this.#asked.delete(asked));
    this.#asked.add(asked);
  }

  #pick<T>(from: readonly T[]): T | undefined {
    return from[Math.floor(this.#random() * from.length)];
  }

  #pause(shortestMs: number, longestMs: number): Promise<void> {
    const ms = shortestMs + this.#random() * (longestMs - shortestMs);
    return new Promise((resolve) => setTimeout(resolve, ms));
  }
}
