/**
 * The main job while server and agent hosts are killed at random: no seat is granted twice, none is lost, no usage is
 * counted twice, tickets keep their places. `USHER_TEST_LONG=1` kills 100 times; `USHER_TEST_SEED` repeats a script.
 */
import { afterAll, beforeAll, expect, it, onTestFailed } from 'vitest';
import { eventually } from '../support/house.ts';
import { isDone, type Judged, judge, unrest } from '../support/house-audit.ts';
import { LedgerReader } from '../support/house-ledger.ts';
import { startTeam, type Team } from '../support/house-team.ts';
import { seededRandom, Torture } from '../support/house-torture.ts';

const isLong = process.env.USHER_TEST_LONG === '1';
const KILLS = isLong ? 100 : 12;
const SEED = Number(process.env.USHER_TEST_SEED ?? Math.floor(Math.random() * 1e9));
const PRODUCT_IDS = ['gedit', 'mousepad', 'xournalpp', 'dia'];

/** Leases must outlive every outage: then nothing but a mistake can take a seat from who runs. */
const TIMING = {
  scanEveryMs: 200,
  renewEveryMs: 1_000,
  leaseTtlMs: 60_000,
  leaseGraceMs: 1_000,
  offerWindowMs: 1_500,
  reconnectShortestMs: 50,
  reconnectSpreadMs: 400,
  reconnectLongestMs: 800,
};

let team: Team;

beforeAll(async () => {
  team = await startTeam({ name: 'torture', timing: TIMING, executables: PRODUCT_IDS });
  const { rest } = team;
  await rest.createPool('text', { capacity: 1 }, ['gedit']);
  await rest.createPool('notes', { capacity: 1 }, ['mousepad']);
  // Two products in one pool, every process for itself: up to four want two seats.
  const perProcess = { key: ['process'], instancesPerSeat: 1 };
  await rest.createPool('drawing', { capacity: 2, counting: perProcess }, ['xournalpp', 'dia']);
});
afterAll(() => team?.remove());

it(`[L1] [L18] [L20] [L82] [E19] [P19] survives ${KILLS} kills (seed ${SEED})`, {
  timeout: KILLS * 10_000 + 60_000,
}, async () => {
  onTestFailed(() => console.log(`seed ${SEED}\n${team.logs()}`));
  console.log(`torture: seed ${SEED}, ${KILLS} kills`);
  const random = seededRandom(SEED);
  const torture = new Torture(team, random, PRODUCT_IDS);
  const startedAtMs = Date.now();
  let last: Judged = { events: [], reader: new LedgerReader(), findings: [] };
  let rounds = 0;
  let slowestRestMs = 0;

  const judgeNow = async () => {
    const restFromMs = Date.now();
    await atRest(torture);
    slowestRestMs = Math.max(slowestRestMs, Date.now() - restFromMs);
    last = await judge(team, torture, last.events);
    expect(last.findings, `round ${rounds}, seed ${SEED}`).toEqual([]);
  };
  try {
    for (let left = KILLS; left > 0; ) {
      const count = Math.min(left, 1 + Math.floor(random() * 3));
      await torture.round(count);
      left -= count;
      rounds += 1;
      await judgeNow();
    }
    await torture.endAll();
    await eventually(
      'all seats are free and nobody waits',
      async () => {
        const pools = await team.rest.pools();
        return pools.every(
          ({ view: { seats, queue, holders } }) =>
            seats.state === 'known' && seats.free === seats.capacity && queue.length + holders.length === 0,
        );
      },
      60_000,
    );
    await judgeNow();
  } finally {
    torture.stop();
  }
  const { counts, leases, offers, tickets, sessions } = last.reader;
  expect([leases.size, offers.size, tickets.size]).toEqual([0, 0, 0]);
  expect([...sessions.values()].filter(({ closed }) => closed === null)).toEqual([]);
  // A script in which nothing happened would prove nothing.
  for (const kind of ['session-seated', 'session-denied', 'ticket-queued', 'offer-made', 'offer-ended'])
    expect(counts.get(kind) ?? 0, kind).toBeGreaterThan(KILLS / 4);
  expect(torture.kills.server).toBeGreaterThan(0);
  expect(torture.kills.first + torture.kills.second).toBeGreaterThan(0);
  report(
    { seed: SEED, rounds, seconds: Math.round((Date.now() - startedAtMs) / 1000), slowestRestMs },
    torture,
    last,
  );
});

/** The message of a house that finds no rest says what the parts do not agree about. */
async function atRest(torture: Torture): Promise<void> {
  let said: string[] = [];
  try {
    await eventually(
      'everybody agrees',
      async () => {
        said = await unrest(team, torture);
        return said.length === 0;
      },
      30_000,
    );
  } catch (error) {
    throw new Error(`no rest: ${said.join('; ')}`, { cause: error });
  }
}

/** The lines of docs/TORTURE.md. */
function report(
  measured: Readonly<Record<string, number>>,
  { kills, runs, promised, refusals, unanswered }: Torture,
  { events, reader }: Judged,
): void {
  const ended = new Map<string, number>();
  for (const [what, reason] of reader.ends) {
    const key = `${what.split(' ')[0]} ${reason}`;
    ended.set(key, (ended.get(key) ?? 0) + 1);
  }
  const lines = {
    ...measured,
    ...Object.fromEntries(Object.entries(kills).map(([who, count]) => [`kills of ${who}`, count])),
    processes: runs.length,
    sessions: reader.sessions.size,
    events: events.length,
    'wishes granted': promised.length,
    // Claims are left out: an application that starts claims by itself.
    'answered OFFLINE, and done': unanswered.filter((one) => one.type !== 'claim' && isDone(one, reader))
      .length,
    'wishes refused': [...refusals].map(([code, count]) => `${count} ${code}`).join(', '),
    ...Object.fromEntries([...reader.counts].sort().map(([kind, count]) => [`event ${kind}`, count])),
    ...Object.fromEntries([...ended].sort().map(([kind, count]) => [`end ${kind}`, count])),
  };
  console.log(
    Object.entries(lines)
      .map(([name, value]) => `| ${name} | ${value} |`)
      .join('\n'),
  );
}
