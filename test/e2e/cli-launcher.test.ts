import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { projectRoot, temporaryFolder } from '../support/house.ts';
import { runUsher } from '../support/run-usher.ts';

/** The system's own Node, older than the one that npm installs; null: this machine has none. */
const OLD_NODE = ['/usr/bin/node', '/usr/local/bin/node'].find((path) => {
  if (!existsSync(path)) return false;
  const { stdout } = spawnSync(path, ['-p', 'process.versions.node'], { encoding: 'utf8' });
  const major = Number(stdout.split('.')[0]);
  return major >= 20 && major < 24;
});

describe('resources/bin/usher.mjs', () => {
  const cleanUp: (() => void)[] = [];
  afterEach(() => {
    for (const clean of cleanUp.splice(0)) clean();
  });

  /** A checkout that has the launcher and what the test adds. */
  function aCheckout(): string {
    const folder = temporaryFolder('launcher');
    cleanUp.push(folder.remove);
    mkdirSync(join(folder.path, 'resources', 'bin'), { recursive: true });
    copyFileSync(
      join(projectRoot, 'resources', 'bin', 'usher.mjs'),
      join(folder.path, 'resources', 'bin', 'usher.mjs'),
    );
    return folder.path;
  }
  const launch = (root: string, args: readonly string[], node = process.execPath) =>
    spawnSync(node, [join(root, 'resources', 'bin', 'usher.mjs'), ...args], { encoding: 'utf8' });

  it('says to run `npm ci` when nothing is installed', () => {
    const root = aCheckout();

    const { status, stderr } = launch(root, ['version']);

    expect(status).toBe(1);
    expect(stderr).toBe(
      `usher: the parts that Usher is built from are missing. Run \`npm ci\` in ${root} first.\n`,
    );
  });

  it('builds what is missing, says so, and goes on', () => {
    const root = aCheckout();
    symlinkSync(join(projectRoot, 'node_modules'), join(root, 'node_modules'));
    mkdirSync(join(root, 'scripts'));
    // The build of this checkout: slow enough to be noticed, and it makes the entry that is started.
    writeFileSync(
      join(root, 'scripts', 'build.mjs'),
      `import { mkdirSync, writeFileSync } from 'node:fs';
const dir = new URL('../dist/cli/', import.meta.url);
mkdirSync(dir, { recursive: true });
writeFileSync(new URL('usher.mjs', dir), "console.log('started', process.argv.slice(2).join(' '))");`,
    );

    const first = launch(root, ['who', 'freecad']);
    const second = launch(root, ['who']);

    expect(first).toMatchObject({ status: 0, stdout: 'started who freecad\n' });
    expect(first.stderr).toContain('building the pages and programs');
    expect(second).toMatchObject({ status: 0, stdout: 'started who\n', stderr: '' });
  });

  it('says so when the build fails', () => {
    const root = aCheckout();
    symlinkSync(join(projectRoot, 'node_modules'), join(root, 'node_modules'));
    mkdirSync(join(root, 'scripts'));
    writeFileSync(join(root, 'scripts', 'build.mjs'), 'process.exit(3);');

    const { status, stderr } = launch(root, ['version']);

    expect(status).toBe(1);
    expect(stderr).toContain('the build failed. Run `npm ci`');
  });

  it.skipIf(OLD_NODE === undefined)(
    'runs on the Node that npm installed when an older one starts it',
    async () => {
      const { code, stdout } = await runUsher(['version', '--json'], { nodePath: OLD_NODE ?? '' });

      expect(code).toBe(0);
      expect(JSON.parse(stdout).node).toMatch(/^24\./);
    },
  );

  it.skipIf(OLD_NODE === undefined)('says which Node is needed when only an older one is there', () => {
    const { status, stderr } = launch(aCheckout(), ['version'], OLD_NODE);

    expect(status).toBe(1);
    expect(stderr).toMatch(/Usher needs Node 24 and this is v2\d\..*Run `npm ci`/);
  });

  it('passes exit codes on', async () => {
    const nodePath = OLD_NODE ?? process.execPath;

    expect((await runUsher(['no-such-command'], { nodePath })).code).toBe(2);
    expect((await runUsher(['--help'], { nodePath })).code).toBe(0);
  });
});
