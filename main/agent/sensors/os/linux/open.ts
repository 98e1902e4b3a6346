/** The ports of Linux, put together. */
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { type ScannerChoice, withFallback } from '../fallback/scanner-choice.ts';
import type { OpenOsOptions } from '../open-options.ts';
import type { OsPorts, OwnSession, ProcessScanner } from '../ports.ts';
import { LinuxIdle } from './idle-choice.ts';
import { injectSession } from './injected-session.ts';
import { LogindPower } from './logind-power.ts';
import { openProcReader, type ProcReader } from './proc-reader.ts';
import { ProcScanner, readOsSession } from './proc-scanner.ts';

const SYSTEM_BUS = 'unix:path=/run/dbus/system_bus_socket;unix:path=/var/run/dbus/system_bus_socket';

export async function openLinux(options: OpenOsOptions): Promise<OsPorts> {
  const { clock, environment, injectedSession } = options;
  const reader = openProcReader(options.procRoot ?? '/proc');
  const ownSession = readOwnSession(reader, environment);
  const choices: ScannerChoice[] = [
    { source: '/proc', open: async () => new ProcScanner(reader, clock) },
    {
      source: 'ps-list',
      open: async () => (await import('../fallback/ps-list-scanner.ts')).openPsList(clock),
    },
    { source: 'ps', open: async () => (await import('../fallback/ps-scanner.ts')).openPs(clock) },
  ];
  const scanner: ProcessScanner = withFallback(choices, clock);
  const idle = new LinuxIdle(
    {
      display: environment.DISPLAY || undefined,
      authorityPath: environment.XAUTHORITY || homeFile(environment, '.Xauthority'),
      isWayland: isWayland(environment),
      sessionBusAddress: sessionBusAddress(environment),
    },
    clock,
  );
  const power = new LogindPower(
    environment.DBUS_SYSTEM_BUS_ADDRESS || SYSTEM_BUS,
    ownSession.osSession,
    clock,
  );
  await power.ready;
  const ports: OsPorts = {
    own: ownSession,
    processes: scanner,
    idle,
    power,
    close() {
      scanner.close();
      idle.close();
      power.close();
    },
  };
  return injectedSession ? injectSession(ports, injectedSession, reader) : ports;
}

function readOwnSession(reader: ProcReader, environment: OpenOsOptions['environment']): OwnSession {
  const bootId = reader.read('sys/kernel/random/boot_id');
  const uid = process.getuid?.() ?? -1;
  return {
    bootId: typeof bootId === 'string' ? 'unknown-boot' : bootId.toString('latin1').trim(),
    account: String(uid),
    accountName: accountName(uid),
    hostName: hostname(),
    osSession: readOsSession(reader, 'self') ?? (environment.XDG_SESSION_ID || 'default'),
    platform: 'linux',
  };
}

/** An account that only a container knows has no name. */
function accountName(uid: number): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${uid}`;
  }
}

function isWayland(environment: OpenOsOptions['environment']): boolean {
  const type = environment.XDG_SESSION_TYPE;
  return type === 'wayland' || (type !== 'x11' && Boolean(environment.WAYLAND_DISPLAY));
}

function sessionBusAddress(environment: OpenOsOptions['environment']): string | undefined {
  const runtimeDir = environment.XDG_RUNTIME_DIR;
  return (
    environment.DBUS_SESSION_BUS_ADDRESS || (runtimeDir ? `unix:path=${join(runtimeDir, 'bus')}` : undefined)
  );
}

function homeFile(environment: OpenOsOptions['environment'], name: string): string | undefined {
  return environment.HOME ? join(environment.HOME, name) : undefined;
}
