/** Reads the shipped product catalog from its folder. What the products mean is process-match.ts's part. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CatalogReading, joinReadings, readCatalogText } from '../../../shared/catalog-reading.ts';

const SCHEMA_FILE = 'catalog.schema.json';

/**
 * All `*.json` of `folder`, in the order of their names. Never throws: a folder, file or product that cannot be
 * read is a problem of the reading, and everything else is there.
 */
export async function loadShippedCatalog(folder: string): Promise<CatalogReading> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (cause) {
    return { products: [], problems: [{ file: folder, message: unreadable(cause) }] };
  }
  const files = names.filter((name) => name.endsWith('.json') && name !== SCHEMA_FILE).sort();
  return joinReadings(await Promise.all(files.map((file) => readOne(folder, file))));
}

async function readOne(folder: string, file: string): Promise<CatalogReading & { file: string }> {
  try {
    return { file, ...readCatalogText(file, await readFile(join(folder, file), 'utf8')) };
  } catch (cause) {
    return { file, products: [], problems: [{ file, message: unreadable(cause) }] };
  }
}

function unreadable(cause: unknown): string {
  const why = cause instanceof Error ? cause.message : String(cause);
  return `the catalog cannot be read (${why}); check the installation or its permissions`;
}
