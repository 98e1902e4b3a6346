/** Several real server processes on one PostgreSQL, with roaming agents and an audit of everything that was recorded. */
import type { EnrollAnswer } from '../../shared/rest.ts';
import { createDatabase, dropDatabase, queryOnce } from './a-postgres.ts';
import { eventually, FAST_TIMING, kill9, type RunningServer, startServer, temporaryFolder } from './house.ts';
import { LedgerReader } from './house-ledger.ts';
import { LogTail } from './house-member.ts';
import { Rest } from './house-rest.ts';
import { RoamingAgent } from './roaming-agent.ts';
import { anEnrollment } from './test-server.ts';

export interface FleetServer {
  readonly name: string;
  readonly url: string;
  readonly process: RunningServer;
  /** Sees what was logged. */
  readonly log: LogTail;
}

export interface Readiness {
  readonly status: number;
  readonly role: 'owner' | 'follower' | undefined;
}

export class ServerFleet {
  readonly databaseUrl: string;
  readonly servers: FleetServer[] = [];
  readonly agents: RoamingAgent[] = [];
  adminToken = '';
  readonly #timing: object;
  readonly #folders = new Map<string, ReturnType<typeof temporaryFolder>>();
  #count = 0;

  constructor(databaseUrl: string, timing: object = {}) {
    this.databaseUrl = databaseUrl;
    this.#timing = { ...FAST_TIMING, leaseTtlMs: 20_000, leaseGraceMs: 30_000, ...timing };
  }

  /** @param postgresUrl any database of the cluster: a new one is made */
  static async open(postgresUrl: string, timing: object = {}): Promise<ServerFleet> {
    return new ServerFleet(await createDatabase(postgresUrl), timing);
  }

  /** The same name again is the same data folder and, where it is known, the same port. */
  async start(name: string, extraArgs: readonly string[] = []): Promise<FleetServer> {
    const folder = this.#folders.get(name) ?? temporaryFolder(`fleet-${name}`);
    this.#folders.set(name, folder);
    const before = this.servers.findIndex((server) => server.name === name);
    const port = before < 0 ? '0' : new URL(this.servers[before]?.url ?? '').port;
    const log = new LogTail(name);
    const process = await startServer(folder.path, {
      timing: this.#timing,
      extraArgs: ['--port', port, '--database', this.databaseUrl, ...extraArgs],
      onLog: (text) => log.add(text),
    });
    const server = { name, url: process.url, process, log };
    if (before < 0) this.servers.push(server);
    else this.servers[before] = server;
    this.adminToken ||= process.adminToken ?? '';
    return server;
  }

  rest(server: FleetServer): Rest {
    return new Rest(server.url, this.adminToken);
  }

  async readiness({ url }: FleetServer): Promise<Readiness> {
    try {
      const response = await fetch(new URL('/readyz', url), { signal: AbortSignal.timeout(5_000) });
      const body = (await response.json()) as { role?: 'owner' | 'follower' };
      return { status: response.status, role: body.role };
    } catch {
      return { status: 0, role: undefined };
    }
  }

  /** The one of these that owns, once there is one. */
  owner(among: readonly FleetServer[] = this.servers, withinMs = 15_000): Promise<FleetServer> {
    return eventually(
      'a server owns the ledger',
      async () => {
        for (const server of among) if ((await this.readiness(server)).role === 'owner') return server;
        return null;
      },
      withinMs,
    );
  }

  async enroll(server: FleetServer, name: string): Promise<EnrollAnswer> {
    const response = await fetch(new URL('/api/v1/enroll', server.url), {
      method: 'POST',
      headers: {
        authorization: `Bearer ${server.process.enrollmentToken}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(
        anEnrollment({ instanceId: `data-${name}`, account: { name }, workstation: { name: `pc-${name}` } }),
      ),
    });
    if (!response.ok) throw new Error(`enrollment of ${name}: ${response.status} ${await response.text()}`);
    return (await response.json()) as EnrollAnswer;
  }

  /** Enrolled at one server, connected to it first, and to any of them afterwards. */
  async agent(server: FleetServer, name = `person-${++this.#count}`): Promise<RoamingAgent> {
    const { credential } = await this.enroll(server, name);
    const agent = new RoamingAgent({
      ...{ name, credential, instanceId: `data-${name}`, renewEveryMs: 1_000 },
      urls: () => this.servers.map(({ url }) => url),
      firstUrl: this.servers.indexOf(server),
    });
    this.agents.push(agent);
    await eventually(`${name} is connected`, () => agent.isLive);
    return agent;
  }

  kill(server: FleetServer): Promise<void> {
    return kill9(server.process.child);
  }

  /** Everything that was recorded, straight from the database, judged by somebody who shares no code with the ledger. */
  async audit(): Promise<LedgerReader> {
    const rows = await queryOnce(
      this.databaseUrl,
      'SELECT event_number::int, at_ms::float8, command_id, actor, kind, body FROM ledger_events ORDER BY event_number',
    );
    return new LedgerReader().read(
      rows.map((row) => ({
        eventNumber: Number(row.event_number),
        atMs: Number(row.at_ms),
        commandId: String(row.command_id),
        by: JSON.parse(String(row.actor)),
        kind: String(row.kind),
        body: JSON.parse(String(row.body)),
      })),
    );
  }

  /** Facts that an agent was told are kept, and that nobody has: none. */
  async lostFacts(): Promise<string[]> {
    const { sessions } = await this.audit();
    return this.agents.flatMap(({ acknowledged, name }) =>
      acknowledged.flatMap((fact) =>
        fact.kind === 'session-started' && !sessions.has(fact.sessionId)
          ? [`${name}: ${fact.sessionId}`]
          : [],
      ),
    );
  }

  logs(): string {
    return this.servers.map(({ log }) => String(log)).join('\n');
  }

  async stop(): Promise<void> {
    for (const agent of this.agents) agent.stop();
    for (const { process } of this.servers) {
      process.child.kill('SIGCONT');
      await process.stop();
    }
    for (const folder of this.#folders.values()) folder.remove();
    await dropDatabase(this.databaseUrl);
  }
}
