/**
 * What `usher backup` does: a consistent copy of a server's database, also while it runs, examined before it gets its
 * name. The archive's files never change; they are copied by whoever copies files.
 */
import { closeSync, existsSync, openSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { failure, type Outcome, success } from '../../shared/outcome.ts';
import { examineLedger, type LedgerFacts } from '../audit/examine-ledger.ts';
import { Findings } from '../audit/findings.ts';
import { publishFile } from '../stores/durable-files.ts';
import { copyDatabase } from '../stores/sqlite/copy-database.ts';
import { type InspectionFailure, inspect } from '../stores/sqlite/inspection.ts';
import { DATABASE_FILE } from './doctor.ts';

export interface BackupOptions {
  readonly serverDir: string;
  readonly target: string;
}

export interface BackupReport {
  readonly path: string;
  readonly bytes: number;
  readonly facts: LedgerFacts;
}

export type BackupFailure = InspectionFailure | 'EXISTS' | 'NOT_WRITABLE' | 'DAMAGED';

/** @returns where the backup lies; nothing is left behind when it fails */
export async function backUp({
  serverDir,
  target,
}: BackupOptions): Promise<Outcome<BackupReport, BackupFailure>> {
  const path = resolve(target);
  if (existsSync(path)) return failure('EXISTS', `${path} exists. Name another file, or move that one away.`);
  const inspected = inspect(join(serverDir, DATABASE_FILE));
  if (!inspected.ok) return inspected;
  inspected.value.close();
  const draft = `${path}.part`;
  try {
    rmSync(draft, { force: true });
    closeSync(openSync(draft, 'wx', 0o600));
    const bytes = await copyDatabase(join(serverDir, DATABASE_FILE), draft);
    const facts = await verify(draft);
    if (!facts.ok) return facts;
    publishFile(draft, path);
    return success({ path, bytes, facts: facts.value });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return failure(
      'NOT_WRITABLE',
      `The backup could not be written to ${path} (${why}). Name a place with room.`,
    );
  } finally {
    rmSync(draft, { force: true });
  }
}

/** The doctor's check of a file that nobody uses. */
export async function verify(file: string): Promise<Outcome<LedgerFacts, InspectionFailure | 'DAMAGED'>> {
  const inspected = inspect(file);
  if (!inspected.ok) return inspected;
  try {
    const findings = new Findings();
    const facts = await examineLedger(inspected.value, findings);
    const damage = findings.all().find(({ severity }) => severity === 'damage');
    return damage
      ? failure(
          'DAMAGED',
          `${damage.sentence} Run \`usher doctor\` on the data folder for the whole picture.`,
        )
      : success(facts);
  } catch (cause) {
    return failure(
      'DAMAGED',
      `${file} cannot be examined (${cause instanceof Error ? cause.message : String(cause)}).`,
    );
  } finally {
    inspected.value.close();
  }
}
