/**
 * The simulated colleagues of `usher start --demo`: forty real agents in one process, each with its own data folder,
 * enrolled like any other, on operating systems that exist in memory only.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import type { CatalogReading } from '../../../shared/catalog-reading.ts';
import { USAGE_IDLE_AFTER_MS } from '../../../shared/domain.ts';
import { timeOrderedIds } from '../../../shared/ids.ts';
import { seededRandom } from '../../../shared/seeded-random.ts';
import type { Cancel, Clock } from '../../../shared/time.ts';
import { type Agent, startAgent } from '../agent.ts';
import { systemClock } from '../clock.ts';
import { SILENT_LOG } from '../log.ts';
import { CONNECTION_TIMING } from '../report/connection.ts';
import { RETRY_TIMING } from '../report/reconnect.ts';
import { openWebSocket } from '../report/socket.ts';
import { loadShippedCatalog } from '../sensors/catalog.ts';
import { AGENT_VERSION } from '../version.ts';
import { startColleague } from './simulated-colleague.ts';
import { press } from './simulated-face.ts';
import { SIMULATED_POOLS, type SimulatedColleague, simulatedColleagues } from './simulated-office.ts';
import { createSimulatedOs } from './simulated-os.ts';
import { createSimulatedPools } from './simulated-pools.ts';
import { programOf } from './simulated-program.ts';

export interface DemoOptions {
  /** The demo's data folder; each colleague gets one below it. */
  readonly dataDir: string;
  readonly rootDir: string;
  /** Where the agent of that data folder listens (shared/places.ts). */
  socketPathOf(dataDir: string): string;
}

/** What the supervisor sends first: where the server is, and the tokens that must not stand on a command line. */
const orderSchema = z.object({ url: z.url(), adminToken: z.string(), enrollmentToken: z.string() });
type Order = z.infer<typeof orderSchema>;

/** Between two colleagues who come to work, so that the first ones are there at once. */
const ARRIVE_EVERY_MS = 60;
const SEED = 20_260;

interface AtWork {
  readonly agent: Agent;
  readonly stopWorking: Cancel;
}

async function hire(
  who: SimulatedColleague,
  order: Order,
  catalog: CatalogReading,
  options: DemoOptions,
  clock: Clock,
): Promise<AtWork | null> {
  const product = catalog.products.find((candidate) => candidate.productId === who.productId);
  const onPlatform = product ? programOf(product) : null;
  if (!onPlatform) return null;
  const dataDir = join(options.dataDir, 'colleagues', who.workstationName);
  const random = seededRandom(SEED + who.index);
  const os = createSimulatedOs(
    {
      bootId: `boot-${who.workstationName}`,
      account: `simulated-${who.index + 1}`,
      accountName: who.name,
      hostName: who.workstationName,
      osSession: 'default',
      platform: onPlatform.platform,
    },
    clock,
  );
  const socketPath = options.socketPathOf(dataDir);
  const started = await startAgent({
    os: os.ports,
    clock,
    random,
    newId: timeOrderedIds(clock.wallMs, randomUUID),
    openSocket: openWebSocket,
    log: SILENT_LOG,
    agentDir: join(dataDir, 'agent'),
    catalog,
    access: { serverUrl: order.url, token: order.enrollmentToken },
    agentVersion: AGENT_VERSION,
    osVersion: 'simulated',
    isSimulated: true,
    timing: { usageIdleAfterMs: USAGE_IDLE_AFTER_MS, retry: RETRY_TIMING, connection: CONNECTION_TIMING },
    // Forty entries in the person's own key ring would outlive the demo.
    keyStore: null,
    local: {
      socketPath,
      uid: process.getuid?.(),
      panelDir: join(options.rootDir, 'dist', 'panel'),
      helpUrl: null,
      onShutdown: () => {},
    },
  });
  if (!started.ok) throw new Error(`a simulated agent cannot start: ${started.message}`);
  const agent = started.value;
  const stopWorking = startColleague({
    os,
    clock,
    random,
    productId: who.productId,
    program: onPlatform.program,
    state: () => agent.state(),
    press: (name, input) => press(socketPath, name, input),
  });
  return { agent, stopWorking };
}

function receiveOrder(): Promise<Order> {
  return new Promise((resolve) => {
    const onMessage = (message: unknown) => {
      const order = orderSchema.safeParse(message);
      if (!order.success) return;
      process.off('message', onMessage);
      resolve(order.data);
    };
    process.on('message', onMessage);
  });
}

/** Settles when the supervisor says stop, is gone, or a signal comes. */
function untilStop(): Promise<void> {
  return new Promise((resolve) => {
    process.on('message', (message: unknown) => {
      if (z.object({ type: z.literal('stop') }).safeParse(message).success) resolve();
    });
    process.once('disconnect', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}

/** @returns the exit code */
export async function runDemoColleagues(options: DemoOptions): Promise<number> {
  const clock = systemClock;
  const stopped = untilStop();
  const order = await Promise.race([receiveOrder(), stopped.then(() => null)]);
  if (!order) return 0;
  await createSimulatedPools(order, SIMULATED_POOLS);
  const catalog = await loadShippedCatalog(join(options.rootDir, 'resources', 'catalog'));
  const atWork: AtWork[] = [];
  let isOver = false;
  void stopped.then(() => {
    isOver = true;
  });
  for (const who of simulatedColleagues()) {
    if (isOver) break;
    const hired = await hire(who, order, catalog, options, clock);
    if (hired) atWork.push(hired);
    await new Promise<void>((resolve) => {
      clock.setTimer(resolve, ARRIVE_EVERY_MS);
    });
  }
  process.send?.({ type: 'ready', colleagues: atWork.length, pools: SIMULATED_POOLS.length });
  await stopped;
  for (const { stopWorking } of atWork) stopWorking();
  await Promise.all(atWork.map(({ agent }) => agent.stop()));
  return 0;
}
