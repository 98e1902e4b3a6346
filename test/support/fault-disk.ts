/**
 * A disk that fails when told and remembers what was done to it, for a process of a test: fault-disk.c, built once into
 * the temporary folder and preloaded. Linux with a C compiler only; `missingForFaults` says what is not there.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE = fileURLToPath(new URL('./fault-disk.c', import.meta.url));

/** null: everything is there. A machine that promises to have everything (CI) fails instead of skipping. */
export function missingForFaults(): string | null {
  const missing =
    process.platform !== 'linux'
      ? 'faults of a disk are injected on Linux only'
      : spawnSync('cc', ['--version'], { stdio: 'ignore' }).status === 0
        ? null
        : 'no C compiler: apt-get install gcc libc6-dev';
  if (missing !== null && process.env.CI === 'true') throw new Error(missing);
  return missing;
}

function library(): string {
  const built = join(
    tmpdir(),
    `usher-fault-disk-${createHash('sha256').update(readFileSync(SOURCE)).digest('hex').slice(0, 16)}.so`,
  );
  if (existsSync(built)) return built;
  const draft = `${built}.${process.pid}`;
  const made = spawnSync('cc', ['-shared', '-fPIC', '-O2', '-o', draft, SOURCE, '-ldl'], {
    encoding: 'utf8',
  });
  if (made.status !== 0) throw new Error(`fault-disk.c does not compile: ${made.stderr}`);
  renameSync(draft, built);
  return built;
}

/** Cells of the control file; fault-disk.c has the list. */
const CELLS = {
  writeErrno: 0,
  writeTimes: 1,
  syncErrno: 2,
  syncTimes: 3,
  syncDelayMs: 4,
  readErrno: 5,
  readTimes: 6,
  openErrno: 7,
  openTimes: 8,
  isTorn: 9,
  writes: 12,
  syncs: 13,
  faults: 14,
} as const;
export type Cell = keyof typeof CELLS;
export type Operation = 'write' | 'sync' | 'read' | 'open';

export class FaultControl {
  readonly path: string;
  readonly #descriptor: number;

  constructor(path: string) {
    if (!existsSync(path)) writeFileSync(path, Buffer.alloc(64));
    this.path = path;
    this.#descriptor = openSync(path, 'r+');
  }

  /** @param times how often; -1: until `heal` */
  fail(operation: Operation, code: 'EIO' | 'ENOSPC' | 'EROFS', times = -1): void {
    this.#set(`${operation}Times`, 0);
    this.#set(`${operation}Errno`, constants.errno[code === 'EROFS' ? 'EROFS' : code]);
    this.#set(`${operation}Times`, times);
  }

  /** A write that fails leaves half of its bytes behind. */
  tear(isTorn: boolean): void {
    this.#set('isTorn', isTorn ? 1 : 0);
  }

  slowSyncs(delayMs: number): void {
    this.#set('syncDelayMs', delayMs);
  }

  heal(): void {
    for (const operation of ['write', 'sync', 'read', 'open'] as const) this.#set(`${operation}Times`, 0);
    this.#set('syncDelayMs', 0);
    this.#set('isTorn', 0);
  }

  get(cell: Cell): number {
    const bytes = Buffer.alloc(4);
    readSync(this.#descriptor, bytes, 0, 4, CELLS[cell] * 4);
    return bytes.readInt32LE();
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #set(cell: Cell, value: number): void {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(value);
    writeSync(this.#descriptor, bytes, 0, 4, CELLS[cell] * 4);
  }
}

export interface FaultyDisk {
  /** Only files below it are concerned. */
  readonly dir: string;
  readonly controlPath?: string;
  readonly recordPath?: string;
}

/** What the environment of the process needs. */
export function faultEnvironment({ dir, controlPath, recordPath }: FaultyDisk): Record<string, string> {
  return {
    LD_PRELOAD: library(),
    FAULT_DIR: dir,
    ...(controlPath === undefined ? {} : { FAULT_CONTROL: controlPath }),
    ...(recordPath === undefined ? {} : { FAULT_RECORD: recordPath }),
  };
}
