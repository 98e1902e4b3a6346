/** The ledger benchmark over real sockets: a real server process on a new data folder, and the callers in another process. */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { EnrollAnswer } from '../../shared/rest.ts';
import { exitOf, projectRoot, type RunningServer, startServer } from '../support/house.ts';
import { anEnrollment, FREECAD } from '../support/test-server.ts';
import { CALLERS, PRODUCTS, productIdOf, SEATS } from './ledger-callers.ts';
import type { CrewAnswer, CrewOrder } from './ledger-crew.ts';
import { cpuMs, pssMb } from './process-cost.ts';

export interface SocketStretch {
  readonly perS: number;
  readonly latenciesMs: readonly number[];
  readonly kinds: Readonly<Record<string, number>>;
  readonly refused: number;
  /** CPU time of all threads for one decision. */
  readonly serverCpuUs: number;
  readonly callersCpuUs: number;
  readonly serverMb: number;
}

export class ServerUnderTest {
  readonly #server: RunningServer;
  readonly #crew: ChildProcess;

  constructor(server: RunningServer, crew: ChildProcess) {
    this.#server = server;
    this.#crew = crew;
  }

  static async open(folder: string): Promise<ServerUnderTest> {
    const server = await startServer(join(folder, 'server'), {
      extraArgs: ['--port', '0', '--log-level', 'warn'],
    });
    await makePools(server);
    const credentials = await enrollCallers(server);
    const crew = fork(join(projectRoot, 'test/bench/ledger-crew.ts'), {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      serialization: 'advanced',
    });
    const opened = new ServerUnderTest(server, crew);
    await opened.#order({ kind: 'connect', url: server.url, credentials }, 'connected');
    return opened;
  }

  async run(forMs: number): Promise<SocketStretch> {
    const pid = this.#server.child.pid ?? 0;
    const cpuBefore = cpuMs(pid);
    const ran = await this.#order({ kind: 'run', forMs }, 'ran');
    const serverCpuMs = cpuMs(pid) - cpuBefore;
    const { latenciesMs, kinds, refused, elapsedMs } = ran;
    const decisions = latenciesMs.length;
    return {
      ...{ latenciesMs, kinds, refused, perS: (decisions / elapsedMs) * 1_000, serverMb: pssMb(pid) },
      serverCpuUs: (serverCpuMs * 1_000) / decisions,
      callersCpuUs: (ran.cpuMs * 1_000) / decisions,
    };
  }

  async close(): Promise<void> {
    this.#crew.send({ kind: 'stop' } satisfies CrewOrder);
    await exitOf(this.#crew);
    await this.#server.stop();
  }

  #order<K extends CrewAnswer['kind']>(order: CrewOrder, kind: K): Promise<Extract<CrewAnswer, { kind: K }>> {
    return new Promise((resolve, reject) => {
      this.#crew.once('message', (answer: CrewAnswer) => {
        if (answer.kind === kind) resolve(answer as Extract<CrewAnswer, { kind: K }>);
        else reject(new Error(answer.kind === 'failed' ? answer.message : `the callers said ${answer.kind}`));
      });
      this.#crew.send(order);
    });
  }
}

async function makePools({ url, adminToken = '' }: RunningServer): Promise<void> {
  for (let index = 0; index < PRODUCTS; index++) {
    const poolId = `pool-${index}`;
    const productId = productIdOf(index);
    await send('PUT', `${url}/api/v1/products/${productId}`, adminToken, {
      ...FREECAD,
      productId,
      name: productId,
    });
    const settings = { name: poolId, capacity: SEATS };
    await send('POST', `${url}/api/v1/pools`, adminToken, { poolId, settings, productIds: [productId] });
  }
}

async function enrollCallers({ url, enrollmentToken }: RunningServer): Promise<string[]> {
  const credentials: string[] = [];
  for (let index = 0; index < CALLERS; index++) {
    const name = `person-${index}`;
    const about = { instanceId: `data-${name}`, account: { id: `${index}`, name }, workstation: { name } };
    const answer = await send('POST', `${url}/api/v1/enroll`, enrollmentToken, anEnrollment(about));
    credentials.push(((await answer.json()) as EnrollAnswer).credential);
  }
  return credentials;
}

async function send(method: string, url: string, token: string, body: unknown): Promise<Response> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await fetch(url, { method, headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${await answer.text()}`);
  return answer;
}
