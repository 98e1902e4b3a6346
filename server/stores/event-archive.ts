/**
 * Old events as compressed files that never change: `events-FIRST-LAST.jsonl.gz`. First line a head, then one event a
 * line, last line a SHA-256 of everything above. Each file goes on from the hash with which the one before ends.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';
import { syncPath, writeDurably } from './durable-files.ts';
import { checksumOf, type EventRow, verifyChain } from './event-chain.ts';
import { ArchiveGoneError, CorruptStoreError } from './store.ts';

const FORM = 1;
const NAME = /^events-(\d{12})-(\d{12})\.jsonl\.gz$/;
/** Bounds what a damaged or hostile file can make of itself in memory. */
const LARGEST_TEXT_BYTES = 512 * 1_048_576;

const headSchema = z.strictObject({
  archive: z.literal('usher-ledger-events'),
  form: z.literal(FORM),
  firstEvent: z.number().int().min(1),
  lastEvent: z.number().int().min(1),
  startHash: z.string(),
  endHash: z.string(),
});
export type ArchiveHead = z.infer<typeof headSchema>;

const rowSchema = z.tuple([
  z.number().int(),
  z.number().int(),
  z.string(),
  z.string(),
  z.string(),
  z.string(),
  z.string(),
]);

export interface ArchiveFile {
  readonly path: string;
  readonly firstEvent: number;
  readonly lastEvent: number;
}

/** By their names alone, in order. A folder that is not there holds none. */
export function listArchive(dir: string): readonly ArchiveFile[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir)
    .flatMap((name) => {
      const [, first, last] = NAME.exec(name) ?? [];
      return first === undefined || last === undefined
        ? []
        : [{ path: join(dir, name), firstEvent: Number(first), lastEvent: Number(last) }];
    })
    .sort((a, b) => a.firstEvent - b.firstEvent || a.lastEvent - b.lastEvent);
}

/**
 * Writes one file; it is on the disk when this returns. What lies there from this event on was left by an attempt that
 * was cut short (the database still has those events) and goes.
 * @param rows in order, without a hole; at least one
 */
export function writeArchive(dir: string, rows: readonly EventRow[], startHash: string): ArchiveFile {
  const first = rows[0];
  const last = rows.at(-1);
  if (!first || !last) throw new Error('an archive holds at least one event');
  if (mkdirSync(dir, { recursive: true, mode: 0o700 }) !== undefined) syncPath(dirname(dir));
  for (const { path, lastEvent } of listArchive(dir)) if (lastEvent >= first.eventNumber) rmSync(path);
  const head: ArchiveHead = {
    archive: 'usher-ledger-events',
    form: FORM,
    firstEvent: first.eventNumber,
    lastEvent: last.eventNumber,
    startHash,
    endHash: last.hash,
  };
  const lines = rows.map((row) => JSON.stringify(columnsOf(row)));
  const text = `${[JSON.stringify(head), ...lines].join('\n')}\n`;
  const path = join(dir, archiveName(first.eventNumber, last.eventNumber));
  writeDurably(path, gzipSync(`${text}${JSON.stringify({ sha256: checksumOf(text) })}\n`));
  return { path, firstEvent: first.eventNumber, lastEvent: last.eventNumber };
}

function archiveName(firstEvent: number, lastEvent: number): string {
  const digits = (number: number) => String(number).padStart(12, '0');
  return `events-${digits(firstEvent)}-${digits(lastEvent)}.jsonl.gz`;
}

function columnsOf({ eventNumber, atMs, commandId, actor, kind, body, hash }: EventRow) {
  return [eventNumber, atMs, commandId, actor, kind, body, hash] as const;
}

/** Throws CorruptStoreError, with a sentence, when anything in the file does not verify. */
export function readArchive({ path }: Pick<ArchiveFile, 'path'>): { head: ArchiveHead; rows: EventRow[] } {
  try {
    const text = gunzipSync(readFileSync(path), { maxOutputLength: LARGEST_TEXT_BYTES }).toString('utf8');
    const end = text.lastIndexOf('\n', text.length - 2) + 1;
    const above = text.slice(0, end);
    if (
      z.strictObject({ sha256: z.string() }).parse(JSON.parse(text.slice(end))).sha256 !== checksumOf(above)
    )
      throw new Error('its checksum does not fit');
    const [headLine = '', ...lines] = above.trimEnd().split('\n');
    const head = headSchema.parse(JSON.parse(headLine));
    const rows = lines.map((line) => rowFrom(rowSchema.parse(JSON.parse(line))));
    verifyChain(rows, head.firstEvent - 1, head.startHash);
    if (rows.at(-1)?.eventNumber !== head.lastEvent || rows.at(-1)?.hash !== head.endHash)
      throw new Error('its end is missing');
    return { head, rows };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CorruptStoreError(
      `The archive ${path} is damaged (${why}): put a copy of this file back from a backup of the data folder.`,
      { cause },
    );
  }
}

function rowFrom([eventNumber, atMs, commandId, actor, kind, body, hash]: z.infer<
  typeof rowSchema
>): EventRow {
  return { eventNumber, atMs, commandId, actor, kind, body, hash };
}

/** Pages through archived events. Keeps the file that was read last: pages follow one another. */
export class ArchiveShelf {
  readonly #dir: string;
  #last: { readonly file: ArchiveFile; readonly rows: readonly EventRow[] } | null = null;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /**
   * @param throughNumber the last archived event: the database has what follows
   * @returns up to `limit` events after a number; fewer at the end of a file
   */
  eventsAfter(afterNumber: number, throughNumber: number, limit: number): readonly EventRow[] {
    const wanted = afterNumber + 1;
    const file = listArchive(this.#dir).find(
      ({ firstEvent, lastEvent }) => firstEvent <= wanted && wanted <= lastEvent,
    );
    if (!file)
      throw new ArchiveGoneError(
        `Events through ${throughNumber} were archived, and the file with event ${wanted} is not in ${this.#dir} ` +
          'any more: put it back to page through it.',
      );
    if (this.#last?.file.path !== file.path) this.#last = { file, rows: readArchive(file).rows };
    const from = wanted - file.firstEvent;
    return this.#last.rows.slice(from, Math.min(from + limit, throughNumber - file.firstEvent + 1));
  }
}
