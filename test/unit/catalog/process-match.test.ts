/** Hazards of process names, and which rule wins. */
import { describe, expect, it } from 'vitest';
import type { ProcessInfo } from '../../../main/agent/sensors/os/ports.ts';
import { compileCatalog } from '../../../main/agent/sensors/process-match.ts';
import { type Product, productSchema, type SystemRules } from '../../../shared/catalog.ts';

const aProduct = (
  productId: string,
  rules: Partial<Record<'linux' | 'win32' | 'darwin', Partial<SystemRules>>>,
): Product =>
  productSchema.parse({
    productId,
    name: productId,
    vendor: 'Acme',
    category: 'cad',
    licensed: true,
    ...rules,
  });

const aProcess = (process: Partial<ProcessInfo> & Pick<ProcessInfo, 'name'>): ProcessInfo => ({
  pid: 42,
  ppid: 1,
  startKey: '1',
  ...process,
});

const main = (productId: string, certainty = 'exe') => ({ productId, role: 'main', certainty });

describe('an executable that is known', () => {
  const matcher = compileCatalog(
    [aProduct('cad', { linux: { main: [{ exe: ['bigcad', 'bigcad-[0-9]*'] }] } })],
    'linux',
  );

  it.each([
    ['/usr/bin/bigcad'],
    ['/opt/my tools (x86)/bigcad'],
    ['/tmp/.mount_BigCADa1b2c3/usr/bin/bigcad'],
    ['/app/bin/bigcad'],
    ['/snap/bigcad/412/usr/bin/bigcad-2.10'],
    ['/usr/bin/bigcad (deleted)'],
  ])('is recognized by its file name wherever it lies: %s', (exePath) => {
    expect(matcher.match(aProcess({ name: 'bigcad', exePath }))).toEqual(main('cad'));
  });

  it.each([
    ['/usr/bin/BigCAD', 'another case on Linux'],
    ['/usr/bin/bigcad-beta', 'a version that is none'],
    ['/usr/bin/vim', 'another program whatever its kernel name says'],
    ['/usr/bin/bigcad/', 'a folder'],
    ['/usr/bin/bash', 'a script of that name'],
  ])('is not recognized: %s, %s', (exePath) => {
    const args = ['/bin/bash', '/usr/local/bin/bigcad'];
    expect(matcher.match(aProcess({ name: 'bigcad', exePath, args }))).toBeUndefined();
  });

  it('is never recognized by its arguments', () => {
    const process = aProcess({ name: 'vim', exePath: '/usr/bin/vim', args: ['vim', '/usr/bin/bigcad'] });
    expect(matcher.match(process)).toBeUndefined();
    expect(matcher.candidate(process)).toBe(false);
  });
});

describe('names of executables', () => {
  it('may hold blanks, parentheses and other scripts', () => {
    const names = ['CST DESIGN ENVIRONMENT_AMD64', 'Très (long) 设计', 'a.b+c'];
    const matcher = compileCatalog([aProduct('odd', { linux: { main: [{ exe: names }] } })], 'linux');
    for (const name of names) {
      expect(matcher.match(aProcess({ name: 'x', exePath: `/opt/${name}` }))).toEqual(main('odd'));
    }
  });

  it('are compared without case on Windows, separators included', () => {
    const product = aProduct('edge', { win32: { main: [{ path: ['**/Solid Edge*/Program/Edge.exe'] }] } });
    const matcher = compileCatalog([product], 'win32');
    const match = (exePath: string) => matcher.match(aProcess({ name: 'EDGE.EXE', exePath }));

    expect(matcher.candidate({ name: 'eDGE.eXE' })).toBe(true);
    expect(match('C:\\PROGRAM FILES\\SIEMENS\\SOLID EDGE 2024\\PROGRAM\\EDGE.EXE')).toEqual(main('edge'));
    expect(match('\\\\?\\D:\\Solid Edge\\Program\\Edge.exe')).toEqual(main('edge'));
    expect(match('C:\\Other\\Edge.exe')).toBeUndefined();
  });

  it('are compared in composed form and without case on macOS', () => {
    const matcher = compileCatalog(
      [aProduct('cafe', { darwin: { main: [{ exe: ['Café CAD'] }] } })],
      'darwin',
    );
    const exePath = '/Applications/Cafe\u0301 CAD.app/Contents/MacOS/CAFE\u0301 cad';
    expect(matcher.match(aProcess({ name: 'Cafe\u0301 CAD', exePath }))).toEqual(main('cafe'));
  });

  it('with a bundle, are narrowed by it where the system told it', () => {
    const rule = { exe: ['Viewer'], bundle: ['com.acme.viewer*'] };
    const matcher = compileCatalog([aProduct('viewer', { darwin: { main: [rule] } })], 'darwin');
    const base = { name: 'Viewer', exePath: '/Applications/Viewer.app/Contents/MacOS/Viewer' };

    expect(matcher.match(aProcess({ ...base, bundleId: 'com.acme.Viewer2024' }))).toEqual(main('viewer'));
    expect(matcher.match(aProcess(base))).toEqual(main('viewer'));
    expect(matcher.match(aProcess({ ...base, bundleId: 'org.other.viewer' }))).toBeUndefined();
  });
});

describe('the name that Linux cuts to 15 bytes', () => {
  const product = aProduct('long', {
    linux: { main: [{ exe: ['cst_design_environment', 'ééééééééé', 'big-solver-*'] }] },
  });
  const matcher = compileCatalog([product], 'linux');

  it.each([
    ['cst_design_envi', true],
    ['éééééééé'.slice(0, 7), true],
    ['ééééééé\uFFFD', true],
    ['big-solver-2026', true],
    ['big-solver-2', true],
    ['cst_design', false],
    ['cst_design_envy', false],
    ['big-solve', false],
    ['', false],
  ])('%s is a candidate: %s', (name, expected) => {
    expect(matcher.candidate({ name })).toBe(expected);
  });

  it('still needs the whole executable to match', () => {
    expect(
      matcher.match(aProcess({ name: 'cst_design_envi', exePath: '/opt/cst_design_envious' })),
    ).toBeUndefined();
  });
});

describe('a process whose executable cannot be read', () => {
  const products = [
    aProduct('plain', { linux: { main: [{ exe: ['plaincad'] }] } }),
    aProduct('placed', { linux: { main: [{ path: ['**/vendor/bin/stats'] }] } }),
    aProduct('hosted', { linux: { main: [{ exe: ['java'], args: 'com\\.acme\\.Main' }] } }),
    aProduct('argued', { linux: { main: [{ exe: ['argcad'], args: '-licensed' }] } }),
    aProduct('linked', { linux: { main: [{ exe: ['realcad-bin'], comm: ['linkedcad'] }] } }),
  ];
  const matcher = compileCatalog(products, 'linux');

  it('is recognized by its kernel name, and the match says so', () => {
    expect(matcher.match(aProcess({ name: 'plaincad', args: ['/usr/bin/plaincad'] }))).toEqual(
      main('plain', 'name'),
    );
    expect(matcher.match(aProcess({ name: 'plaincad' }))).toEqual(main('plain', 'name'));
    expect(matcher.match(aProcess({ name: 'linkedcad' }))).toEqual(main('linked', 'name'));
  });

  it('is not recognized when the name alone says too little', () => {
    expect(matcher.match(aProcess({ name: 'stats' }))).toBeUndefined();
    expect(matcher.match(aProcess({ name: 'java', args: ['java', 'com.acme.Main'] }))).toBeUndefined();
    expect(matcher.match(aProcess({ name: 'realcad-bin' }))).toBeUndefined();
  });

  it('needs its arguments where the rule asks for them', () => {
    expect(matcher.match(aProcess({ name: 'argcad' }))).toBeUndefined();
    expect(matcher.match(aProcess({ name: 'argcad', args: ['argcad', '-licensed'] }))).toEqual(
      main('argued', 'name'),
    );
  });

  it.each([
    [['/bin/sh', '/usr/local/bin/plaincad'], 'a script'],
    [['-bash'], 'a login shell'],
    [['/usr/bin/python3.13', '/usr/bin/plaincad'], 'a Python program'],
    [[], 'a kernel thread or a zombie'],
  ])('is not recognized when its arguments are %j: %s', (args) => {
    expect(matcher.match(aProcess({ name: 'plaincad', args }))).toBeUndefined();
  });
});

describe('the more specific rule wins', () => {
  const products = [
    aProduct('autocad', { win32: { main: [{ exe: ['acad.exe'] }] } }),
    aProduct('civil', {
      win32: { main: [{ exe: ['acad.exe'], args: '/p(roduct)?\\s+"?(<<)?C3D(\\W|_|$)' }] },
    }),
    aProduct('house-build', { win32: { main: [{ path: ['D:/House/acad.exe'] }] } }),
    aProduct('wide', { win32: { main: [{ exe: ['ac*.exe'] }] } }),
  ];
  const exePath = 'C:\\Program Files\\Autodesk\\AutoCAD 2024\\acad.exe';
  const winner = (process: Partial<ProcessInfo>, among = products) =>
    compileCatalog(among, 'win32').match(aProcess({ name: 'acad.exe', exePath, ...process }))?.productId;

  it.each([
    ['a plain name over a glob', {}, 'autocad'],
    ['arguments over a plain name', { args: ['acad.exe', '/product', 'C3D', '/language', 'en-US'] }, 'civil'],
    ['an older form of the argument', { args: ['acad.exe', '/p', '<<C3D_Metric>>'] }, 'civil'],
    ['arguments that are another product', { args: ['acad.exe', '/product', 'C3DX'] }, 'autocad'],
    ['a path over a plain name', { exePath: 'd:\\house\\acad.exe' }, 'house-build'],
    ['the glob where nothing else fits', { exePath: 'C:\\accoreconsole.exe' }, 'wide'],
  ])('%s', (_case, process, expected) => {
    expect(winner(process)).toBe(expected);
    expect(winner(process, products.toReversed())).toBe(expected);
  });

  it('tells a worker from the application by its arguments', () => {
    const rules = {
      main: [{ exe: ['MATLAB'], notArgs: '-dmlworker' }],
      workers: [{ exe: ['MATLAB'], args: '-dmlworker' }],
    };
    const matcher = compileCatalog([aProduct('matlab', { linux: rules })], 'linux');
    const role = (args?: string[]) =>
      matcher.match(aProcess({ name: 'MATLAB', exePath: '/m/MATLAB', ...(args && { args }) }))?.role;

    expect([role(['MATLAB', '-desktop']), role(['MATLAB', '-dmlworker']), role()]).toEqual([
      'main',
      'worker',
      'main',
    ]);
  });
});

describe('a rule that cannot be used', () => {
  const broken = (rule: object): Product => {
    const product = aProduct('half', { linux: { main: [{ exe: ['fine'] }] } });
    return {
      ...product,
      linux: { launchers: [], helpers: [], workers: [], main: [{ exe: ['fine'] }, rule] },
    };
  };

  it.each([
    [{ exe: ['x'], args: '(' }, 'has no ")"'],
    [{ exe: ['x'], args: '(?=look)' }, 'look-around'],
    [{ exe: ['x'], args: '(a)\\1' }, 'not supported'],
    [{ exe: ['x'], args: 'a{100}{100}' }, 'too large'],
    [{ exe: ['x'], args: 'a'.repeat(301) }, 'longer than'],
    [{ exe: ['bash'], args: 'cad' }, 'command shell'],
    [{ exe: ['*'] }, 'command shell'],
    [{ path: ['/opt/acme/'] }, 'file name'],
    [{ args: 'only' }, 'file name'],
    [{ exe: ['a[b'] }, 'has no "]"'],
    [{ path: ['/opt/**x'] }, 'between separators'],
    [{ exe: ['**'] }, 'between separators'],
  ])('%j is told, and the rest of the product works', (rule, message) => {
    const matcher = compileCatalog([broken(rule)], 'linux');

    expect(matcher.problems).toEqual([{ productId: 'half', message: expect.stringContaining(message) }]);
    expect(matcher.match(aProcess({ name: 'fine', exePath: '/bin/fine' }))).toEqual(main('half'));
  });
});

describe('arguments', () => {
  const matcher = compileCatalog(
    [aProduct('far', { linux: { main: [{ exe: ['x'], args: '(a+)+needle$' }] } })],
    'linux',
  );
  const match = (args: string[]) => matcher.match(aProcess({ name: 'x', exePath: '/x', args }));

  it('are searched as far as 4096 characters, and a cut is not an end', () => {
    expect(match(['aneedle'])).toEqual(main('far'));
    expect(match(['b'.repeat(4089), 'aneedle', 'more'])).toBeUndefined();
    expect(match([`${'b'.repeat(4089)}aneedlemore`])).toBeUndefined();
  });

  it('of any length are searched in bounded time, where backtracking would never end', () => {
    expect(match(['a'.repeat(3_000_000)])).toBeUndefined();
    expect(match(Array.from({ length: 300_000 }, () => 'a'))).toBeUndefined();
  });
});
