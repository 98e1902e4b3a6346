/**
 * Everybody comes back at once: `npm run bench -- storm [--json] [--agents N] [--watchers N]`. The server is killed
 * with kill -9 while ten thousand agents are connected and started again on the same data and port; each agent that was
 * thrown out notes one more fact meanwhile. Back means: welcomed, told what is theirs, everything acknowledged.
 */
import { parseArgs } from 'node:util';
import { eventually, kill9 } from '../support/house.ts';
import { FleetHouse, pause, say } from './fleet-house.ts';
import { sharedNowMs } from './fleet-orders.ts';
import { round } from './process-cost.ts';
import { ServerGauge } from './server-gauge.ts';
import { compare, holdingsOf, type Verdict } from './storm-audit.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    agents: { type: 'string', default: '10000' },
    watchers: { type: 'string', default: '50' },
  },
});
const agents = Number(values.agents);
const CONNECT_PER_S = 1_000;
/** Ten thousand who try again at once take both cores by themselves; in life they have their own. */
const CREW_NICENESS = 10;
const WARM_UP_CHANGES = 1.5;
const WARM_UP_PER_S = 400;
/** Offers are taken as they come; by then the last one is. */
const SETTLED_WITHIN_MS = 60_000;

interface Storm {
  readonly agents: number;
  /** From the kill to the last agent that was whole again. */
  readonly backMs: number;
  /** The same from the moment the new server listened. */
  readonly backSinceReadyMs: number;
  readonly verdict: Verdict;
  readonly peakMb: number;
  readonly serverCpuPercent: number;
  readonly generatorCpuPercent: number;
  readonly handshakes: { readonly full: number; readonly resumed: number };
  readonly closings: Readonly<Record<string, number>>;
}

async function prepare(house: FleetHouse): Promise<void> {
  await house.open();
  house.order({ type: 'connect', overMs: (agents / CONNECT_PER_S) * 1_000 });
  const connected = await house.until(({ whole }) => whole === agents, 60_000 + agents * 6);
  say(`${connected.live} connected; warming up`);
  house.day(WARM_UP_PER_S);
  await pause(((agents * WARM_UP_CHANGES) / WARM_UP_PER_S) * 1_000);
  house.day(0);
  await house.until(({ whole }) => whole === agents);
}

/** Waits until no offer is open and nobody has anything to say: nothing moves any more until the crash. */
async function settle(house: FleetHouse): Promise<void> {
  house.order({ type: 'settle' });
  const isStill = async () =>
    (await house.all('/offers')).length === 0 && (await house.report()).whole === agents;
  await eventually('no offer to be open', isStill, SETTLED_WITHIN_MS);
}

async function runStorm(isTls: boolean): Promise<Storm> {
  const watchers = Number(values.watchers);
  const house = new FleetHouse({
    ...{ agents, isTls, niceness: CREW_NICENESS },
    watchEvery: watchers > 0 ? Math.max(1, Math.round(agents / watchers)) : 0,
  });
  try {
    await prepare(house);
    await settle(house);
    const before = await holdingsOf(house);
    const report = await house.report();
    return await strike(house, { before, cpuMs: report.cpuMs });
  } finally {
    for (const text of house.complaints.slice(0, 5)) say(`server: ${text.slice(0, 400)}`);
    await house.close();
  }
}

async function strike(
  house: FleetHouse,
  { before, cpuMs }: { readonly before: Awaited<ReturnType<typeof holdingsOf>>; readonly cpuMs: number },
): Promise<Storm> {
  const killedAtMs = sharedNowMs();
  await kill9(house.server.child);
  house.order({ type: 'note' });
  await house.startServer();
  const readyAtMs = sharedNowMs();
  const gauge = new ServerGauge(house.serverPid);
  say(`the server listens again after ${Math.round(readyAtMs - killedAtMs)} ms`);
  const back = await house.until(({ whole }) => whole === agents);
  const cost = gauge.read();
  if (back.whole < agents) throw new Error(`${agents - back.whole} agents did not come back`);
  const verdict = compare(before, await holdingsOf(house));
  return {
    agents,
    backMs: Math.round(back.lastWholeAtMs - killedAtMs),
    backSinceReadyMs: Math.round(back.lastWholeAtMs - readyAtMs),
    verdict,
    peakMb: Math.round(cost.peakMb),
    serverCpuPercent: round(cost.cpuPercent),
    generatorCpuPercent: round(((back.cpuMs - cpuMs) / (sharedNowMs() - killedAtMs)) * 100),
    handshakes: back.handshakes,
    closings: back.closings,
  };
}

function tell(name: string, storm: Storm): void {
  const { verdict } = storm;
  say(
    `${name}: ${storm.agents} back ${storm.backMs} ms after the kill (${storm.backSinceReadyMs} ms after the start); ` +
      `${verdict.lost} of ${verdict.seats} seats lost, ${verdict.doubled} doubled, ${verdict.queuesChanged} queues changed ` +
      `(${verdict.waiting} wait); server peak ${storm.peakMb} MB, CPU ${storm.serverCpuPercent} %; ` +
      `generator ${storm.generatorCpuPercent} %; handshakes ${JSON.stringify(storm.handshakes)}`,
  );
}

const plain = await runStorm(false);
tell('without TLS', plain);
const tls = await runStorm(true);
tell('with TLS', tls);
const result = {
  agents,
  backMs: plain.backMs,
  backTlsMs: tls.backMs,
  lost: plain.verdict.lost + tls.verdict.lost,
  doubled: plain.verdict.doubled + tls.verdict.doubled,
  queuesChanged: plain.verdict.queuesChanged + tls.verdict.queuesChanged,
  peakMb: plain.peakMb,
  peakTlsMb: tls.peakMb,
  plain,
  tls,
};
process.stdout.write(`${JSON.stringify(result, null, values.json ? undefined : 2)}\n`);
