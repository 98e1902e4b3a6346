/** The sensors put together: processes, activity, idle, lock and sleep of one login session, as one stream of observations. */
import { type Cancel, type Clock, SECOND } from '../../../shared/time.ts';
import { ActivityWatcher } from './activity-watcher.ts';
import { ACTIVITY_DEFAULTS, type ActivitySettings } from './app-activity.ts';
import type { ProductRules } from './classify.ts';
import { IdleWatcher } from './idle-watcher.ts';
import type { Observation } from './observations.ts';
import type { OsPorts } from './os/ports.ts';
import { ProcessWatcher } from './process-watcher.ts';

export interface SensorSettings {
  readonly scanEveryMs: number;
  readonly activity: ActivitySettings;
}

export const SENSOR_DEFAULTS: SensorSettings = { scanEveryMs: 1 * SECOND, activity: ACTIVITY_DEFAULTS };
/** Windows counts pipes and sockets as transfers too. */
const WINDOWS_DISK_FLOOR_BYTES_PER_SECOND = 256 * 1024;

export interface SensorOptions {
  readonly ports: OsPorts;
  readonly clock: Clock;
  readonly rules: ProductRules;
  /** Left out: SENSOR_DEFAULTS, with the floors of this system. */
  readonly settings?: SensorSettings;
  readonly onObservation: (observation: Observation) => void;
  /** A scan that failed although every fallback was tried. Told once until one works again. */
  readonly onFailure: (error: unknown) => void;
}

export interface Sensors {
  /** The catalog changed: all processes are matched anew. */
  setRules(rules: ProductRules): void;
  /** Ends every timer. The ports stay open: whoever opened them closes them. */
  stop(): void;
}

/** Health changes are looked for this often. */
const HEALTH_EVERY_MS = 2 * SECOND;

export function startSensors(options: SensorOptions): Sensors {
  const { ports, clock } = options;
  const settings = options.settings ?? defaultsFor(ports);
  const observe = (observation: Observation): void => {
    options.onObservation(observation);
    if (observation.kind === 'instance-appeared') activity.begin(observation.instance.instanceKey);
    if (observation.kind === 'machine-resumed') activity.resume();
  };
  const processes = new ProcessWatcher({
    ...options,
    scanEveryMs: settings.scanEveryMs,
    onObservation: observe,
  });
  const activity: ActivityWatcher = new ActivityWatcher({
    tracked: processes,
    scanner: ports.processes,
    clock,
    settings: settings.activity,
    sessionIdle: () => idle.session(),
    onObservation: options.onObservation,
  });
  const idle: IdleWatcher = new IdleWatcher({
    ports,
    clock,
    onObservation: observe,
    onRead: () => activity.idleWasRead(),
  });
  const stopHealth = watchHealth(options);
  return {
    setRules: (rules) => processes.setRules(rules),
    stop() {
      stopHealth();
      idle.stop();
      activity.stop();
      processes.stop();
    },
  };
}

function defaultsFor(ports: OsPorts): SensorSettings {
  if (ports.own.platform !== 'win32') return SENSOR_DEFAULTS;
  const activity = { ...ACTIVITY_DEFAULTS, diskFloorBytesPerSecond: WINDOWS_DISK_FLOOR_BYTES_PER_SECOND };
  return { ...SENSOR_DEFAULTS, activity };
}

/** Reports which readers run, first and after every change. */
function watchHealth({ ports, clock, onObservation }: SensorOptions): Cancel {
  let reported = '';
  let cancel: Cancel = () => {};
  const look = (): void => {
    const health = {
      processes: ports.processes.health(),
      idle: ports.idle.health(),
      power: ports.power.health(),
    };
    const text = JSON.stringify(health);
    if (text !== reported) onObservation({ kind: 'sensor-health', atMs: clock.wallMs(), ...health });
    reported = text;
    cancel = clock.setTimer(look, HEALTH_EVERY_MS);
  };
  // The readers have had their first turn by then.
  cancel = clock.setTimer(look, HEALTH_EVERY_MS / 8);
  return () => cancel();
}
