/** What `usher doctor` does: examines the data of a server, also while it runs, and says what it found and what to do. */
import { join } from 'node:path';
import { failure, type Outcome, success } from '../../shared/outcome.ts';
import { examineArchive } from '../audit/examine-archive.ts';
import { examineLedger, type LedgerFacts } from '../audit/examine-ledger.ts';
import { dateOf, examineClock, examineDisk, examineFiles } from '../audit/examine-place.ts';
import { type Finding, Findings } from '../audit/findings.ts';
import { inspectPostgres } from '../stores/postgres/inspection.ts';
import { type InspectionFailure, inspect } from '../stores/sqlite/inspection.ts';
import { SCHEMA_VERSION } from '../stores/sqlite/schema.ts';
import { isServerRunning } from '../stores/sqlite/server-lock.ts';

export const DATABASE_FILE = 'usher.db';
export const ARCHIVE_FOLDER = 'archive';

export interface DoctorOptions {
  /** `server/` of the data folder. */
  readonly serverDir: string;
  readonly dataDir: string;
  readonly nowMs: number;
}

export interface DoctorReport {
  readonly file: string;
  readonly schemaVersion: number;
  readonly isServerRunning: boolean;
  readonly facts: LedgerFacts;
  readonly findings: readonly Finding[];
  /** false: at least one finding is damage. */
  readonly isSound: boolean;
}

/** Never changes anything. Takes time and memory like a start of the server, plus the history once through. */
export async function examine(options: DoctorOptions): Promise<Outcome<DoctorReport, InspectionFailure>> {
  const file = join(options.serverDir, DATABASE_FILE);
  const inspected = inspect(file);
  if (!inspected.ok) return inspected;
  const inspection = inspected.value;
  const findings = new Findings();
  try {
    if (inspection.schemaVersion < SCHEMA_VERSION)
      findings.note(
        'schema',
        `The schema is ${inspection.schemaVersion}; the next start of this version brings it to ${SCHEMA_VERSION}.`,
      );
    const facts = await examineLedger(inspection, findings);
    examineArchive(join(options.dataDir, ARCHIVE_FOLDER), facts, findings);
    examineFiles(file, findings);
    examineDisk(file, findings);
    examineClock(facts, options.nowMs, findings);
    const all = findings.all();
    return success({
      ...{ file, facts, findings: all, schemaVersion: inspection.schemaVersion },
      isServerRunning: isServerRunning(file),
      isSound: all.every(({ severity }) => severity !== 'damage'),
    });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    return failure(
      'UNREADABLE',
      `${file} cannot be examined to the end (${why}). Keep a copy of the data folder first.`,
    );
  } finally {
    inspection.close();
  }
}

/** The same for a ledger in PostgreSQL; files, disk and clock are its own machine's. */
export async function examineDatabase(
  url: string,
  nowMs: number,
): Promise<Outcome<DoctorReport, InspectionFailure>> {
  const inspected = await inspectPostgres(url);
  if (!inspected.ok) return inspected;
  const inspection = inspected.value;
  const findings = new Findings();
  try {
    const facts = await examineLedger(inspection, findings);
    examineClock(facts, nowMs, findings);
    const all = findings.all();
    return success({
      ...{ file: 'PostgreSQL', facts, findings: all, schemaVersion: inspection.schemaVersion },
      isServerRunning: await inspection.isOwned(),
      isSound: all.every(({ severity }) => severity !== 'damage'),
    });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    return failure('UNREADABLE', `The database cannot be examined to the end (${why}).`);
  } finally {
    await inspection.close();
  }
}

/** What a person reads, line by line. */
export function reportLines({
  file,
  facts,
  findings,
  isSound,
  isServerRunning: isRunning,
}: DoctorReport): string[] {
  const { lastEvent, lastAtMs, sessions, leases, offers, waiting, archivedThrough } = facts;
  const marks = { damage: 'DAMAGE ', warning: 'WARNING', note: 'note   ' };
  return [
    `${file}, ${isRunning ? 'a server runs on it' : 'no server runs on it'}`,
    `${lastEvent} events${lastAtMs === null ? '' : `, the newest of ${dateOf(lastAtMs)}`}` +
      `${archivedThrough > 0 ? `, archived through ${archivedThrough}` : ''}; replayed: ` +
      `${sessions} sessions, ${leases} seats out, ${offers} offers, ${waiting} waiting`,
    ...findings.flatMap(({ severity, sentence, next }) => [
      `${marks[severity]} ${sentence}`,
      ...(next === null ? [] : [`        ${next}`]),
    ]),
    isSound
      ? 'Everything that was checked is sound.'
      : 'The data are damaged. Do the first thing above first.',
  ];
}
