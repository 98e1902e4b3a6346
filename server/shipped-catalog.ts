/** Reads the catalog that this build ships. What cannot be read is told and left out; the server starts without it. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CatalogReading, joinReadings, readCatalogText } from '../shared/catalog-reading.ts';

const SCHEMA_FILE = 'catalog.schema.json';

/** @param dir resources/catalog of the installation: every `*.json` in it but the schema */
export async function readShippedCatalog(dir: string): Promise<CatalogReading> {
  const why = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));
  let names: string[];
  try {
    names = await readdir(dir);
  } catch (cause) {
    return { products: [], problems: [{ file: dir, message: `the catalog is missing (${why(cause)})` }] };
  }
  const files = names.filter((name) => name.endsWith('.json') && name !== SCHEMA_FILE).sort();
  const readings = files.map(async (file) => {
    try {
      return { file, ...readCatalogText(file, await readFile(join(dir, file), 'utf8')) };
    } catch (cause) {
      return { file, products: [], problems: [{ file, message: `the file cannot be read (${why(cause)})` }] };
    }
  });
  return joinReadings(await Promise.all(readings));
}
