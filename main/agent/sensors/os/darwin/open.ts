/** The ports of macOS, put together. Never run on a Mac yet (see native.ts); `ps` takes over where libproc fails. */
import { hostname, userInfo } from 'node:os';
import type { Cancel } from '../../../../../shared/time.ts';
import { type ScannerChoice, withFallback } from '../fallback/scanner-choice.ts';
import type { OpenOsOptions } from '../open-options.ts';
import type { IdleReading, IdleSource, OsPorts, PowerSource } from '../ports.ts';
import { LibprocScanner } from './libproc-scanner.ts';
import type { Native } from './native.ts';

const IDLE_PERIOD_MS = 1_000;

export async function openDarwin({ clock, injectedSession }: OpenOsOptions): Promise<OsPorts> {
  if (injectedSession) throw new Error('an injected session is for tests on Linux');
  const native = await import('./native.ts').then(
    (module) => module.native,
    () => undefined, // health() says that the system libraries cannot be loaded
  );
  const choices: ScannerChoice[] = [
    { source: 'libproc', open: async () => new LibprocScanner(present(native), clock) },
    { source: 'ps', open: async () => (await import('../fallback/ps-scanner.ts')).openPs(clock) },
  ];
  const processes = withFallback(choices, clock);
  return {
    own: {
      bootId: native?.bootSessionId() ?? 'unknown-boot',
      account: String(process.getuid?.() ?? -1),
      accountName: userInfo().username,
      hostName: hostname(),
      osSession: 'default',
      platform: 'darwin',
    },
    processes,
    idle: idleSource(native),
    power: powerSource(native),
    close: () => processes.close(),
  };
}

function present(native: Native | undefined): Native {
  if (!native) throw new Error('the system libraries cannot be loaded');
  return native;
}

function idleSource(native: Native | undefined): IdleSource {
  return {
    async read(): Promise<IdleReading> {
      if (!native) return { known: false, because: 'no-source' };
      return { known: true, idleMs: native.inputAgoSeconds() * 1_000 };
    },
    periodMs: () => IDLE_PERIOD_MS,
    health: () =>
      native
        ? { source: 'CGEventSource', state: 'working' }
        : {
            source: 'none',
            state: 'failed',
            detail: 'The system libraries cannot be loaded; sessions count as active.',
          },
    close() {},
  };
}

/** Lock is not told here yet; sleep is seen afterwards, by the time that the machine was not awake. */
function powerSource(native: Native | undefined): PowerSource {
  const timebase = native?.readTimebase();
  return {
    listen: (): Cancel => () => {},
    isLocked: () => undefined,
    asleepMs: () =>
      native && timebase ? (native.asleepUnits() * timebase.numer) / timebase.denom / 1_000_000 : undefined,
    health: () => ({
      source: 'none',
      state: 'failed',
      detail: 'A locked screen is not recognized on macOS yet.',
    }),
    close() {},
  };
}
