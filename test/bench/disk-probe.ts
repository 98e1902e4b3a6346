/** What the disk itself can do: how often a second a small write can be made durable. */
import { closeSync, fdatasyncSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const PAGE_BYTES = 4_096;
/** Over these bytes again and again, as a database's log that is used again. */
const FILE_BYTES = 4_194_304;

/** fdatasync calls per second, each after one page was written. */
export function fdatasyncPerS(folder: string, forMs: number): number {
  const path = join(folder, 'disk-probe');
  const file = openSync(path, 'w');
  const page = Buffer.alloc(PAGE_BYTES, 7);
  for (let position = 0; position < FILE_BYTES; position += PAGE_BYTES)
    writeSync(file, page, 0, PAGE_BYTES, position);
  fdatasyncSync(file);
  let calls = 0;
  const startedAtMs = performance.now();
  while (performance.now() - startedAtMs < forMs) {
    writeSync(file, page, 0, PAGE_BYTES, (calls * PAGE_BYTES) % FILE_BYTES);
    fdatasyncSync(file);
    calls += 1;
  }
  const perS = (calls * 1_000) / (performance.now() - startedAtMs);
  closeSync(file);
  unlinkSync(path);
  return perS;
}
