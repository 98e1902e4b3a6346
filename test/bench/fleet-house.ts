/** The house of the fleet benchmarks: one real server process, crew processes full of agents, and a hand on both. */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { setDefaultCACertificates } from 'node:tls';
import { createSimulatedPools } from '../../main/agent/commands/simulated-pools.ts';
import { loadShippedCatalog } from '../../main/agent/sensors/catalog.ts';
import { exitOf, projectRoot, type RunningServer, startServer, temporaryFolder } from '../support/house.ts';
import {
  type CrewOrder,
  type CrewReply,
  type CrewReport,
  type CrewTimes,
  sharedNowMs,
} from './fleet-orders.ts';
import { enrollFleet, fleetPools } from './fleet-people.ts';
import { type Certificate, makeCertificate } from './self-signed.ts';

export interface FleetOptions {
  readonly agents: number;
  readonly isTls: boolean;
  readonly watchEvery: number;
  /** The crews stand for other machines: where they would take the server's two cores, they yield. */
  readonly niceness: number;
}

/** Members of one process: two thousand take about a third of a core at the busiest. */
const MEMBERS_PER_CREW = 2_000;
/** As the service file of docs/OPERATIONS.md starts the server. */
const HEAP_OPTIONS = '--max-semi-space-size=8';
const ASK_EVERY_MS = 250;
const LONGEST_WAIT_MS = 120_000;

export const say = (sentence: string): void => {
  process.stderr.write(`${sentence}\n`);
};

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export class FleetHouse {
  readonly #options: FleetOptions;
  readonly #folder = temporaryFolder('fleet');
  readonly #crews: ChildProcess[] = [];
  readonly #certificate: Certificate | null;
  #server: RunningServer | null = null;
  #adminToken = '';
  #port = 0;
  /** What the server wrote to its log at warn and above. */
  readonly complaints: string[] = [];

  constructor(options: FleetOptions) {
    this.#options = options;
    this.#certificate = options.isTls ? makeCertificate(this.#folder.path) : null;
    if (this.#certificate) setDefaultCACertificates([this.#certificate.pem]);
  }

  get server(): RunningServer {
    if (!this.#server) throw new Error('the server does not run');
    return this.#server;
  }

  get serverPid(): number {
    return this.server.child.pid ?? 0;
  }

  /** People enrolled in the store, the server started, pools made, crews hired. Nobody is connected yet. */
  async open(): Promise<void> {
    const { agents, watchEvery, niceness } = this.#options;
    const { products } = await loadShippedCatalog(join(projectRoot, 'resources', 'catalog'));
    const pools = fleetPools(
      agents,
      products.map(({ productId }) => productId),
    );
    const everybody = await enrollFleet(this.#folder.path, pools);
    await this.startServer();
    await createSimulatedPools({ url: this.server.url, adminToken: this.#adminToken }, pools);
    for (let first = 0; first < everybody.length; first += MEMBERS_PER_CREW) {
      const crew = fork(join(projectRoot, 'test/bench/fleet-crew.ts'), [], {
        execArgv: ['--disable-warning=ExperimentalWarning'],
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        serialization: 'advanced',
      });
      this.#crews.push(crew);
      const members = everybody.slice(first, first + MEMBERS_PER_CREW);
      const certificate = this.#certificate?.pem ?? null;
      const seed = 1 + first;
      const settings = { url: this.server.url, certificate, members, watchEvery, seed, niceness };
      await ask(crew, { type: 'hire', settings }, 'ready');
    }
  }

  /** On the same data and, from the second time on, the same port. */
  async startServer(): Promise<void> {
    const tls = this.#certificate;
    const server = await startServer(this.#folder.path, {
      extraArgs: [
        ...['--port', String(this.#port), '--log-level', 'warn'],
        ...(tls ? ['--tls-cert', tls.certPath, '--tls-key', tls.keyPath] : []),
      ],
      env: { NODE_OPTIONS: HEAP_OPTIONS },
      onLog: (text) => this.complaints.push(text.trim()),
    });
    this.#server = server;
    this.#port = Number(new URL(server.url).port);
    if (server.adminToken !== undefined) this.#adminToken = server.adminToken;
  }

  /** One REST question as the admin. */
  async rest<T>(path: string): Promise<T> {
    const response = await fetch(`${this.server.url}/api/v1${path}`, {
      headers: { authorization: `Bearer ${this.#adminToken}` },
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  /** Every page of a list. */
  async all<T>(path: string): Promise<T[]> {
    const items: T[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const page: { items: T[]; cursor: string | null } = await this.rest(`${path}?limit=200${query}`);
      items.push(...page.items);
      cursor = page.cursor;
    }
    return items;
  }

  order(order: CrewOrder): void {
    for (const crew of this.#crews) crew.send(order);
  }

  /** @param changesPerS of the whole fleet; 0 ends the day */
  day(changesPerS: number): void {
    this.order({ type: 'day', changesPerS: changesPerS / this.#crews.length });
  }

  /** The crews' reports as one. */
  async report(): Promise<CrewReport> {
    const all = await Promise.all(this.#crews.map((crew) => ask(crew, { type: 'report' }, 'report')));
    return all.reduce(added);
  }

  async times(): Promise<CrewTimes> {
    const all = await Promise.all(this.#crews.map((crew) => ask(crew, { type: 'times' }, 'times')));
    return {
      type: 'times',
      freed: all.flatMap(({ freed }) => freed),
      told: all.flatMap(({ told }) => told),
      pingMs: all.flatMap(({ pingMs }) => pingMs),
    };
  }

  /** Waits until the reports fit. @returns the last one, also when the time is over */
  async until(fits: (report: CrewReport) => boolean, withinMs = LONGEST_WAIT_MS): Promise<CrewReport> {
    const deadline = sharedNowMs() + withinMs;
    for (;;) {
      const report = await this.report();
      if (fits(report) || sharedNowMs() > deadline) return report;
      await pause(ASK_EVERY_MS);
    }
  }

  async close(): Promise<void> {
    for (const crew of this.#crews) crew.disconnect();
    await Promise.all(this.#crews.map(exitOf));
    await this.#server?.stop();
    this.#folder.remove();
  }
}

function ask<K extends CrewReply['type']>(
  crew: ChildProcess,
  order: CrewOrder,
  type: K,
): Promise<Extract<CrewReply, { type: K }>> {
  return new Promise((resolve, reject) => {
    const gone = () => reject(new Error('a crew process ended before the benchmark did'));
    const hear = (reply: CrewReply) => {
      if (reply.type !== type) return;
      crew.off('message', hear);
      crew.off('exit', gone);
      resolve(reply as Extract<CrewReply, { type: K }>);
    };
    crew.on('message', hear);
    crew.once('exit', gone);
    crew.send(order);
  });
}

function added(a: CrewReport, b: CrewReport): CrewReport {
  const names = new Set([...Object.keys(a.closings), ...Object.keys(b.closings)]);
  return {
    type: 'report',
    live: a.live + b.live,
    whole: a.whole + b.whole,
    lastWholeAtMs: Math.max(a.lastWholeAtMs, b.lastWholeAtMs),
    factsSent: a.factsSent + b.factsSent,
    messagesIn: a.messagesIn + b.messagesIn,
    bytesIn: a.bytesIn + b.bytesIn,
    handshakes: {
      full: a.handshakes.full + b.handshakes.full,
      resumed: a.handshakes.resumed + b.handshakes.resumed,
    },
    closings: Object.fromEntries(
      [...names].map((name) => [name, (a.closings[name] ?? 0) + (b.closings[name] ?? 0)]),
    ),
    cpuMs: a.cpuMs + b.cpuMs,
    rssMb: a.rssMb + b.rssMb,
    longestStallMs: Math.max(a.longestStallMs, b.longestStallMs),
  };
}
