/**
 * Durable decisions per second, by 64 callers at once: within the process and over real sockets, against one transaction
 * per decision on the same disk in the same run; and the decision alone. `npm run bench -- ledger [--json]`, two minutes.
 */
import { cpus } from 'node:os';
import { temporaryFolder } from '../support/house.ts';
import { fdatasyncPerS } from './disk-probe.ts';
import { measureFlatness, pureDecisionsPerS } from './ledger-decisions.ts';
import { LedgerUnderTest, OneByOne, type Stretch } from './ledger-in-process.ts';
import { ServerUnderTest, type SocketStretch } from './ledger-sockets.ts';
import { percentile, round } from './process-cost.ts';

const ROUNDS = 3;
const ROUND_MS = 4_000;
const WARM_UP_MS = 2_000;
const DISK_MS = 1_000;
/** keygen-relay, the nearest open-source peer: claims per second and p99 at 64 clients, measured on a like machine. */
const PEER = { name: 'keygen-relay', claimsPerS: 299, p99Ms: 2_700 } as const;

const say = (text: string) => process.stderr.write(`${text}\n`);
const median = (values: readonly number[]) => percentile(values, 0.5);
const mostMs = (latencies: readonly (readonly number[])[], share: number) =>
  round(median(latencies.map((one) => percentile(one, share))), 2);

interface Measured {
  readonly disk: number[];
  readonly baseline: Stretch[];
  readonly inProcess: Stretch[];
  readonly sockets: SocketStretch[];
}

/** Rounds take turns, so that a slow stretch of the disk meets all of them alike. */
async function measureDurable(folder: string): Promise<Measured> {
  const measured: Measured = { disk: [], baseline: [], inProcess: [], sockets: [] };
  const oneByOne = new OneByOne(folder);
  const ledger = await LedgerUnderTest.open(folder);
  oneByOne.run(WARM_UP_MS / 2);
  await ledger.run(WARM_UP_MS);
  for (let index = 0; index < ROUNDS; index++) {
    measured.disk.push(fdatasyncPerS(folder, DISK_MS));
    measured.baseline.push(oneByOne.run(ROUND_MS));
    measured.inProcess.push(await ledger.run(ROUND_MS));
    say(
      `round ${index + 1}: ${report(measured.baseline)} one by one, ${report(measured.inProcess)} in groups`,
    );
  }
  await ledger.close();
  const server = await ServerUnderTest.open(folder);
  await server.run(WARM_UP_MS);
  for (let index = 0; index < ROUNDS; index++) {
    measured.baseline.push(oneByOne.run(ROUND_MS / 2));
    measured.sockets.push(await server.run(ROUND_MS));
    say(
      `round ${index + 1}: ${report(measured.baseline)} one by one, ${report(measured.sockets)} over sockets`,
    );
  }
  await server.close();
  oneByOne.close();
  return measured;
}

const report = (stretches: readonly { readonly perS: number }[]) =>
  `${round(stretches.at(-1)?.perS ?? 0, 0)}/s`;

function resultOf({ disk, baseline, inProcess, sockets }: Measured) {
  const perS = (stretches: readonly { readonly perS: number }[]) => median(stretches.map((one) => one.perS));
  const inProcessMs = inProcess.map(({ tally }) => tally.latenciesMs);
  const socketsMs = sockets.map(({ latenciesMs }) => latenciesMs);
  return {
    fdatasyncPerS: round(median(disk), 0),
    baselinePerS: round(perS(baseline), 0),
    decisionsPerS: round(perS(inProcess), 0),
    socketDecisionsPerS: round(perS(sockets), 0),
    ratioInProcess: round(perS(inProcess) / perS(baseline.slice(0, ROUNDS)), 2),
    ratioSockets: round(perS(sockets) / perS(baseline.slice(ROUNDS)), 2),
    ackP50Ms: mostMs(socketsMs, 0.5),
    ackP99Ms: mostMs(socketsMs, 0.99),
    ackP99InProcessMs: mostMs(inProcessMs, 0.99),
    longestAckMs: round(Math.max(...[...inProcessMs, ...socketsMs].map((one) => percentile(one, 1))), 1),
    serverCpuUs: round(median(sockets.map((one) => one.serverCpuUs)), 1),
    callersCpuUs: round(median(sockets.map((one) => one.callersCpuUs)), 1),
    serverMb: round(median(sockets.map((one) => one.serverMb))),
    mixture: mixtureOf(inProcess),
    peer: PEER,
    ratioToPeer: round(perS(sockets) / PEER.claimsPerS, 0),
  };
}

/** Shares of each kind of decision, in percent. */
function mixtureOf(stretches: readonly Stretch[]): Record<string, number> {
  const sums: Record<string, number> = {};
  let all = 0;
  for (const { tally } of stretches) {
    for (const [kind, count] of Object.entries(tally.kinds)) {
      sums[kind] = (sums[kind] ?? 0) + count;
      all += count;
    }
  }
  return Object.fromEntries(Object.entries(sums).map(([kind, count]) => [kind, round((count / all) * 100)]));
}

async function main(): Promise<void> {
  const folder = temporaryFolder('ledger-bench');
  try {
    say('the decision alone ...');
    const pure = pureDecisionsPerS();
    const flatness = measureFlatness();
    for (const { name, ratio, costs } of flatness)
      say(
        `${name}: ${costs.map(({ size, ns }) => `${size}: ${round(ns, 0)} ns`).join(', ')} (${round(ratio, 2)})`,
      );
    const result = {
      bench: 'ledger',
      machine: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`,
      node: process.version,
      callers: 64,
      pureDecisionsPerS: round(pure, 0),
      flatness: round(Math.max(...flatness.map(({ ratio }) => ratio)), 2),
      ...resultOf(await measureDurable(folder.path)),
    };
    if (!process.argv.includes('--json'))
      for (const [key, value] of Object.entries(result))
        console.log(`${key.padEnd(22)} ${typeof value === 'object' ? JSON.stringify(value) : value}`);
    console.log(JSON.stringify(result));
  } finally {
    folder.remove();
  }
}

await main();
