// Compares the numbered rules of docs/ with the tests that quote them: lists rules without a test and tests without
// a rule. A rule is a line that starts with `**[L4]**` or `- **[L4]**`; a test quotes it as [L4] in its name.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const documents = { L: 'LEDGER.md', E: 'SESSION.md', P: 'PROTOCOL.md', R: 'RECLAIM.md' };

function* testFiles(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* testFiles(path);
    else if (/\.tsx?$/.test(entry.name)) yield path;
  }
}

const rules = new Map();
const problems = [];
for (const [letter, file] of Object.entries(documents)) {
  let text = '';
  try {
    text = readFileSync(join(root, 'docs', file), 'utf8');
  } catch {
    continue;
  }
  for (const [, rule] of text.matchAll(
    new RegExp(`^\\s*(?:[-*]\\s+|#+\\s+|\\|\\s*)?(?:\\*\\*)?\\[(${letter}\\d+)\\]`, 'gm'),
  )) {
    if (rules.has(rule)) problems.push(`${file}: rule ${rule} stands there twice`);
    rules.set(rule, file);
  }
}

const quoted = new Map();
for (const path of testFiles(join(root, 'test'))) {
  const text = readFileSync(path, 'utf8');
  for (const [, inside] of text.matchAll(/\[((?:[LEPR]\d+)(?:[ ,]+[LEPR]\d+)*)\]/g))
    for (const rule of inside.split(/[ ,]+/)) quoted.set(rule, path.slice(root.length));
}

for (const [rule, file] of rules) if (!quoted.has(rule)) problems.push(`${file}: no test quotes [${rule}]`);
for (const [rule, path] of quoted)
  if (!rules.has(rule)) problems.push(`${path}: quotes [${rule}], which no document has`);

for (const problem of problems) console.log(problem);
console.log(`rules: ${rules.size} rules, ${quoted.size} quoted by tests, ${problems.length} problems`);
process.exit(problems.length === 0 ? 0 : 1);
