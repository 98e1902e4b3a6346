import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { SIMULATED_POOLS, simulatedColleagues } from '../../../main/agent/commands/simulated-office.ts';
import { createSimulatedOs } from '../../../main/agent/commands/simulated-os.ts';
import {
  type Act,
  drawTemper,
  firstPlan,
  type Mood,
  nextPlan,
  type Sight,
} from '../../../main/agent/commands/simulated-person.ts';
import { programOf } from '../../../main/agent/commands/simulated-program.ts';
import { loadShippedCatalog } from '../../../main/agent/sensors/catalog.ts';
import { compileCatalog } from '../../../main/agent/sensors/process-match.ts';
import { FakeClock } from '../../support/fake-clock.ts';

/** mulberry32: a seeded generator for tests. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const NOTHING: Sight = {
  isRunning: false,
  hasSeat: false,
  isDenied: false,
  isQueued: false,
  isOffered: false,
};

describe('the office of the demo', () => {
  it('has forty colleagues with names of their own, on twelve products, and too few seats', () => {
    const colleagues = simulatedColleagues();

    expect(colleagues).toHaveLength(40);
    expect(new Set(colleagues.map(({ name }) => name)).size).toBe(40);
    expect(new Set(colleagues.map(({ workstationName }) => workstationName)).size).toBe(40);
    expect(new Set(colleagues.map(({ productId }) => productId)).size).toBe(12);
    expect(SIMULATED_POOLS.some(({ seats, users }) => users >= seats + 2)).toBe(true);
  });

  it('uses products of the shipped catalog, whose own rules recognize the simulated programs', async () => {
    const folder = fileURLToPath(new URL('../../../resources/catalog', import.meta.url));
    const { products } = await loadShippedCatalog(folder);

    for (const { productId } of SIMULATED_POOLS) {
      const product = products.find((candidate) => candidate.productId === productId);
      const program = product ? programOf(product) : null;
      expect(program, productId).not.toBeNull();
      if (!program) continue;
      const matcher = compileCatalog(products, program.platform);
      const process = { pid: 9, ppid: 1, startKey: '1', ...program.program };
      expect(matcher.candidate(process), productId).toBe(true);
      expect(matcher.match(process), productId).toMatchObject({ productId, role: 'main' });
    }
  });
});

describe('a simulated colleague', () => {
  it('starts within 20 s and spends the same day again with the same seed', () => {
    const day = (seed: number) => {
      const random = seeded(seed);
      const temper = drawTemper(random);
      let plan = firstPlan(random);
      expect(plan.againInMs).toBeLessThanOrEqual(20_000);
      const acts: Act[] = [];
      for (let look = 0; look < 200; look++) {
        plan = nextPlan(plan.mood, { ...NOTHING, isRunning: plan.mood === 'working' }, temper, random);
        acts.push(plan.act);
      }
      return acts;
    };

    expect(day(7)).toEqual(day(7));
    expect(day(7)).not.toEqual(day(8));
    expect(new Set([7, 8, 9, 10].flatMap(day))).toEqual(
      new Set(['start', 'type', 'close', 'lock', 'unlock', 'queue', 'nothing']),
    );
  });

  it('queues after a denial and stops queueing when the seat is there', () => {
    const random = seeded(1);
    const temper = drawTemper(random);
    const act = (mood: Mood, over: Partial<Sight>) => nextPlan(mood, { ...NOTHING, ...over }, temper, random);

    expect(act('working', { isRunning: true, isDenied: true }).mood).toBe('denied');
    expect(act('denied', { isRunning: true, isDenied: true })).toMatchObject({ act: 'queue' });
    expect(act('denied', { isRunning: true, hasSeat: true })).toMatchObject({ mood: 'working', act: 'type' });
  });

  it('comes back for an offer sooner or later, and goes home without one', () => {
    const random = seeded(3);
    const temper = drawTemper(random);
    const looks = Array.from({ length: 50 }, () =>
      nextPlan('waiting', { ...NOTHING, isQueued: true, isOffered: true }, temper, random),
    );

    expect(looks.some(({ act }) => act === 'start')).toBe(true);
    expect(looks.some(({ act }) => act === 'nothing')).toBe(true);
    expect(nextPlan('waiting', NOTHING, temper, random)).toMatchObject({ mood: 'away' });
  });
});

describe('the simulated operating system', () => {
  const own = {
    bootId: 'boot',
    account: '5001',
    accountName: 'Ana Ruiz',
    hostName: 'sim-01',
    osSession: 'default',
    platform: 'linux',
  } as const;
  const program = { name: 'freecad', exePath: '/usr/bin/freecad', args: ['freecad'] };

  it('shows processes by difference, as a real scanner does', async () => {
    const os = createSimulatedOs(own, new FakeClock());
    const pid = os.start(program);

    const first = await os.ports.processes.scan();
    const second = await os.ports.processes.scan();
    os.end(pid);
    const third = await os.ports.processes.scan();

    expect(first.appeared).toMatchObject([{ pid, exePath: '/usr/bin/freecad', account: '5001' }]);
    expect([second.appeared, second.vanished]).toEqual([[], []]);
    expect(third.vanished).toMatchObject([{ pid }]);
  });

  it('never shows what came and went between two scans', async () => {
    const os = createSimulatedOs(own, new FakeClock());

    os.end(os.start(program));

    expect(await os.ports.processes.scan()).toMatchObject({ appeared: [], vanished: [] });
  });

  it('counts CPU by load and time, and idle since the last touch', async () => {
    const clock = new FakeClock();
    const os = createSimulatedOs(own, clock);
    const pid = os.start(program);
    const [info] = (await os.ports.processes.scan()).appeared;

    os.setLoad(pid, 50);
    clock.advance(10_000);

    expect(os.ports.processes.counters(pid, info?.startKey ?? '')).toMatchObject({ cpuMs: 5_000 });
    expect(await os.ports.idle.read()).toEqual({ known: true, idleMs: 10_000 });
    os.touch();
    expect(await os.ports.idle.read()).toEqual({ known: true, idleMs: 0 });
  });

  it('announces a locked screen once', () => {
    const os = createSimulatedOs(own, new FakeClock());
    const events: string[] = [];
    os.ports.power.listen((event) => events.push(event));

    os.setLocked(true);
    os.setLocked(true);
    os.setLocked(false);

    expect(events).toEqual(['lock', 'unlock']);
  });
});
