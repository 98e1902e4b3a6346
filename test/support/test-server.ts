/** A whole server in this process, on loopback and a free port, with what tests need to enroll, sign in and ask. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { createServer, type Server } from '../../server/app.ts';
import { systemClock } from '../../server/clock.ts';
import { makeServerConfig, type ServerConfig, type ServerTiming } from '../../server/config.ts';
import { emptyDisk, type MemoryDisk, openMemoryStore } from '../../server/stores/memory/memory-store.ts';
import type { ServerStore } from '../../server/stores/store.ts';
import type { Product } from '../../shared/catalog.ts';
import type { EnrollAnswer, EnrollRequest } from '../../shared/rest.ts';
import { RawAgent } from './raw-agent.ts';

export const FREECAD: Product = {
  productId: 'freecad',
  name: 'FreeCAD',
  vendor: 'FreeCAD',
  category: 'cad',
  licensed: false,
  sessionPer: 'login-session',
  confirmed: true,
  linux: { main: [{ exe: ['freecad'] }], launchers: [], helpers: [], workers: [] },
};

export interface TestServerOptions {
  readonly timing?: Partial<ServerTiming>;
  readonly argv?: readonly string[];
  readonly disk?: MemoryDisk;
  readonly store?: ServerStore;
  readonly maximumBufferedBytes?: number;
  readonly consoleDir?: string;
}

export interface TestServer {
  readonly url: string;
  readonly port: number;
  readonly server: Server;
  readonly config: ServerConfig;
  readonly store: ServerStore;
  /** JSON in and out; signed in with the admin token unless other headers say otherwise. */
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  enroll(over?: EnrollOver): Promise<EnrollAnswer>;
  /** An enrolled, connected, greeted agent. */
  agent(over?: EnrollOver): Promise<{ agent: RawAgent; identity: EnrollAnswer }>;
  connect(credential: string | null): RawAgent;
  stop(): Promise<void>;
}
// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
export type Reply = { status: number; headers: Headers; body: any };
export interface EnrollOver {
  readonly instanceId?: string;
  readonly account?: Partial<EnrollRequest['account']>;
  readonly workstation?: Partial<EnrollRequest['workstation']>;
  readonly token?: string;
}

export function anEnrollment({
  instanceId = 'instance-1',
  account,
  workstation,
}: EnrollOver = {}): EnrollRequest {
  return {
    instanceId,
    workstation: {
      name: 'cad-07',
      platform: 'linux',
      osVersion: 'Debian 12',
      workstationId: null,
      ...workstation,
    },
    account: { authority: 'simulated', id: '1000', name: 'ana', ...account },
  };
}

/** Fast enough that nothing is waited for, slow enough that nothing times out by itself. */
export function testConfig(dataDir: string, options: TestServerOptions = {}): ServerConfig {
  const made = makeServerConfig({
    argv: ['--data', dataDir, '--log-level', 'silent', ...(options.argv ?? [])],
    env: options.timing ? { USHER_TEST_TIMING: JSON.stringify(options.timing) } : {},
    machineFile: null,
    findPlaces: (dir = dataDir) => ({
      ...{
        dataDir: dir,
        serverDir: join(dir, 'server'),
        agentDir: join(dir, 'agent'),
        runDir: join(dir, 'run'),
      },
      agentSocketPath: join(dir, 'run', 'agent.sock'),
      doorDir: null,
    }),
    hostName: 'test-host',
  });
  if (!made.ok) throw new Error(made.message);
  return made.value;
}

export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'usher-server-'));
  const config = testConfig(dataDir, options);
  const store = options.store ?? openMemoryStore(options.disk ?? emptyDisk());
  const server = await createServer({
    ...{ store, clock: systemClock, newId: randomUUID, config },
    log: pino({ level: 'silent' }),
    shippedProducts: [FREECAD, { ...FREECAD, productId: 'blender', name: 'Blender' }],
    ...(options.consoleDir === undefined ? {} : { consoleDir: options.consoleDir }),
    ...(options.maximumBufferedBytes === undefined
      ? {}
      : { maximumBufferedBytes: options.maximumBufferedBytes }),
  });
  const { url, port } = await server.listen(0);
  const agents: RawAgent[] = [];

  async function ask(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Reply> {
    const response = await fetch(new URL(path.startsWith('/') ? path : `/api/v1/${path}`, url), {
      method,
      headers: {
        ...(headers ?? { authorization: `Bearer ${server.adminToken}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  }
  async function enroll(over: EnrollOver = {}): Promise<EnrollAnswer> {
    const authorization = `Bearer ${over.token ?? server.enrollmentToken}`;
    const reply = await ask('POST', 'enroll', anEnrollment(over), { authorization });
    if (reply.status !== 200) throw new Error(`enrollment: ${JSON.stringify(reply.body)}`);
    return reply.body;
  }
  function connect(credential: string | null): RawAgent {
    const agent = new RawAgent(url, credential);
    agents.push(agent);
    return agent;
  }
  return {
    ...{ url, port, server, config, store, ask, enroll, connect },
    async agent(over = {}) {
      const identity = await enroll(over);
      const agent = connect(identity.credential);
      await agent.greet({ instanceId: over.instanceId ?? 'instance-1' });
      return { agent, identity };
    },
    async stop() {
      for (const agent of agents) agent.close();
      await server.close();
      if (options.store === undefined) await store.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
