/** Runs inside Windows Node: the scanner contract and one look through every port; the report goes to a file. */
import { spawn } from 'node:child_process';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { systemClock } from '../../main/agent/clock.ts';
import { ACTIVITY_DEFAULTS } from '../../main/agent/sensors/app-activity.ts';
import type { Observation } from '../../main/agent/sensors/observations.ts';
import { openPsList } from '../../main/agent/sensors/os/fallback/ps-list-scanner.ts';
import { openOs } from '../../main/agent/sensors/os/index.ts';
import type { OsPorts } from '../../main/agent/sensors/os/ports.ts';
import { native } from '../../main/agent/sensors/os/win32/native.ts';
import { NtScanner } from '../../main/agent/sensors/os/win32/nt-scanner.ts';
import { compileCatalog } from '../../main/agent/sensors/process-match.ts';
import { startSensors } from '../../main/agent/sensors/sensors.ts';
import { productSchema } from '../../shared/catalog.ts';
import { type ContractLimits, scannerContract } from '../unit/sensors/scanner-contract.ts';

/** What the lane reads. */
export interface WindowsReport {
  readonly own: OsPorts['own'];
  readonly contract: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly self: unknown;
  readonly idle: unknown;
  readonly health: unknown;
  readonly asleepMs: number | undefined;
  readonly observations: readonly Observation[];
  readonly childPid: number;
  readonly handleHeld: { readonly whileTracked: boolean; readonly pidSeenAfterExit: boolean };
}

async function contractOf(
  open: Parameters<ReturnType<typeof scannerContract>[0]['run']>[0],
  limits: ContractLimits,
) {
  const results: Record<string, string> = {};
  for (const { sentence, run } of scannerContract(limits))
    results[sentence] = await run(open).then(
      () => 'holds',
      (error: unknown) => String(error),
    );
  return results;
}

const product = productSchema.parse({
  productId: 'draft',
  name: 'Draft',
  vendor: 'Example',
  category: 'cad',
  licensed: false,
  win32: { main: [{ exe: ['DRAFT 2026.EXE'] }] },
});

async function until(look: () => boolean): Promise<void> {
  const deadlineMs = Date.now() + 20_000;
  while (!look() && Date.now() < deadlineMs) await wait(50);
}

async function watchApplication(ports: OsPorts): Promise<{ observations: Observation[]; childPid: number }> {
  const observations: Observation[] = [];
  const seen = (kind: Observation['kind']) => observations.some((observation) => observation.kind === kind);
  const sensors = startSensors({
    ports,
    clock: systemClock,
    rules: { matcher: compileCatalog([product], 'win32'), sessionPer: () => 'instance' },
    settings: { scanEveryMs: 500, activity: { ...ACTIVITY_DEFAULTS, samplePeriodMs: 500 } },
    onObservation: (observation) => observations.push(observation),
    onFailure: (error) => {
      throw error;
    },
  });
  const application = join(process.cwd(), 'Draft 2026.exe');
  copyFileSync(process.execPath, application);
  const child = spawn(application, ['-e', 'setTimeout(() => {}, 60000)'], { stdio: 'ignore' });
  await until(() => seen('instance-activity') && seen('sensor-health'));
  child.kill();
  await until(() => seen('instance-vanished'));
  sensors.stop();
  return { observations, childPid: child.pid ?? -1 };
}

/** A process that ended stays named by our handle, and must be reported as gone all the same. */
async function holdHandle(): Promise<WindowsReport['handleHeld']> {
  const scanner = new NtScanner(native, systemClock);
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], { stdio: 'ignore' });
  let startKey: string | undefined;
  for (let look = 0; look < 100 && startKey === undefined; look++) {
    startKey = (await scanner.scan()).appeared.find(({ pid }) => pid === child.pid)?.startKey;
    await wait(50);
  }
  const whileTracked = scanner.details(child.pid ?? -1, startKey ?? '')?.exePath !== undefined;
  child.kill();
  let gone = false;
  for (let look = 0; look < 100 && !gone; look++) {
    gone = (await scanner.scan()).vanished.some(({ pid }) => pid === child.pid);
    await wait(50);
  }
  scanner.close();
  return { whileTracked, pidSeenAfterExit: !gone };
}

async function report(): Promise<WindowsReport> {
  const ports = await openOs({ clock: systemClock, environment: process.env });
  const contract = {
    NtQuerySystemInformation: await contractOf(async () => new NtScanner(native, systemClock), {
      startTimes: true,
      counters: true,
      detailsHavePath: true,
    }),
    'ps-list': await contractOf(() => openPsList(systemClock, 200), {
      startTimes: false,
      counters: false,
      detailsHavePath: false,
    }),
  };
  const scan = await ports.processes.scan();
  const self = scan.appeared.find(({ pid }) => pid === process.pid);
  const details = self && ports.processes.details(self.pid, self.startKey);
  const idle = await ports.idle.read();
  const watched = await watchApplication(ports);
  const result: WindowsReport = {
    own: ports.own,
    contract,
    self: details,
    idle,
    health: { processes: ports.processes.health(), idle: ports.idle.health(), power: ports.power.health() },
    asleepMs: ports.power.asleepMs(),
    ...watched,
    handleHeld: await holdHandle(),
  };
  ports.close();
  return result;
}

const outputPath = process.argv[2] ?? 'report.json';
report().then(
  (result) => {
    writeFileSync(outputPath, JSON.stringify(result));
    process.exit(0);
  },
  (error: unknown) => {
    writeFileSync(
      outputPath,
      JSON.stringify({ error: String(error), stack: error instanceof Error ? error.stack : '' }),
    );
    process.exit(1);
  },
);
