/**
 * Ten thousand agents on one server: `npm run bench -- fleet [--json] [--long] [--agents N] [--watchers N]`. Real
 * sockets, real protocol, renewals at the real rate; a compressed day of 50 state changes a second. `--long` climbs on
 * until something gives way.
 */
import { parseArgs } from 'node:util';
import { type Delays, delaysOf, eventNumber, eventsAfter } from './fleet-delays.ts';
import { FleetHouse, pause, say } from './fleet-house.ts';
import { sharedNowMs } from './fleet-orders.ts';
import { percentile, round } from './process-cost.ts';
import { limitOfDescriptors, ServerGauge } from './server-gauge.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    long: { type: 'boolean', default: false },
    agents: { type: 'string', default: '10000' },
    watchers: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '60' },
  },
});

const CHANGES_PER_S = 50;
/** Until the pools are full and people wait: so many changes for each agent. */
const WARM_UP_CHANGES = 1.5;
const WARM_UP_PER_S = 400;
const CONNECT_PER_S = 1_000;
const REST_MS = 5_000;
/** The climb of --long; the machine's descriptors end it. */
const CLIMB = [15_000, 19_000, 20_000, 30_000, 50_000];

interface Stage {
  readonly agents: number;
  readonly live: number;
  readonly delays: Delays;
  readonly pingP99Ms: number;
  readonly serverMb: number;
  readonly serverPeakMb: number;
  readonly idleCpuPercent: number;
  readonly serverCpuPercent: number;
  readonly changesPerS: number;
  readonly generatorCpuPercent: number;
  readonly generatorMb: number;
  readonly generatorStallMs: number;
  readonly mbPerSInPushes: number;
  readonly closings: Readonly<Record<string, number>>;
}

async function runStage(agents: number): Promise<Stage> {
  const watchers = Number(values.watchers);
  const house = new FleetHouse({
    ...{ agents, isTls: false, niceness: 0 },
    watchEvery: watchers > 0 ? Math.max(1, Math.round(agents / watchers)) : 0,
  });
  try {
    await house.open();
    say(`${agents} enrolled; connecting`);
    house.order({ type: 'connect', overMs: (agents / CONNECT_PER_S) * 1_000 });
    const connected = await house.until(({ whole }) => whole === agents, 30_000 + agents * 3);
    say(`${connected.live} connected; warming up`);
    house.day(WARM_UP_PER_S);
    await pause(((agents * WARM_UP_CHANGES) / WARM_UP_PER_S) * 1_000);
    house.day(0);
    return await measure(house, agents);
  } finally {
    for (const text of house.complaints.slice(0, 5)) say(`server: ${text.slice(0, 400)}`);
    await house.close();
  }
}

async function measure(house: FleetHouse, agents: number): Promise<Stage> {
  const seconds = Number(values.seconds);
  // What the warm-up left to tell is told by then.
  await pause(REST_MS);
  const gauge = new ServerGauge(house.serverPid);
  await pause(10_000);
  const idle = gauge.read();
  const fromEvent = await eventNumber(house);
  await house.times();
  const before = await house.report();
  gauge.read();
  const startedAtMs = sharedNowMs();
  house.day(CHANGES_PER_S);
  await pause(seconds * 1_000);
  const cost = gauge.read();
  const after = await house.report();
  const tookS = (sharedNowMs() - startedAtMs) / 1_000;
  house.day(0);
  await pause(2_000);
  const times = await house.times();
  const delays = delaysOf(await eventsAfter(house, fromEvent), times);
  return {
    ...{ agents, live: after.live, delays },
    pingP99Ms: round(percentile(times.pingMs, 0.99)),
    serverMb: Math.round(cost.mb),
    serverPeakMb: Math.round(cost.peakMb),
    idleCpuPercent: round(idle.cpuPercent),
    serverCpuPercent: round(cost.cpuPercent),
    changesPerS: round((after.factsSent - before.factsSent) / tookS),
    generatorCpuPercent: round((after.cpuMs - before.cpuMs) / tookS / 10),
    generatorMb: Math.round(after.rssMb),
    generatorStallMs: Math.round(after.longestStallMs),
    mbPerSInPushes: round((after.bytesIn - before.bytesIn) / tookS / 1e6, 2),
    closings: after.closings,
  };
}

function tell(stage: Stage): void {
  const { delays } = stage;
  say(
    `${stage.agents} agents (${stage.live} live): free to offer p50 ${delays.p50Ms} ms, p99 ${delays.p99Ms} ms, ` +
      `longest ${delays.maximumMs} ms of ${delays.samples}; ping p99 ${stage.pingP99Ms} ms; ` +
      `server ${stage.serverMb} MB (peak ${stage.serverPeakMb}), CPU ${stage.idleCpuPercent} % renewing, ` +
      `${stage.serverCpuPercent} % at ${stage.changesPerS} changes/s; generator ${stage.generatorCpuPercent} % CPU, ` +
      `${stage.generatorMb} MB`,
  );
}

const stages = [await runStage(Number(values.agents))];
tell(stages[0] as Stage);
if (values.long)
  for (const agents of CLIMB) {
    say(`descriptors of one process: ${limitOfDescriptors()}`);
    const stage = await runStage(agents);
    stages.push(stage);
    tell(stage);
    if (stage.live < agents) {
      say(`not all of ${agents} could connect: ${JSON.stringify(stage.closings)}`);
      break;
    }
  }

const [first] = stages as [Stage];
const result = {
  agents: first.live,
  freeToOfferP99Ms: first.delays.p99Ms,
  serverMb: first.serverPeakMb,
  descriptors: limitOfDescriptors(),
  stages,
};
process.stdout.write(`${JSON.stringify(result, null, values.json ? undefined : 2)}\n`);
