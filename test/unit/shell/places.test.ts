import { describe, expect, it } from 'vitest';
import { autostartEntry, quoteExecArgument } from '../../../main/shell/autostart-entry.ts';
import { isAllowedLink, makeShellConfig, type ShellFacts } from '../../../main/shell/config.ts';
import { nodeCandidates, trayStyle, xdgAutostartPath } from '../../../main/shell/shell-places.ts';
import { placeWindow } from '../../../main/shell/window-place.ts';

const FACTS: ShellFacts = {
  platform: 'linux',
  argv: ['/opt/usher/dist/shell/main.cjs'],
  env: { HOME: '/home/ana' },
  workingDir: '/home/ana/work',
  homeDir: '/home/ana',
  account: '1000',
  bundleDir: '/opt/usher/dist/shell',
  resourcesDir: '/opt/usher/resources',
  isPackaged: false,
};
const config = (over: Partial<ShellFacts> = {}) => {
  const made = makeShellConfig({ ...FACTS, ...over });
  if (!made.ok) throw new Error(made.message);
  return made.value;
};

describe('the configuration', () => {
  it('follows the conventions of the platform where nothing is said', () => {
    expect(config()).toMatchObject({
      dataDir: '/home/ana/.local/share/usher',
      shellDir: '/home/ana/.local/share/usher/shell',
      socketPath: '/home/ana/.local/share/usher/run/agent.sock',
      panelDir: '/opt/usher/dist/panel',
      preloadPath: '/opt/usher/dist/shell/preload.cjs',
      startsHidden: false,
      links: { help: null, console: null },
      autostartPath: '/home/ana/.config/autostart/usher.desktop',
      autostartArgs: ['/opt/usher/dist/shell/main.cjs', '--hidden'],
    });
  });

  it.each([[['--data', 'here']], [['--data=here']]])(
    'takes the data folder from %j, relative to where it was typed',
    (argv) => {
      const { dataDir, host, autostartArgs } = config({ argv });

      expect(dataDir).toBe('/home/ana/work/here');
      expect(host?.args).toEqual(['--data', '/home/ana/work/here', '--detached']);
      expect(autostartArgs.slice(-2)).toEqual(['--data', '/home/ana/work/here']);
    },
  );

  it.each([[['--data']], [['--data', '--hidden']]])('says what is wrong with %j', (argv) => {
    expect(makeShellConfig({ ...FACTS, argv })).toEqual({
      ok: false,
      code: 'BAD_ARGUMENT',
      message: '--data needs a value after it.',
    });
  });

  it('starts a host unless somebody else does, without what steers Electron', () => {
    const env = {
      HOME: '/home/ana',
      ELECTRON_RUN_AS_NODE: '1',
      NODE_OPTIONS: '--inspect',
      USHER_NODE: '/n/node',
    };

    expect(config({ env }).host).toMatchObject({
      scriptPath: '/opt/usher/dist/agent/host.mjs',
      env: { HOME: '/home/ana', USHER_NODE: '/n/node' },
    });
    expect(config({ env }).host?.nodePaths[0]).toBe('/n/node');
    expect(config({ argv: ['--attach-only'] }).host).toBeNull();
  });

  it('finds the host outside of the archive of a package', () => {
    const packaged = config({ bundleDir: '/opt/Usher/resources/app.asar/dist/shell', isPackaged: true });

    expect(packaged.host?.scriptPath).toBe('/opt/Usher/resources/app.asar.unpacked/dist/agent/host.mjs');
    expect(packaged.panelDir).toBe('/opt/Usher/resources/app.asar/dist/panel');
    expect(packaged.autostartArgs).toEqual(['--hidden']);
  });

  it.each([
    ['https://usher.example.com/console', true],
    ['http://127.0.0.1:4780/', true],
    ['http://[::1]:4780/', true],
    ['http://usher.example.com/', false],
    ['file:///etc/passwd', false],
    ['javascript:alert(1)', false],
    ['', false],
  ])('lets the link %j be opened: %s', (address, isAllowed) => {
    expect(isAllowedLink(address)).toBe(isAllowed);
    if (address)
      expect(makeShellConfig({ ...FACTS, env: { USHER_CONSOLE_URL: address } }).ok).toBe(isAllowed);
  });

  it('draws for a dark bar on GNOME and looks at the theme elsewhere', () => {
    expect(config({ env: { XDG_CURRENT_DESKTOP: 'ubuntu:GNOME' } }).trayBackground).toBe('dark');
    expect(config({ env: { XDG_CURRENT_DESKTOP: 'KDE' } }).trayBackground).toBe('system');
  });
});

describe('places', () => {
  it('has one tray picture on Linux, several elsewhere, a template on macOS', () => {
    expect(trayStyle('linux', 1)).toEqual({ sizes: [{ pixels: 24, scaleFactor: 1 }], isTemplate: false });
    expect(trayStyle('linux', 2).sizes).toEqual([{ pixels: 48, scaleFactor: 1 }]);
    expect(trayStyle('win32', 1).sizes.map(({ pixels }) => pixels)).toEqual([16, 24, 32, 48]);
    expect(trayStyle('darwin', 1).isTemplate).toBe(true);
  });

  it('looks for Node in the package, then in the project, then in PATH', () => {
    const places = { configured: undefined, resourcesDir: '/r', rootDir: '/p' };

    expect(nodeCandidates('linux', places)).toEqual(['/r/node/node', '/p/node_modules/.bin/node', 'node']);
    expect(nodeCandidates('win32', places).at(-1)).toBe('node.exe');
  });

  it('ignores a relative configuration folder, as its specification says', () => {
    expect(xdgAutostartPath({ XDG_CONFIG_HOME: '/c' }, '/h')).toBe('/c/autostart/usher.desktop');
    expect(xdgAutostartPath({ XDG_CONFIG_HOME: 'c' }, '/h')).toBe('/h/.config/autostart/usher.desktop');
  });
});

describe('the desktop entry', () => {
  it.each([
    ['/opt/usher/electron', '/opt/usher/electron'],
    ['/home/a b/usher', '"/home/a b/usher"'],
    ['/100%/x', '/100%%/x'],
    ['a"b', '"a\\\\"b"'],
    ['a$b`c', '"a\\\\$b\\\\`c"'],
    ['a\\b', '"a\\\\\\\\b"'],
    ['', '""'],
  ])('quotes %j', (argument, quoted) => {
    expect(quoteExecArgument(argument)).toBe(quoted);
  });

  it('is refused for a path that would add lines of its own', () => {
    expect(autostartEntry(['/opt/usher', '--data', '/x\nExec=evil'])).toBeNull();
    expect(autostartEntry(['/opt/usher', '--hidden'])).toMatch(
      /^\[Desktop Entry\]\n[\s\S]*\nExec=\/opt\/usher --hidden\n/,
    );
  });
});

describe('the window', () => {
  const area = { x: 0, y: 24, width: 1920, height: 1056 };
  const wanted = { width: 420, height: 640 };

  it('goes to the lower right where the system does not say where the icon is', () => {
    const corner = { x: 1492, y: 400, width: 420, height: 640 };

    expect(placeWindow(null, area, wanted, 32)).toEqual(corner);
    expect(placeWindow({ x: 0, y: 0, width: 0, height: 0 }, area, wanted, 32)).toEqual(corner);
  });

  it('goes under or over its icon, and stays on its display', () => {
    expect(placeWindow({ x: 1000, y: 0, width: 24, height: 24 }, area, wanted, 0)).toMatchObject({
      x: 802,
      y: 32,
    });
    expect(placeWindow({ x: 1900, y: 1080, width: 20, height: 24 }, area, wanted, 0)).toMatchObject({
      x: 1492,
      y: 432,
    });
  });

  it('shrinks on a small display', () => {
    expect(placeWindow(null, { x: 0, y: 0, width: 360, height: 400 }, wanted, 32)).toEqual({
      x: 8,
      y: 8,
      width: 344,
      height: 352,
    });
  });
});
