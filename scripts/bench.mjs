// Runs one benchmark of test/bench: `npm run bench -- NAME [--json]`. Benchmarks are TypeScript that Node runs as it is.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [name, ...options] = process.argv.slice(2);
const names = readdirSync(join(root, 'test/bench'))
  .filter((file) => file.endsWith('.bench.ts'))
  .map((file) => file.replace('.bench.ts', ''));
const file = join(root, 'test/bench', `${name}.bench.ts`);
if (!name || !existsSync(file)) {
  console.error(`usage: npm run bench -- NAME [--json]; names: ${names.join(', ')}`);
  process.exit(2);
}
const built = spawn('node', [join(root, 'scripts/build.mjs')], { stdio: ['ignore', 'ignore', 'inherit'] });
if ((await new Promise((resolve) => built.on('close', resolve))) !== 0) process.exit(1);
const child = spawn('node', ['--disable-warning=ExperimentalWarning', file, ...options], {
  cwd: root,
  stdio: 'inherit',
});
process.exitCode = await new Promise((resolve) => child.on('close', resolve));
