// Writes resources/catalog/catalog.schema.json from the zod schema, so that editors check products while they are typed.
// With --check it writes nothing and fails when the file is not current.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { catalogJsonSchema } from '../shared/catalog-json-schema.ts';

const file = fileURLToPath(new URL('../resources/catalog/catalog.schema.json', import.meta.url));
const formatter = fileURLToPath(new URL('../node_modules/@biomejs/biome/bin/biome', import.meta.url));
const wanted = JSON.stringify(catalogJsonSchema(), null, 2);

if (!process.argv.includes('--check')) {
  writeFileSync(file, `${wanted}\n`);
  execFileSync(process.execPath, [formatter, 'format', '--write', file], { stdio: 'inherit' });
} else if (JSON.stringify(JSON.parse(readFileSync(file, 'utf8')), null, 2) !== wanted) {
  console.error('catalog.schema.json is not current; run: node scripts/generate-catalog-schema.mjs');
  process.exitCode = 1;
}
