/** A folder that looks like /proc, for what no test can do to the real one. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SyntheticProcess {
  readonly pid: number;
  readonly ppid?: number;
  readonly comm?: string | Buffer;
  readonly startTicks?: number;
  readonly exe?: string;
  readonly args?: readonly string[];
  readonly userTicks?: number;
  readonly reapedTicks?: number;
  readonly flags?: number;
  readonly startCode?: number;
  readonly cgroup?: string;
  readonly environ?: readonly string[];
}

export interface SyntheticProc {
  readonly root: string;
  put(process: SyntheticProcess): void;
  /** With the stat file only: for thousands of them. */
  putBare(process: SyntheticProcess): void;
  remove(pid: number): void;
  setUptime(seconds: number): void;
  destroy(): void;
}

export function syntheticProc(): SyntheticProc {
  // In memory where there is such a folder: thousands of files take minutes on a busy disk.
  const root = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'usher-proc-'));
  const setUptime = (seconds: number) => writeFileSync(join(root, 'uptime'), `${seconds.toFixed(2)} 1.00\n`);
  setUptime(1_000);
  mkdirSync(join(root, 'sys/kernel/random'), { recursive: true });
  writeFileSync(join(root, 'sys/kernel/random/boot_id'), '11111111-2222-3333-4444-555555555555\n');
  return {
    root,
    setUptime,
    putBare(process) {
      const dir = join(root, String(process.pid));
      mkdirSync(dir);
      writeFileSync(join(dir, 'stat'), statLine(process));
    },
    put(process) {
      const dir = join(root, String(process.pid));
      rmSync(dir, { recursive: true, force: true });
      mkdirSync(dir);
      writeFileSync(join(dir, 'stat'), statLine(process));
      writeFileSync(join(dir, 'cmdline'), (process.args ?? []).map((argument) => `${argument}\0`).join(''));
      writeFileSync(join(dir, 'cgroup'), process.cgroup ?? '0::/\n');
      writeFileSync(join(dir, 'sessionid'), '4294967295');
      writeFileSync(join(dir, 'io'), 'rchar: 1\nwchar: 2\nread_bytes: 4096\nwrite_bytes: 8192\n');
      writeFileSync(join(dir, 'environ'), (process.environ ?? []).map((entry) => `${entry}\0`).join(''));
      if (process.exe !== undefined) symlinkSync(process.exe, join(dir, 'exe'));
    },
    remove: (pid) => rmSync(join(root, String(pid)), { recursive: true, force: true }),
    destroy: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** proc(5), /proc/PID/stat, with the fields that nobody reads set to 0. */
export function statLine(process: SyntheticProcess): Buffer {
  const { pid, ppid = 1, comm = `app${pid}`, startTicks = 90_000, userTicks = 0, reapedTicks = 0 } = process;
  const head = Buffer.concat([Buffer.from(`${pid} (`), Buffer.from(comm), Buffer.from(') ')]);
  const fields = [
    ...['S', ppid, pid, pid, 0, -1, process.flags ?? 4194560, 0, 0, 0, 0, userTicks, 0, reapedTicks, 0],
    ...[20, 0, 1, 0, startTicks, 1000, 100, '18446744073709551615', process.startCode ?? 4096, 8192, 0],
  ];
  return Buffer.concat([head, Buffer.from(`${fields.join(' ')}\n`)]);
}
