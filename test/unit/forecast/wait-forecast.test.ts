import { afterEach, describe, expect, it } from 'vitest';
import { startWaitForecast, type WaitForecast } from '../../../server/forecast/wait-forecast.ts';
import { emptyDisk, openMemoryStore } from '../../../server/stores/memory/memory-store.ts';
import { seededRandom } from '../../../shared/seeded-random.ts';
import { aLedger, type TestLedger } from '../../support/a-ledger.ts';

const MINUTE = 60_000;
let forecast: WaitForecast | undefined;

afterEach(() => forecast?.stop());

async function aForecast(capacity: number): Promise<{ office: TestLedger; forecast: WaitForecast }> {
  const store = openMemoryStore(emptyDisk());
  const office = await aLedger({ store, snapshotEvery: 100_000 });
  await office.counted('cad', { capacity, keepWhileAsleep: true, agingAfterServed: 1_000_000 });
  forecast = await startWaitForecast({ ledger: office.ledger, records: store.records, clock: office.clock });
  return { office, forecast };
}

/** People come and go by chance: lengths are lognormal, as seats of real applications are, far from memoryless. */
async function liveThrough(office: TestLedger, seed: number, people: number, everyMs: number): Promise<void> {
  const random = seededRandom(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const endsAtMs = new Map<string, number>();
  const open = new Set<string>();
  let nextComesAtMs = office.clock.wallMs();
  let come = 0;
  while (come < people || open.size > 0) {
    const next = [...endsAtMs].reduce<[string, number] | null>((a, b) => (a && a[1] <= b[1] ? a : b), null);
    const atMs = Math.min(come < people ? nextComesAtMs : Number.POSITIVE_INFINITY, next?.[1] ?? Infinity);
    await office.clock.advanceAsync(Math.max(0, atMs - office.clock.wallMs()));
    office.ledger.renew([...open]);
    if (next && next[1] <= atMs) {
      endsAtMs.delete(next[0]);
      open.delete(next[0]);
      await office.end(next[0]);
    } else {
      const session = `session-${seed}-${++come}`;
      open.add(session);
      await office.start(session);
      if (office.seat(session) === 'overage') await office.queue(session);
      nextComesAtMs = atMs - everyMs * Math.log(1 - random());
    }
    for (const session of open) {
      if (endsAtMs.has(session) || office.seat(session) !== 'held') continue;
      endsAtMs.set(session, office.clock.wallMs() + 40 * MINUTE * Math.exp(0.8 * normal()));
    }
  }
}

describe('the expected wait', () => {
  it('is unknown until enough seats have ended', async () => {
    const { office, forecast } = await aForecast(1);
    await office.start('holder');
    await office.start('waiting');
    const ticket = office.state.tickets.get(await office.queue('waiting'));

    expect(ticket && forecast.expectedWait(ticket)).toBeNull();
  });

  it('is later for who stands further back, and never for whom an offer is open', async () => {
    const { office, forecast } = await aForecast(4);
    await liveThrough(office, 5, 40, 12 * MINUTE);
    for (const holder of ['a', 'b', 'c', 'd']) await office.start(holder);
    for (const waiting of ['e', 'f', 'g']) await office.queue(waiting);
    await office.clock.advanceAsync(2_000);
    const expected = [...office.state.tickets.values()].map((ticket) => forecast.expectedWait(ticket));

    const halves = expected.map((wait) => wait?.p50AtMs ?? 0);
    expect(halves).toEqual([...halves].sort((a, b) => a - b));
    expect(expected.every((wait) => wait !== null && wait.p50AtMs < (wait.p90AtMs ?? Infinity))).toBe(true);
    expect(expected[0]?.basis).toBe(40);

    await office.end('a');
    const offered = [...office.state.tickets.values()].find((ticket) => ticket.offerId !== null);
    expect(offered && forecast.expectedWait(offered)).toBeNull();
  });

  it('is true: half of all waits end before the 50 % time, nine of ten before the 90 % time', async () => {
    // Waits of one busy day are alike, so several days are looked at together.
    const reports: ReturnType<WaitForecast['calibration']>[] = [];
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const { office, forecast } = await aForecast(8);
      await liveThrough(office, seed, 500, 6.6 * MINUTE);
      reports.push(forecast.calibration('cad'));
      forecast.stop();
    }
    const mean = (of: 'before50' | 'before90') =>
      reports.reduce((sum, report) => sum + (report?.[of] ?? 0), 0) / reports.length;

    expect(reports.every((report) => (report?.waits ?? 0) > 50)).toBe(true);
    expect(mean('before50')).toBeGreaterThan(0.38);
    expect(mean('before50')).toBeLessThan(0.62);
    expect(mean('before90')).toBeGreaterThan(0.82);
    expect(mean('before90')).toBeLessThan(0.97);
  }, 60_000);

  it('comes back after a restart from the records', async () => {
    const store = openMemoryStore(emptyDisk());
    const office = await aLedger({ store });
    await office.counted('cad', { capacity: 4, keepWhileAsleep: true });
    await liveThrough(office, 5, 40, 12 * MINUTE);
    for (const holder of ['a', 'b', 'c', 'd']) await office.start(holder);
    const ticketId = await office.queue('e');
    const { clock, ledger } = office;
    forecast = await startWaitForecast({ ledger, records: store.records, clock });

    const ticket = ledger.state().tickets.get(ticketId);
    expect(ticket && forecast.expectedWait(ticket)?.basis).toBe(40);
  });
});
