/** A fake workstation under real sensors: a test says what runs and how long nobody typed, and reads what they saw. */
import type { ProductRules } from '../../main/agent/sensors/classify.ts';
import type { Observation } from '../../main/agent/sensors/observations.ts';
import type {
  IdleReading,
  OsPorts,
  ProcessCounters,
  ProcessInfo,
  ProcessScanner,
} from '../../main/agent/sensors/os/ports.ts';
import { SENSOR_DEFAULTS, type Sensors, startSensors } from '../../main/agent/sensors/sensors.ts';
import { FakeClock } from './fake-clock.ts';

/** Rules that know a product by the name of its process. */
export const rulesFor = (productOf: Record<string, string> = { app: 'cad' }): ProductRules => ({
  matcher: {
    candidate: ({ name }) => name in productOf,
    match: ({ name }) => {
      const productId = productOf[name];
      return productId === undefined ? undefined : { productId, role: 'main', certainty: 'exe' };
    },
  },
  sessionPer: () => 'instance',
});

export class Machine {
  readonly clock = new FakeClock();
  readonly running = new Map<number, ProcessInfo>();
  readonly counters = new Map<number, ProcessCounters>();
  idle: IdleReading = { known: true, idleMs: 0 };
  scanFails = false;
  /** Process numbers whose path and arguments somebody asked for. */
  readonly detailsAsked: number[] = [];
  readonly seen: Observation[] = [];
  readonly failures: unknown[] = [];
  sensors: Sensors | undefined;
  #reported = new Map<number, string>();

  readonly #processes: ProcessScanner = {
    scan: async () => {
      if (this.scanFails) throw new Error('nothing works');
      const key = ({ startKey, name }: ProcessInfo) => `${startKey} ${name}`;
      const running = [...this.running.values()];
      const appeared = running.filter((process) => this.#reported.get(process.pid) !== key(process));
      const vanished = [...this.#reported]
        .filter(([pid, text]) => this.running.get(pid)?.startKey !== text.split(' ')[0])
        .map(([pid, text]) => ({ pid, startKey: text.split(' ')[0] ?? '' }));
      this.#reported = new Map(running.map((process) => [process.pid, key(process)]));
      return { atMonotonicMs: this.clock.monotonicMs(), appeared, vanished, totalProcesses: running.length };
    },
    details: (pid, startKey) => {
      this.detailsAsked.push(pid);
      const process = this.running.get(pid);
      return process?.startKey === startKey
        ? { exePath: '/opt/app', args: ['app', 'secret'], ...process }
        : undefined;
    },
    counters: (pid, startKey) =>
      this.running.get(pid)?.startKey === startKey ? (this.counters.get(pid) ?? { cpuMs: 0 }) : undefined,
    health: () =>
      this.scanFails
        ? { source: 'fake', state: 'failed', detail: 'broken' }
        : { source: 'fake', state: 'working' },
    close() {},
  };

  readonly ports: OsPorts = {
    own: {
      bootId: 'boot',
      account: '1000',
      accountName: 'ann',
      hostName: 'host',
      osSession: '3',
      platform: 'linux',
    },
    processes: this.#processes,
    idle: {
      read: async () => this.idle,
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

  /** A process starts now, of our account unless told otherwise. */
  put(pid: number, more: Partial<ProcessInfo> = {}): void {
    this.running.set(pid, {
      pid,
      ppid: 1,
      startKey: String(pid),
      startedAtMs: this.clock.wallMs(),
      name: 'app',
      account: '1000',
      ...more,
    });
  }

  async start(): Promise<void> {
    this.sensors = startSensors({
      ports: this.ports,
      clock: this.clock,
      rules: rulesFor(),
      settings: SENSOR_DEFAULTS,
      onObservation: (observation) => this.seen.push(observation),
      onFailure: (error) => this.failures.push(error),
    });
    await this.clock.advanceAsync(0);
  }

  /** @returns the timers that the sensors left behind; it should be none */
  async stop(): Promise<number> {
    this.sensors?.stop();
    await this.clock.advanceAsync(10_000);
    return this.clock.pendingTimers;
  }

  /** The next scan reports everything anew. */
  forgetReported(): void {
    this.#reported.clear();
  }

  ofKind<K extends Observation['kind']>(kind: K): Extract<Observation, { kind: K }>[] {
    return this.seen.filter(
      (observation): observation is Extract<Observation, { kind: K }> => observation.kind === kind,
    );
  }

  /** What happened to instances, in order, without what they did. */
  instances(): string[] {
    return this.seen
      .filter(({ kind }) => kind.startsWith('instance-') && kind !== 'instance-activity')
      .map(({ kind }) => kind);
  }
}
