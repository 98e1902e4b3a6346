/** The sensors as a whole, on a fake system and a fake clock: processes and idle readings in, observations out. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProductRules } from '../../../main/agent/sensors/classify.ts';
import type { Observation } from '../../../main/agent/sensors/observations.ts';
import type {
  IdleReading,
  OsPorts,
  ProcessCounters,
  ProcessInfo,
} from '../../../main/agent/sensors/os/ports.ts';
import { probeOnce } from '../../../main/agent/sensors/probe.ts';
import { SENSOR_DEFAULTS, type Sensors, startSensors } from '../../../main/agent/sensors/sensors.ts';
import { FakeClock } from '../../support/fake-clock.ts';

let clock: FakeClock;
let running: Map<number, ProcessInfo>;
let counters: Map<number, ProcessCounters>;
let reported: Map<number, string>;
let idle: IdleReading;
let scanFails: boolean;
let detailsAsked: number[];
let seen: Observation[];
let failures: unknown[];
let sensors: Sensors | undefined;

beforeEach(() => {
  clock = new FakeClock();
  running = new Map();
  counters = new Map();
  reported = new Map();
  idle = { known: true, idleMs: 0 };
  scanFails = false;
  detailsAsked = [];
  seen = [];
  failures = [];
});
afterEach(async () => {
  sensors?.stop();
  sensors = undefined;
  await clock.advanceAsync(10_000);
  expect(clock.pendingTimers, 'timers left behind').toBe(0);
});

function put(pid: number, more: Partial<ProcessInfo> = {}): void {
  running.set(pid, {
    pid,
    ppid: 1,
    startKey: String(pid),
    startedAtMs: clock.wallMs(),
    name: 'app',
    account: '1000',
    ...more,
  });
}

const ports: OsPorts = {
  own: {
    bootId: 'boot',
    account: '1000',
    accountName: 'ann',
    hostName: 'host',
    osSession: '3',
    platform: 'linux',
  },
  processes: {
    async scan() {
      if (scanFails) throw new Error('nothing works');
      const key = ({ startKey, name }: ProcessInfo) => `${startKey} ${name}`;
      const appeared = [...running.values()].filter((process) => reported.get(process.pid) !== key(process));
      const vanished = [...reported]
        .filter(([pid, text]) => running.get(pid)?.startKey !== text.split(' ')[0])
        .map(([pid, text]) => ({ pid, startKey: text.split(' ')[0] ?? '' }));
      reported = new Map([...running.values()].map((process) => [process.pid, key(process)]));
      return { atMonotonicMs: clock.monotonicMs(), appeared, vanished, totalProcesses: running.size };
    },
    details(pid, startKey) {
      detailsAsked.push(pid);
      const process = running.get(pid);
      return process?.startKey === startKey
        ? { exePath: '/opt/app', args: ['app', 'secret'], ...process }
        : undefined;
    },
    counters: (pid, startKey) =>
      running.get(pid)?.startKey === startKey ? (counters.get(pid) ?? { cpuMs: 0 }) : undefined,
    health: () =>
      scanFails
        ? { source: 'fake', state: 'failed', detail: 'broken' }
        : { source: 'fake', state: 'working' },
    close() {},
  },
  idle: {
    read: async () => idle,
    periodMs: () => 1_000,
    health: () => ({ source: 'x11', state: 'working' }),
    close() {},
  },
  power: {
    listen: () => () => {},
    isLocked: () => undefined,
    asleepMs: () => undefined,
    health: () => ({ source: 'none', state: 'failed', detail: 'none' }),
    close() {},
  },
  close() {},
};

const rules = (productOf: Record<string, string> = { app: 'cad' }): ProductRules => ({
  matcher: {
    candidate: ({ name }) => name in productOf,
    match: ({ name }) => {
      const productId = productOf[name];
      return productId === undefined ? undefined : { productId, role: 'main', certainty: 'exe' };
    },
  },
  sessionPer: () => 'instance',
});

async function start(): Promise<void> {
  sensors = startSensors({
    ports,
    clock,
    rules: rules(),
    settings: SENSOR_DEFAULTS,
    onObservation: (observation) => seen.push(observation),
    onFailure: (error) => failures.push(error),
  });
  await clock.advanceAsync(0);
}

const ofKind = <K extends Observation['kind']>(kind: K) =>
  seen.filter((observation): observation is Extract<Observation, { kind: K }> => observation.kind === kind);
const instances = () =>
  seen
    .filter(({ kind }) => kind.startsWith('instance-') && kind !== 'instance-activity')
    .map(({ kind }) => kind);

describe('the stream of observations', () => {
  it('[H11] begins with what runs already, then says that the first scan is done', async () => {
    put(10, { startedAtMs: clock.wallMs() - 3_600_000 });
    await start();

    expect(seen[0]).toEqual({
      kind: 'instance-appeared',
      atMs: clock.wallMs(),
      instance: {
        instanceKey: 'cad|boot|10|10',
        productId: 'cad',
        bootId: 'boot',
        rootPid: 10,
        startKey: '10',
        startedAtMs: clock.wallMs() - 3_600_000,
        processCount: 1,
        ancestorPids: [],
        exePath: '/opt/app',
      },
    });
    expect(seen.map(({ kind }) => kind)).toEqual([
      'instance-appeared',
      'instance-activity',
      'first-scan-done',
    ]);
  });

  it('shows start and end within a second, and a child as a change', async () => {
    await start();
    put(10);
    await clock.advanceAsync(1_000);
    put(11, { ppid: 10, name: 'child' });
    await clock.advanceAsync(1_000);
    running.clear();
    await clock.advanceAsync(1_000);

    expect(instances()).toEqual(['instance-appeared', 'instance-changed', 'instance-vanished']);
  });

  it('has evidence every 5 s, with the CPU of the tree', async () => {
    put(10);
    await start();
    await clock.advanceAsync(4_000);
    counters.set(10, { cpuMs: 1_000 });
    await clock.advanceAsync(1_000);

    expect(ofKind('instance-activity').at(-1)?.evidence.percentOfCore).toBe(20);
    const count = ofKind('instance-activity').length;
    await clock.advanceAsync(10_000);
    expect(ofKind('instance-activity').length).toBe(count + 2);
  });

  it('[H9] wakes every application when the machine does', async () => {
    put(10);
    idle = { known: true, idleMs: 3_600_000 };
    await start();
    await clock.advanceAsync(600_000);
    clock.sleep(3_600_000);
    await clock.advanceAsync(1_000);

    expect(ofKind('machine-suspended')).toHaveLength(1);
    expect(ofKind('instance-activity').at(-1)?.evidence).toMatchObject({
      lastActiveAtMs: clock.wallMs(),
      reasons: [{ kind: 'resumed' }],
    });
  });

  it('tells input after a silence at once, not at the next sample', async () => {
    put(10);
    idle = { known: true, idleMs: 3_600_000 };
    await start();
    await clock.advanceAsync(60_000);
    await clock.advanceAsync(1_000); // just after a sample
    const count = ofKind('instance-activity').length;
    idle = { known: true, idleMs: 0 };

    await clock.advanceAsync(1_000);

    expect(ofKind('instance-activity').length).toBe(count + 1);
    expect(ofKind('instance-activity').at(-1)?.evidence.lastActiveAtMs).toBeGreaterThan(
      clock.wallMs() - 1_000,
    );
  });

  it('says which readers run, first and after a change only', async () => {
    await start();
    await clock.advanceAsync(60_000);
    expect(ofKind('sensor-health')).toHaveLength(1);
    scanFails = true;

    await clock.advanceAsync(60_000);

    expect(ofKind('sensor-health').map(({ processes }) => processes.state)).toEqual(['working', 'failed']);
    expect(failures).toHaveLength(1);
  });

  it('goes on after scans that failed', async () => {
    scanFails = true;
    await start();
    await clock.advanceAsync(5_000);
    expect(ofKind('first-scan-done')).toEqual([]);
    scanFails = false;
    put(10);

    await clock.advanceAsync(1_000);

    expect(instances()).toEqual(['instance-appeared']);
    expect(ofKind('first-scan-done')).toHaveLength(1);
  });
});

describe('whose processes', () => {
  it("another account's and another login session's are never ours", async () => {
    put(10, { account: '1001' });
    put(11, { osSession: '4' });
    put(12, { osSession: '3' });
    await start();

    expect(ofKind('instance-appeared').map(({ instance }) => instance.rootPid)).toEqual([12]);
    expect(detailsAsked).not.toContain(10);
  });

  it('one whose account cannot be told is not ours', async () => {
    put(10);
    const { account: _, ...nobodys } = running.get(10) as ProcessInfo;
    running.set(10, nobodys);
    await start();

    expect(instances()).toEqual([]);
  });

  it('one that no rule may match is never looked into', async () => {
    put(10, { name: 'bash' });
    await start();

    expect(detailsAsked).toEqual([]);
  });
});

describe('a new catalog', () => {
  it('makes products of what runs, and ends what is no product any more', async () => {
    put(10);
    put(11, { name: 'other' });
    await start();
    expect(ofKind('instance-appeared').map(({ instance }) => instance.rootPid)).toEqual([10]);

    sensors?.setRules(rules({ other: 'gis' }));
    await clock.advanceAsync(0);

    expect(instances()).toEqual(['instance-appeared', 'instance-vanished', 'instance-appeared']);
    expect(ofKind('instance-appeared').at(-1)?.instance).toMatchObject({ productId: 'gis', rootPid: 11 });
  });

  it('that changes nothing reports nothing', async () => {
    put(10);
    await start();

    sensors?.setRules(rules());
    await clock.advanceAsync(0);

    expect(instances()).toEqual(['instance-appeared']);
  });
});

describe('the probe', () => {
  it('shows matched processes of everybody, without arguments unless asked', async () => {
    put(10);
    put(11, { account: '1001' });

    const probe = await probeOnce(ports, rules());

    expect(probe.processes).toMatchObject({
      total: 2,
      ours: 1,
      matched: [
        { pid: 10, productId: 'cad', isOurs: true },
        { pid: 11, productId: 'cad', isOurs: false },
      ],
    });
    expect(JSON.stringify(probe)).not.toContain('secret');
    reported.clear();
    expect((await probeOnce(ports, rules(), { withArguments: true })).processes.matched[0]?.args).toEqual([
      'app',
      'secret',
    ]);
  });
});
