/** Judges what a machine found after it lost power: the real store opens it, and nothing acknowledged may be missing. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { examineArchive } from '../../server/audit/examine-archive.ts';
import { examineLedger } from '../../server/audit/examine-ledger.ts';
import { Findings } from '../../server/audit/findings.ts';
import type { LoadedLedger } from '../../server/ledger/ports.ts';
import { listArchive, readArchive } from '../../server/stores/event-archive.ts';
import { inspect } from '../../server/stores/sqlite/inspection.ts';
import { Reader } from '../../server/stores/sqlite/reader.ts';
import { Writer } from '../../server/stores/sqlite/writer.ts';
import type { Acknowledgment } from './fault-writer.ts';

/** @param acknowledged everything that had been said before the power went. @returns what is wrong, in sentences */
export async function judgeImage(dir: string, acknowledged: readonly Acknowledgment[]): Promise<string[]> {
  const file = join(dir, 'usher.db');
  if (!existsSync(file)) return acknowledged.length > 0 ? ['the database is gone'] : [];
  new Writer(file, null).close();
  const wrong = missing(file, join(dir, 'archive'), acknowledged);
  const inspected = inspect(file);
  if (!inspected.ok) return [...wrong, inspected.message];
  const findings = new Findings();
  const facts = await examineLedger(inspected.value, findings);
  inspected.value.close();
  examineArchive(join(dir, 'archive'), facts, findings);
  const bad = findings.all().filter(({ severity }) => severity !== 'note');
  return [...wrong, ...bad.map(({ sentence }) => sentence)];
}

function missing(file: string, archiveDir: string, acknowledged: readonly Acknowledgment[]): string[] {
  const reader = new Reader(file, archiveDir);
  const loaded = reader.read({ kind: 'load' }) as LoadedLedger;
  reader.close();
  const marks = new Map(loaded.outboxMarks.map(({ outboxId, seq }) => [outboxId, seq]));
  const answers = new Map(loaded.answers.map(({ commandId, answer }) => [commandId, JSON.stringify(answer)]));
  const opened = sessionsOf(file, archiveDir);
  const wrong: string[] = [];
  for (const { outboxId, seq, commandId, command, outcome } of acknowledged) {
    if ((marks.get(outboxId) ?? 0) < seq) wrong.push(`${commandId} was acknowledged and its number is lost`);
    if (command.kind === 'start-session' && !opened.has(command.sessionId))
      wrong.push(`${commandId} was acknowledged and its session is lost`);
    const isWish = command.kind === 'queue' || command.kind === 'claim';
    if (isWish && answers.get(commandId) !== JSON.stringify(outcome))
      wrong.push(`${commandId} was answered with ${JSON.stringify(outcome)}, and that is lost`);
  }
  return wrong;
}

function sessionsOf(file: string, archiveDir: string): Set<string> {
  const inspected = inspect(file);
  if (!inspected.ok) return new Set();
  const archivedThrough = firstEventOf(inspected.value) - 1;
  const rows = [
    ...listArchive(archiveDir).flatMap((one) =>
      one.lastEvent <= archivedThrough ? readArchive(one).rows : [],
    ),
    ...[...inspected.value.eventRows()].flat(),
  ];
  inspected.value.close();
  return new Set(
    rows.flatMap(({ kind, body }) => (kind === 'session-opened' ? [String(JSON.parse(body).sessionId)] : [])),
  );
}

function firstEventOf(inspection: {
  eventRows(): Iterable<readonly { readonly eventNumber: number }[]>;
}): number {
  for (const rows of inspection.eventRows()) return rows[0]?.eventNumber ?? 1;
  return 1;
}
