/** What lies around a database: modes of files, room on the disk, the clock. Adds findings, changes nothing. */
import { existsSync, readdirSync, statfsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LedgerFacts } from './examine-ledger.ts';
import type { Findings } from './findings.ts';

const MIB = 1_048_576;
/** A snapshot, a checkpoint and a backup need about the database's size once more. */
const LEAST_FREE_BYTES = 512 * MIB;
/** The log is written back long before this; when it is not, a reader holds it for hours. */
const LARGE_WAL_BYTES = 1_024 * MIB;
/** A server's clock that is off by more shows wrong times to everybody. */
const CLOCK_TOLERANCE_MS = 60_000;
/** Earlier than any release of this program: the clock was never set. */
const EARLIEST_MS = Date.UTC(2026, 0, 1);

/** @param file the database */
export function examineFiles(file: string, findings: Findings): void {
  const isUnix = process.getuid !== undefined;
  const folder = dirname(file);
  const names = readdirSync(folder).filter((name) => !name.startsWith('before-restore'));
  for (const path of isUnix ? [folder, ...names.map((name) => join(folder, name))] : []) {
    const { mode } = statSync(path);
    if ((mode & 0o077) !== 0 && (path === folder || isSecret(path)))
      findings.warning(
        'file',
        `${path} can be read by other accounts of this machine (mode ${(mode & 0o777).toString(8)}).`,
        `chmod ${path === folder ? '700' : '600'} ${path}`,
      );
  }
  if (existsSync(`${file}.restoring`))
    findings.damage('file', 'A restore was cut short.', 'Run `usher restore FILE` again.');
  const walBytes = existsSync(`${file}-wal`) ? statSync(`${file}-wal`).size : 0;
  if (walBytes > LARGE_WAL_BYTES)
    findings.warning(
      'disk',
      `The log beside the database has grown to ${Math.round(walBytes / MIB)} MiB.`,
      'A program that reads the database holds it: end old backups and doctors, else start the server again.',
    );
}

function isSecret(path: string): boolean {
  return /usher\.db(-wal|-shm)?$|admin-token|\.json$/.test(path) && !path.endsWith('.lock');
}

export function examineDisk(file: string, findings: Findings): void {
  const { bavail, bsize } = statfsSync(dirname(file));
  const freeBytes = bavail * bsize;
  const wantedBytes = Math.max(LEAST_FREE_BYTES, 2 * statSync(file).size);
  const text = `${Math.round(freeBytes / MIB)} MiB are free where the data lie.`;
  if (freeBytes >= wantedBytes) {
    findings.note('disk', text);
    return;
  }
  findings.warning(
    'disk',
    `Only ${text}`,
    `Make room: at least ${Math.round(wantedBytes / MIB)} MiB. When the disk is full the server refuses to decide until there is room.`,
  );
}

export function examineClock({ lastAtMs }: LedgerFacts, nowMs: number, findings: Findings): void {
  if (nowMs < EARLIEST_MS)
    findings.warning(
      'clock',
      `This machine's clock says ${dateOf(nowMs)}.`,
      'Set the clock; order does not depend on it.',
    );
  if (lastAtMs === null || lastAtMs <= nowMs + CLOCK_TOLERANCE_MS) return;
  findings.warning(
    'clock',
    `The newest event is of ${dateOf(lastAtMs)}, and this machine's clock says ${dateOf(nowMs)}.`,
    'Check the clock. Order and seats do not depend on it; times that people see do.',
  );
}

export function dateOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
