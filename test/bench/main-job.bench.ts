/**
 * The main job's speed and weight on this machine: process start to row in a subscribed panel (through the server),
 * exit to offer, cold start, and what the agent host costs beside 500 processes. `npm run bench -- main-job [--json]`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { eventually, projectRoot, temporaryFolder } from '../support/house.ts';
import { type House, OfferWatch, openHouse, PanelWatch } from './main-job-house.ts';
import {
  endAll,
  makeNamedProducts,
  type NamedProduct,
  type Started,
  startProduct,
} from './named-processes.ts';
import { cpuMs, percentile, pssMb, round } from './process-cost.ts';

const STARTS = 200;
const SECONDS_OF_COST = 60;
const PROCESSES = 500;
const TRACKED = 20;

const say = (text: string) => process.stderr.write(`${text}\n`);

/** Starts all products spread over `overMs`, so that they fall at every phase of the scan. */
async function startSpread(products: readonly NamedProduct[], overMs: number): Promise<Map<string, Started>> {
  const started = new Map<string, Started>();
  for (const product of products) {
    started.set(product.productId, startProduct(product));
    await wait((overMs / products.length) * (0.5 + Math.random()));
  }
  return started;
}

interface Samples {
  readonly startToRowMs: number[];
  readonly exitToOfferMs: number[];
  readonly freeToOfferMs: number[];
}

async function measureRound(
  house: House,
  products: readonly NamedProduct[],
  samples: Samples,
  panel: PanelWatch,
  offers: OfferWatch,
): Promise<void> {
  const started = await startSpread(products, products.length * 60);
  await eventually('all rows', () => products.every(({ productId }) => panel.rowAtMs.has(productId)), 20_000);
  for (const { productId } of products) {
    samples.startToRowMs.push(
      (panel.rowAtMs.get(productId) ?? Number.NaN) - (started.get(productId)?.atMs ?? Number.NaN),
    );
    offers.wish({ type: 'queue', productId });
  }
  await eventually(
    'all to wait',
    async () =>
      house.waiting.messages.some((message) => message.type === 'ack' && message.throughSeq >= offers.seq),
    20_000,
  );
  const exits = new Map<string, number>();
  for (const { productId } of products) {
    exits.set(productId, performance.now());
    started.get(productId)?.child.kill('SIGKILL');
    await wait(60 * (0.5 + Math.random()));
  }
  await eventually(
    'all offers',
    () => {
      const missing = products.filter(
        ({ productId }) => !offers.offerAtMs.has(productId) || !panel.goneAtMs.has(productId),
      );
      if (missing.length > 0)
        throw new Error(`missing: ${missing.map(({ productId }) => productId).join(', ')}`);
      return true;
    },
    20_000,
  );
  for (const { productId } of products) {
    const offerAtMs = offers.offerAtMs.get(productId) ?? Number.NaN;
    samples.exitToOfferMs.push(offerAtMs - (exits.get(productId) ?? Number.NaN));
    samples.freeToOfferMs.push(Math.max(0, offerAtMs - (panel.goneAtMs.get(productId) ?? Number.NaN)));
  }
  await endAll([...started.values()].map(({ child }) => child));
  await giveBack(house, products, panel, offers);
}

/** The waiting person lets every offer go, so that the next round starts with free seats. */
async function giveBack(
  house: House,
  products: readonly NamedProduct[],
  panel: PanelWatch,
  offers: OfferWatch,
): Promise<void> {
  const answer = await house.rest('GET', '/tickets?limit=1000');
  const { items } = (await answer.json()) as { items: { ticketId: string }[] };
  for (const { ticketId } of items) {
    offers.wish({ type: 'leave', ticketId });
  }
  await eventually(
    'free seats',
    () =>
      house.panel.state().pools?.pools.every((pool) => pool.seats.state === 'known' && pool.seats.free === 1),
    20_000,
  );
  for (const { productId } of products) {
    panel.forget(productId);
    offers.offerAtMs.delete(productId);
  }
}

/** From the command to the printed addresses, on a fresh data folder: what a newcomer waits for. */
async function measureColdStart(folder: string): Promise<number> {
  const startedAtMs = performance.now();
  const child = spawn(
    process.execPath,
    [join(projectRoot, 'resources/bin/usher.mjs'), 'start', '--data', join(folder, 'cold'), '--no-open'],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, DISPLAY: '', WAYLAND_DISPLAY: '' },
    },
  );
  let said = '';
  const shownAtMs = await new Promise<number>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      said += chunk;
      if (/panel/i.test(said) && /console/i.test(said)) resolve(performance.now());
    });
    child.once('exit', () => reject(new Error(`start ended early: ${said}`)));
    setTimeout(() => reject(new Error(`no table within 30 s: ${said}`)), 30_000).unref();
  });
  child.removeAllListeners('exit');
  child.kill('SIGINT');
  await new Promise((resolve) => child.once('exit', resolve));
  return shownAtMs - startedAtMs;
}

interface Cost {
  readonly cpuPercent: number;
  readonly pssMb: number;
}

async function measureCost(pids: readonly number[], seconds: number): Promise<Cost[]> {
  const before = pids.map(cpuMs);
  const startedAtMs = performance.now();
  await wait(seconds * 1_000);
  const elapsedMs = performance.now() - startedAtMs;
  return pids.map((pid, index) => ({
    cpuPercent: ((cpuMs(pid) - (before[index] ?? 0)) / elapsedMs) * 100,
    pssMb: pssMb(pid),
  }));
}

function fillTo(count: number): ChildProcess[] {
  return Array.from({ length: count }, () => spawn('/bin/sleep', ['3600'], { stdio: 'ignore' }));
}

async function main(): Promise<void> {
  const folder = temporaryFolder('bench');
  const children: ChildProcess[] = [];
  try {
    say('cold start ...');
    const coldStartMs = await measureColdStart(folder.path);
    const made = await makeNamedProducts(join(folder.path, 'bin'), 67);
    const house = await openHouse(folder.path, made);
    // What really runs here already would hold its seat through every round.
    const running = new Set(house.panel.state().sessions.map((session) => session.productId));
    const products = made.filter(({ productId }) => !running.has(productId));
    const panel = new PanelWatch(house.panel);
    const offers = new OfferWatch(house.waiting);
    const samples: Samples = { startToRowMs: [], exitToOfferMs: [], freeToOfferMs: [] };
    while (samples.startToRowMs.length < STARTS) {
      await measureRound(
        house,
        products.slice(0, STARTS - samples.startToRowMs.length),
        samples,
        panel,
        offers,
      );
      say(`${samples.startToRowMs.length} of ${STARTS} starts`);
    }
    house.panel.close();
    house.waiting.close();
    say(`cost over ${SECONDS_OF_COST} s beside ${PROCESSES} processes, ${TRACKED} of them tracked ...`);
    children.push(
      ...fillTo(PROCESSES - TRACKED),
      ...products.slice(0, TRACKED).map((product) => startProduct(product).child),
    );
    const floor = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    children.push(floor);
    // Newborn processes are read more often; what is measured is a workstation at work.
    await wait(30_000);
    const [agent, server, bare] = await measureCost(
      [house.host.child.pid ?? 0, house.server.child.pid ?? 0, floor.pid ?? 0],
      SECONDS_OF_COST,
    );
    await house.host.stop();
    await house.server.stop();
    const result = {
      bench: 'main-job',
      machine: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`,
      node: process.version,
      starts: samples.startToRowMs.length,
      startToRowP50Ms: round(percentile(samples.startToRowMs, 0.5)),
      startToRowP99Ms: round(percentile(samples.startToRowMs, 0.99)),
      freeToOfferP50Ms: round(percentile(samples.freeToOfferMs, 0.5)),
      freeToOfferP99Ms: round(percentile(samples.freeToOfferMs, 0.99)),
      exitToOfferP99Ms: round(percentile(samples.exitToOfferMs, 0.99)),
      coldStartMs: round(coldStartMs, 0),
      agentCpuPercent: round(agent?.cpuPercent ?? Number.NaN, 3),
      agentPssMb: round(agent?.pssMb ?? Number.NaN),
      serverCpuPercent: round(server?.cpuPercent ?? Number.NaN, 3),
      serverPssMb: round(server?.pssMb ?? Number.NaN),
      bareNodeCpuPercent: round(bare?.cpuPercent ?? Number.NaN, 3),
      bareNodePssMb: round(bare?.pssMb ?? Number.NaN),
    };
    if (!process.argv.includes('--json'))
      for (const [key, value] of Object.entries(result)) console.log(`${key.padEnd(22)} ${value}`);
    console.log(JSON.stringify(result));
  } finally {
    await endAll(children);
    folder.remove();
  }
}

await main();
