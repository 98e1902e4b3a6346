/**
 * Durable decisions per second on PostgreSQL: 64 callers over real sockets, spread over one, two and four server
 * processes on one database, against one transaction per decision on the same PostgreSQL in the same run.
 */
import { randomUUID } from 'node:crypto';
import { cpus } from 'node:os';
import { systemClock } from '../../server/clock.ts';
import type { DecisionContext } from '../../server/ledger/decide/decision.ts';
import { execute } from '../../server/ledger/execute.ts';
import { recordsOf } from '../../server/ledger/projection.ts';
import { emptyState } from '../../server/ledger/state.ts';
import { openPostgresStore } from '../../server/stores/postgres/postgres-store.ts';
import { type PostgresCluster, startPostgres } from '../support/a-postgres.ts';
import { ServerFleet } from '../support/server-fleet.ts';
import { FREECAD } from '../support/test-server.ts';
import { CALLERS, Caller, PRODUCTS, productIdOf, SEATS, Tally } from './ledger-callers.ts';
import { commandOf, seenIn, setUpCommands } from './ledger-in-process.ts';
import { SocketCaller } from './postgres-callers.ts';

const WARM_UP_MS = 3_000;
const MEASURED_MS = 12_000;
const BASELINE_MS = 8_000;

const say = (text: string) => process.stderr.write(`${text}\n`);
const whole = (value: number) => Math.round(value);

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

interface Measured {
  readonly perS: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

function measuredFrom({ latenciesMs }: Tally, forMs: number): Measured {
  const perS = (latenciesMs.length / forMs) * 1_000;
  return { perS, p50Ms: percentile(latenciesMs, 0.5), p99Ms: percentile(latenciesMs, 0.99) };
}

/** The same decisions and rows, one after the other, each in a transaction of its own. */
async function oneByOne(cluster: PostgresCluster): Promise<Measured> {
  const store = await openPostgresStore({ url: await cluster.createDatabase(), clock: systemClock });
  const state = emptyState();
  const callers = Array.from({ length: CALLERS }, (_, index) => new Caller(`person-${index}`, index + 1));
  const tally = new Tally();
  let asked = 0;
  const context: DecisionContext = {
    ...{ nowMs: systemClock.wallMs(), newId: randomUUID, silentMs: () => 0 },
    ...{ leaseTtlMs: 120_000, graceMs: 300_000 },
  };
  async function decide(command: Parameters<typeof execute>[1], outboxId: string): Promise<boolean> {
    asked += 1;
    const commandId = `${outboxId}#${asked}`;
    const by = { kind: 'server' } as const;
    const nowMs = systemClock.wallMs();
    const { events, answer } = execute(state, command, { commandId, by }, { ...context, nowMs });
    const isFact = command.kind === 'start-session' || command.kind === 'end-session';
    const outbox = { outboxId, seq: asked };
    await store.append([
      { commandId, atMs: nowMs, events, answer: isFact ? null : answer, outbox, changes: recordsOf(events) },
    ]);
    return answer.ok;
  }
  for (const command of setUpCommands()) await decide(command, 'set-up');
  const startedAtMs = performance.now();
  while (performance.now() - startedAtMs < BASELINE_MS) {
    for (const caller of callers) {
      const { productIndex, step } = caller.next((index) => seenIn(state, caller.name, index));
      const askedAtMs = performance.now();
      const isDone = await decide(commandOf(step, caller.name, productIdOf(productIndex)), caller.name);
      tally.count(step.kind, performance.now() - askedAtMs, !isDone);
    }
  }
  const measured = measuredFrom(tally, performance.now() - startedAtMs);
  await store.close();
  return measured;
}

/** As many server processes as asked for, the callers over them in turn. */
async function spread(cluster: PostgresCluster, instances: number): Promise<Measured & { cpuShare: number }> {
  const fleet = new ServerFleet(await cluster.createDatabase(), {
    leaseTtlMs: 600_000,
    leaseGraceMs: 600_000,
  });
  try {
    for (let index = 0; index < instances; index++) await fleet.start(`server-${index}`);
    const [first] = fleet.servers;
    if (!first) throw new Error('a fleet has servers');
    const rest = fleet.rest(first);
    for (let index = 0; index < PRODUCTS; index++) {
      const productId = productIdOf(index);
      await rest.send('PUT', `/products/${productId}`, { ...FREECAD, productId, name: productId });
      await rest.createPool(`pool-${index}`, { capacity: SEATS }, [productId]);
    }
    const callers = await Promise.all(
      Array.from({ length: CALLERS }, async (_, index) => {
        const server = fleet.servers[index % instances] ?? first;
        const name = `person-${index}`;
        const { credential } = await fleet.enroll(server, name);
        return SocketCaller.connect(server.url, credential, name, index + 1);
      }),
    );
    const runAll = (untilMs: number, tally: Tally) =>
      Promise.all(callers.map((caller) => caller.run(untilMs, tally)));
    await runAll(performance.now() + WARM_UP_MS, new Tally());
    const tally = new Tally();
    const startedAtMs = performance.now();
    const cpuBefore = process.cpuUsage();
    await runAll(startedAtMs + MEASURED_MS, tally);
    const forMs = performance.now() - startedAtMs;
    const cpu = process.cpuUsage(cpuBefore);
    for (const caller of callers) caller.close();
    const { violations } = await fleet.audit();
    if (violations.length > 0)
      throw new Error(`the record contradicts itself: ${violations.slice(0, 3).join('; ')}`);
    return { ...measuredFrom(tally, forMs), cpuShare: (cpu.user + cpu.system) / 1_000 / forMs };
  } finally {
    await fleet.stop();
  }
}

const cluster = await startPostgres();
try {
  say(
    `PostgreSQL with its defaults (fsync, synchronous_commit) beside the servers on ${cpus().length} cores`,
  );
  const baseline = await oneByOne(cluster);
  say(`one transaction per decision: ${whole(baseline.perS)}/s, p99 ${baseline.p99Ms.toFixed(1)} ms`);
  const result: Record<string, number> = { callers: CALLERS, baselinePerS: whole(baseline.perS) };
  for (const instances of [1, 2, 4]) {
    const { perS, p50Ms, p99Ms, cpuShare } = await spread(cluster, instances);
    const ratio = perS / baseline.perS;
    say(
      `${instances} server(s): ${whole(perS)}/s (${ratio.toFixed(1)}x), p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms; ` +
        `the callers took ${(cpuShare * 100).toFixed(0)} % of a core`,
    );
    result[`decisionsPerS${instances}`] = whole(perS);
    result[`ackP99Ms${instances}`] = Number(p99Ms.toFixed(1));
    result[`ratio${instances}`] = Number(ratio.toFixed(2));
    result[`callersCpu${instances}`] = Number(cpuShare.toFixed(2));
  }
  process.stdout.write(`${JSON.stringify(result)}\n`);
} finally {
  await cluster.stop();
}
