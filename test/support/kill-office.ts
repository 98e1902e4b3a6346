/**
 * A real server process and many raw agents that work on it without pause, while the server is killed hard, over and
 * over. After each kill the data are examined as `usher doctor` would, then the server that comes back is compared
 * with what its own events say, by a reader that shares no code with the ledger.
 */
import { join } from 'node:path';
import { examine } from '../../server/commands/doctor.ts';
import type { EnrollAnswer } from '../../shared/rest.ts';
import { eventually, kill9, type RunningServer, startServer } from './house.ts';
import { LedgerReader } from './house-ledger.ts';
import { type LedgerEventResource, Rest } from './house-rest.ts';
import { KillAgent } from './kill-agent.ts';
import { anEnrollment } from './test-server.ts';

/** Pools of one, two and three seats for many more people. */
const POOLS = [
  { poolId: 'one', capacity: 1, productIds: ['gedit'] },
  { poolId: 'two', capacity: 2, productIds: ['mousepad'] },
  { poolId: 'three', capacity: 3, productIds: ['xournalpp', 'dia'] },
];
const PRODUCT_IDS = POOLS.flatMap(({ productIds }) => productIds);
const PEOPLE = 16;

/** Nothing but a mistake can take a seat or a place: no window ends while this runs. Old events leave all the time. */
const TIMING = {
  leaseTtlMs: 600_000,
  leaseGraceMs: 600_000,
  offerWindowMs: 600_000,
  housekeepingEveryMs: 150,
};
/** So young an event may be archived: younger than a kill cycle, so that kills hit the archivist too. */
const ARCHIVED_AFTER_MS = 2_000;

export interface Tally {
  kills: number;
  events: number;
  archivedThrough: number;
  acknowledgments: number;
  /** From the start of a server process to its readiness, the slowest. */
  slowestStartMs: number;
  /** Kills while at least one agent had been welcomed. */
  killsUnderLoad: number;
}

export class KillOffice {
  readonly #dataDir: string;
  readonly #random: () => number;
  readonly #agents: KillAgent[] = [];
  readonly #reader = new LedgerReader();
  #events = 0;
  #lastEvent: LedgerEventResource | null = null;
  #adminToken = '';
  #server: RunningServer | null = null;
  readonly tally: Tally = {
    kills: 0,
    events: 0,
    archivedThrough: 0,
    acknowledgments: 0,
    slowestStartMs: 0,
    killsUnderLoad: 0,
  };

  constructor(dataDir: string, random: () => number) {
    this.#dataDir = dataDir;
    this.#random = random;
  }

  async open(): Promise<void> {
    const server = await this.#start();
    this.#adminToken = server.adminToken ?? '';
    const rest = this.#rest(server);
    for (const { poolId, capacity, productIds } of POOLS) {
      const counting = { key: ['process'], instancesPerSeat: 1 };
      await rest.createPool(poolId, { capacity, counting, maximumMissedOffers: 100 }, productIds);
    }
    for (let index = 0; index < PEOPLE; index++) {
      const name = `person-${index}`;
      const body = anEnrollment({ instanceId: `instance-${name}`, account: { id: name, name } });
      const response = await fetch(`${server.url}/api/v1/enroll`, {
        method: 'POST',
        headers: { authorization: `Bearer ${server.enrollmentToken}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      const { credential } = (await response.json()) as EnrollAnswer;
      this.#agents.push(new KillAgent(name, credential, this.#random, PRODUCT_IDS));
    }
  }

  /** People work, the server dies, its data are examined, it comes back and is compared. @returns what is wrong */
  async cycle(): Promise<string[]> {
    const server = this.#server ?? (await this.#start());
    for (const agent of this.#agents) agent.connect(server.url);
    await eventually('an agent is welcomed', () => this.#agents.some(({ isLive }) => isLive));
    await new Promise((resolve) => setTimeout(resolve, this.#random() * 250));
    if (this.#agents.some(({ isLive }) => isLive)) this.tally.killsUnderLoad += 1;
    await kill9(server.child);
    this.#server = null;
    this.tally.kills += 1;
    for (const agent of this.#agents) agent.stop();
    const wrong = await this.#examine();
    wrong.push(...(await this.#compare(await this.#start())));
    for (const agent of this.#agents) wrong.push(...agent.broken);
    this.tally.acknowledgments = this.#agents.reduce((sum, agent) => sum + agent.acknowledgments, 0);
    return wrong;
  }

  async close(): Promise<void> {
    for (const agent of this.#agents) agent.stop();
    if (this.#server) await this.#server.stop();
    this.#server = null;
  }

  async #start(): Promise<RunningServer> {
    const startedAt = performance.now();
    const server = await startServer(this.#dataDir, {
      timing: { ...TIMING, auditRetentionMs: ARCHIVED_AFTER_MS },
      extraArgs: ['--port', '0', '--log-level', 'error'],
    });
    this.tally.slowestStartMs = Math.max(this.tally.slowestStartMs, performance.now() - startedAt);
    this.#server = server;
    return server;
  }

  #rest(server: RunningServer): Rest {
    return new Rest(server.url, this.#adminToken);
  }

  async #examine(): Promise<string[]> {
    const dataDir = this.#dataDir;
    const report = await examine({ dataDir, serverDir: join(dataDir, 'server'), nowMs: Date.now() });
    if (!report.ok) return [report.message];
    this.tally.archivedThrough = Math.max(this.tally.archivedThrough, report.value.facts.archivedThrough);
    return report.value.findings
      .filter(({ severity, subject }) => severity !== 'note' && subject !== 'disk')
      .map(({ sentence }) => `doctor: ${sentence}`);
  }

  /** Nobody is connected: what the server shows stands still. */
  async #compare(server: RunningServer): Promise<string[]> {
    const rest = this.#rest(server);
    const all = await rest.events();
    const wrong: string[] = [];
    const known = this.#lastEvent;
    if (known && JSON.stringify(all[this.#events - 1]) !== JSON.stringify(known))
      wrong.push(`event ${this.#events} is another one than before the kill`);
    const hole = all.findIndex(({ eventNumber }, index) => eventNumber !== index + 1);
    if (hole >= 0) wrong.push(`GET /events has no event ${hole + 1}`);
    this.#reader.read(all.slice(this.#events));
    this.#events = all.length;
    this.#lastEvent = all.at(-1) ?? null;
    this.tally.events = all.length;
    wrong.push(...this.#reader.violations.splice(0));
    const [leases, tickets, offers] = [await rest.leases(), await rest.tickets(), await rest.offers()];
    wrong.push(
      ...differ(
        'leases',
        this.#reader.leases.keys(),
        leases.map(({ leaseId }) => leaseId),
      ),
      ...differ(
        'offers',
        this.#reader.offers.keys(),
        offers.map(({ offerId }) => offerId),
      ),
    );
    for (const { poolId, productIds } of POOLS) {
      const line = this.#reader.line(poolId).map(({ ticketId, sequence }) => `${ticketId} ${sequence}`);
      const shown = tickets
        .filter(({ productId }) => productIds.includes(productId))
        .sort((a, b) => a.priorityClass - a.rises - (b.priorityClass - b.rises) || a.sequence - b.sequence)
        .map(({ ticketId, sequence }) => `${ticketId} ${sequence}`);
      if (String(line) !== String(shown)) wrong.push(`${poolId}: the line is [${shown}] and was [${line}]`);
    }
    return [...wrong, ...this.#unkept()];
  }

  /** What was acknowledged to any agent, against the events. */
  #unkept(): string[] {
    const { sessions, tickets, ends } = this.#reader;
    return this.#agents.flatMap((agent) => [
      ...agent.startedSessions
        .filter((sessionId) => !sessions.has(sessionId))
        // One that began and ended in one message asked for nothing.
        .filter((sessionId) => !agent.endedSessions.includes(sessionId))
        .map((sessionId) => `the start of ${sessionId} was acknowledged and is lost`),
      ...agent.endedSessions
        .filter((sessionId) => sessions.get(sessionId)?.closed === null)
        .map((sessionId) => `the end of ${sessionId} was acknowledged and is lost`),
      ...agent.tickets
        .filter((ticketId) => !tickets.has(ticketId) && !ends.has(`ticket ${ticketId}`))
        .map((ticketId) => `the ticket ${ticketId} was given and is lost`),
    ]);
  }
}

function differ(what: string, wanted: Iterable<string>, found: readonly string[]): string[] {
  const [one, other] = [[...wanted].sort(), [...found].sort()];
  return String(one) === String(other) ? [] : [`${what}: shown are [${other}], the events say [${one}]`];
}
