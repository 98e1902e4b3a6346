/**
 * Puts the shell together as the product ships it, then lowers that same bundle for the old Electron of the tests.
 * The result lies in a folder of its own, laid out like the product: dist/shell, dist/panel, dist/agent.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build, transform } from 'esbuild';

const run = promisify(execFile);
export const PROJECT = join(import.meta.dirname, '..', '..', '..');

/** Node and Chromium inside Electron 9.4.1. */
const OLD_NODE = 'node12.14';
const OLD_CHROMIUM = 'chrome83';

export interface BuiltApp {
  readonly mainPath: string;
  readonly shimPath: string;
  readonly electronPath: string;
}

/** @param appDir an empty folder */
export async function buildApp(appDir: string): Promise<BuiltApp> {
  const shellDir = join(appDir, 'dist', 'shell');
  mkdirSync(shellDir, { recursive: true });
  const shimPath = join(appDir, 'shim.cjs');
  const [electronDir] = await Promise.all([
    run(join(PROJECT, 'scripts', 'electron-runtime.sh')).then(({ stdout }) => stdout.trim()),
    buildShell(appDir, shellDir),
    buildShim(shimPath),
    buildPanel(join(appDir, 'dist', 'panel')),
  ]);
  linkAgent(join(appDir, 'dist', 'agent'));
  return { mainPath: join(shellDir, 'main.cjs'), shimPath, electronPath: join(electronDir, 'electron') };
}

/** The production bundle comes from the product's own build; only its syntax is changed here. */
async function buildShell(appDir: string, shellDir: string): Promise<void> {
  await run(process.execPath, [join(PROJECT, 'scripts', 'build.mjs'), 'shell'], { cwd: PROJECT });
  const lowered = [
    { name: 'main.cjs', target: OLD_NODE },
    { name: 'preload.cjs', target: OLD_CHROMIUM },
  ];
  for (const { name, target } of lowered) {
    const source = readFileSync(join(PROJECT, 'dist', 'shell', name), 'utf8');
    const { code } = await transform(source, { target, platform: 'node', format: 'cjs' });
    writeFileSync(join(shellDir, name), code);
  }
  // What the bundle leaves in node_modules is lowered too.
  await build({
    entryPoints: [join(PROJECT, 'node_modules/@homebridge/dbus-native/index.js')],
    outfile: join(appDir, 'node_modules/@homebridge/dbus-native/index.js'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: OLD_NODE,
    external: ['abstract-socket', 'x11'],
    logLevel: 'error',
  });
}

async function buildShim(shimPath: string): Promise<void> {
  await build({
    entryPoints: [join(PROJECT, 'scripts/electron-shim/shim.ts')],
    outfile: shimPath,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: OLD_NODE,
    external: ['electron'],
  });
}

async function buildPanel(panelDir: string): Promise<void> {
  const vite = join(PROJECT, 'node_modules/vite/bin/vite.js');
  const config = join(import.meta.dirname, 'panel.config.ts');
  const options = ['--logLevel', 'error', '--outDir', panelDir, '--emptyOutDir'];
  await run(process.execPath, [vite, 'build', '-c', config, ...options], { cwd: PROJECT });
}

/** The real agent host runs on Node 24 and needs no lowering; it looks for its packages beside its real file. */
function linkAgent(agentDir: string): void {
  const built = join(PROJECT, 'dist', 'agent');
  if (existsSync(built)) symlinkSync(built, agentDir);
}
