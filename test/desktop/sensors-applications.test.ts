/** Real applications on a real display, found by the product rules: from process to observation. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../main/agent/clock.ts';
import { ACTIVITY_DEFAULTS } from '../../main/agent/sensors/app-activity.ts';
import type { Observation } from '../../main/agent/sensors/observations.ts';
import { openOs } from '../../main/agent/sensors/os/index.ts';
import type { OsPorts } from '../../main/agent/sensors/os/ports.ts';
import { probeOnce } from '../../main/agent/sensors/probe.ts';
import { compileCatalog } from '../../main/agent/sensors/process-match.ts';
import { type Sensors, startSensors } from '../../main/agent/sensors/sensors.ts';
import { productSchema } from '../../shared/catalog.ts';
import { run, Stage, until } from './sensors-support.ts';

const gedit = productSchema.parse({
  productId: 'gedit',
  name: 'gedit',
  vendor: 'GNOME',
  category: 'other',
  licensed: false,
  linux: { main: [{ exe: ['gedit'] }] },
});
const rules = { matcher: compileCatalog([gedit], 'linux'), sessionPer: () => gedit.sessionPer };

/** Only applications of this very test are the tester's, whatever else runs on this machine. */
const MARK = 'USHER_TEST_ACCOUNT';

let stage: Stage;
let ports: OsPorts;
let sensors: Sensors | undefined;
let seen: Observation[];
let environment: Record<string, string>;
let options: Parameters<typeof openOs>[0];

beforeEach(async () => {
  stage = new Stage();
  const dir = stage.folder();
  const [{ display }, { address }] = [await stage.display(), await stage.bus()];
  environment = {
    DISPLAY: display,
    DBUS_SESSION_BUS_ADDRESS: address,
    HOME: dir,
    XDG_CONFIG_HOME: dir,
    XDG_CACHE_HOME: dir,
    XDG_DATA_HOME: dir,
    GSETTINGS_BACKEND: 'memory',
    NO_AT_BRIDGE: '1',
    LC_ALL: 'C.UTF-8',
    [MARK]: dir,
  };
  stage.start('openbox', [], environment);
  options = {
    clock: systemClock,
    environment: { ...environment, XAUTHORITY: '' },
    injectedSession: { account: dir, accountName: 'tester', osSession: 'test', accountVariable: MARK },
  };
  ports = await openOs(options);
  seen = [];
});
afterEach(async () => {
  sensors?.stop();
  sensors = undefined;
  ports.close();
  await stage.end();
});

const ofKind = <K extends Observation['kind']>(kind: K) =>
  seen.filter((observation): observation is Extract<Observation, { kind: K }> => observation.kind === kind);
const start = () =>
  startSensors({
    ports,
    clock: systemClock,
    rules,
    settings: { scanEveryMs: 1_000, activity: { ...ACTIVITY_DEFAULTS, samplePeriodMs: 1_000 } },
    onObservation: (observation) => seen.push(observation),
    onFailure: (error) => {
      throw error;
    },
  });

async function startGedit(file?: string) {
  const application = stage.start('gedit', file === undefined ? [] : [file], environment);
  await until(async () => {
    const found = await run('xdotool', ['search', '--class', 'gedit'], environment).then(
      () => true,
      () => undefined,
    );
    return found;
  }, 'the window of gedit');
  return application;
}

it('[H11] an application that runs already, one that starts, its input and its end are seen', async () => {
  const running = await startGedit();
  sensors = start();
  const first = await until(() => ofKind('instance-appeared')[0], 'gedit');
  expect(first.instance).toMatchObject({
    productId: 'gedit',
    rootPid: running.pid,
    exePath: '/usr/bin/gedit',
  });
  expect(Math.abs(first.instance.startedAtMs - first.atMs)).toBeLessThan(60_000);
  await until(() => ofKind('first-scan-done')[0], 'the end of the first scan');

  await until(() => (ofKind('instance-activity').length > 2 ? true : undefined), 'evidence');
  const before = ofKind('instance-activity').at(-1)?.evidence;
  await run('xdotool', ['key', 'a'], environment);
  const after = await until(() => {
    const evidence = ofKind('instance-activity').at(-1)?.evidence;
    return evidence && evidence.lastActiveAtMs > (before?.lastActiveAtMs ?? 0) + 500 ? evidence : undefined;
  }, 'evidence of the key');
  expect(after.reasons[0]?.kind).toBe('input');
  expect(after.percentOfCore).toBeLessThan(60);

  await running.kill('SIGTERM');
  const gone = await until(() => ofKind('instance-vanished')[0], 'the end');
  expect(gone.instanceKey).toBe(first.instance.instanceKey);
  expect(ofKind('sensor-health').at(-1)).toMatchObject({
    processes: { source: '/proc' },
    idle: { source: 'x11' },
  });
});

it('[H10] a second start that hands its file to the running application is no session', async () => {
  sensors = start();
  await startGedit();
  await until(() => ofKind('instance-appeared')[0], 'gedit');
  const file = join(stage.folder(), 'note.txt');
  writeFileSync(file, 'text\n');

  const second = stage.start('gedit', [file], environment);
  await until(() => (second.child.exitCode === 0 ? true : undefined), 'the second start hands over and ends');
  const scans = ofKind('instance-activity').length;
  await until(() => (ofKind('instance-activity').length > scans + 1 ? true : undefined), 'two more looks');

  expect(ofKind('instance-appeared')).toHaveLength(1);
  expect(ofKind('instance-vanished')).toEqual([]);
});

it('the probe names the application, without its command line unless asked', async () => {
  const file = join(stage.folder(), 'secret-project.txt');
  writeFileSync(file, '');
  const running = await startGedit(file);

  const plain = await probeOnce(ports, rules);
  expect(plain).toMatchObject({
    platform: 'linux',
    processes: {
      health: { source: '/proc', state: 'working' },
    },
    idle: { health: { source: 'x11' }, reading: { known: true } },
  });
  expect(plain.processes.matched.filter(({ isOurs }) => isOurs)).toMatchObject([
    { productId: 'gedit', role: 'main', pid: running.pid, exePath: '/usr/bin/gedit' },
  ]);
  expect(JSON.stringify(plain)).not.toContain('secret-project');
  ports.close();
  ports = await openOs(options);
  const full = await probeOnce(ports, rules, { withArguments: true });
  expect(full.processes.matched.find(({ isOurs }) => isOurs)?.args).toEqual(['gedit', file]);
});
