// Type-checks every folder with its own tsconfig, side by side; prints the output of those that fail.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const folders = [
  'shared',
  'main/agent',
  'main/cli',
  'main/shell',
  'server',
  'renderer',
  'scripts/electron-shim',
  'test',
];
const wanted = process.argv.slice(2);
const compiler = fileURLToPath(new URL('../node_modules/typescript-native/bin/tsc', import.meta.url));

async function check(folder) {
  const child = spawn(process.execPath, [compiler, '--pretty', 'false', '-p', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  return { folder, code, output };
}

const results = await Promise.all((wanted.length ? wanted : folders).map(check));
const failed = results.filter((result) => result.code !== 0);
for (const { folder, output } of failed) console.log(`types: ${folder}\n${output}`);
if (failed.length === 0) console.log(`types: ${results.length} folders, no errors`);
process.exit(failed.length === 0 ? 0 : 1);
