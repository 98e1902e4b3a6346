// Runs the suites. Without a word: everything that needs only Node. Words: browser desktop electron postgres windows all.
// The last line is `N passed, N failed`, over all suites and checks that ran.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const env = { ...process.env, PATH: `${join(root, 'node_modules/.bin')}${delimiter}${process.env.PATH}` };
const isCi = process.env.CI === 'true';

const onPath = (name) => spawnSync('sh', ['-c', `command -v ${name}`], { stdio: 'ignore' }).status === 0;
const oneOf = (...paths) => paths.some((path) => existsSync(path));

/** Debian keeps PostgreSQL's programs in a folder for each version. */
function hasPostgres() {
  const installed = '/usr/lib/postgresql';
  const versions = existsSync(installed) ? readdirSync(installed).filter((name) => Number(name) >= 15) : [];
  return versions.some((version) => existsSync(join(installed, version, 'bin/initdb'))) || onPath('initdb');
}

/** What a suite needs beyond Node; each entry is [what, how to get it, is it there]. */
const needs = {
  browser: () => [
    [
      'Chromium',
      'apt-get install chromium',
      oneOf('/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'),
    ],
  ],
  desktop: () =>
    ['Xvfb', 'xauth', 'xdotool', 'openbox', 'wmctrl', 'dbus-run-session', 'dbus-daemon', 'gedit'].map(
      (name) => [name, 'apt-get install xvfb xauth xdotool openbox wmctrl dbus gedit', onPath(name)],
    ),
  electron: () =>
    [
      'Xvfb',
      'xdotool',
      'openbox',
      'trayer',
      'dbus-run-session',
      'dbus-daemon',
      'import',
      'ss',
      'gedit',
      'python3',
    ].map((name) => [
      name,
      'apt-get install xvfb xdotool openbox trayer dbus imagemagick iproute2 gedit python3-pip libgtk-3-0 libnss3 libasound2 libgbm1 libayatana-appindicator3-1',
      onPath(name),
    ]),
  postgres: () => [
    ['PostgreSQL 15 or newer', 'apt-get install postgresql', hasPostgres()],
    ['setpriv', 'apt-get install util-linux', onPath('setpriv')],
  ],
  windows: () => [
    ['Wine', 'apt-get install wine64', onPath('wine64') || onPath('wine') || oneOf('/usr/lib/wine/wine64')],
  ],
};

const checks = [
  ['types', ['node', 'scripts/check-types.mjs']],
  ['lint', ['biome', 'check', '--diagnostic-level=error', '.']],
  [
    'boundaries',
    ['depcruise', '--config', '.dependency-cruiser.mjs', 'main', 'server', 'shared', 'renderer'],
  ],
  ['unused', ['knip']],
  ['rules', ['node', 'scripts/check-rules.mjs']],
];

const totals = { passed: 0, failed: 0 };

function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ code: 1, output: String(error) }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

async function runChecks() {
  const results = await Promise.all(
    checks.map(async ([name, [command, ...args]]) => ({ name, ...(await run(command, args)) })),
  );
  for (const { name, code, output } of results) {
    if (code === 0) totals.passed++;
    else totals.failed++;
    console.log(code === 0 ? `ok    ${name}` : `FAIL  ${name}\n${output}`);
  }
}

async function runSuites(projects, extra = []) {
  const folder = mkdtempSync(join(tmpdir(), 'usher-test-'));
  const report = join(folder, 'report.json');
  const args = [
    'run',
    ...projects.flatMap((name) => ['--project', name]),
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...extra,
  ];
  const { code } = await run('vitest', args, { stdio: ['ignore', 'inherit', 'inherit'] });
  let counted = { numPassedTests: 0, numFailedTests: 0, numFailedTestSuites: 0 };
  try {
    counted = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    totals.failed++;
  }
  totals.passed += counted.numPassedTests;
  totals.failed += counted.numFailedTests;
  if (code !== 0 && counted.numFailedTests === 0) totals.failed++;
  rmSync(folder, { recursive: true, force: true });
}

/** false: something is missing; said, and a failure only where CI promises that everything is there. */
function isReady(suite) {
  const missing = needs[suite]().filter(([, , isThere]) => !isThere);
  if (missing.length === 0) return true;
  console.log(`${suite}: not run, missing ${missing.map(([what]) => what).join(', ')} (${missing[0][1]})`);
  if (isCi) totals.failed++;
  return false;
}

async function build(parts) {
  const { code, output } = await run('node', ['scripts/build.mjs', ...parts]);
  if (output.trim()) console.log(output.trim());
  if (code === 0) return true;
  totals.failed++;
  return false;
}

const words = process.argv.slice(2).filter((word) => !word.startsWith('-'));
const options = process.argv.slice(2).filter((word) => word.startsWith('-') && word !== '--long');
if (process.argv.includes('--long')) env.USHER_TEST_LONG = '1';
mkdirSync(join(root, 'test-results'), { recursive: true });

if (await build([])) {
  if (words.length === 0 || words.includes('all')) {
    await runChecks();
    await runSuites(['unit', 'contract', 'fuzz'], ['--maxWorkers=2', ...options]);
    await Promise.all([runSuites(['e2e'], options), runSuites(['e2e-apart'], options)]);
  }
  for (const suite of ['postgres', 'browser', 'desktop', 'electron', 'windows']) {
    if ((words.includes(suite) || words.includes('all')) && isReady(suite)) await runSuites([suite], options);
  }
}
console.log(`${totals.passed} passed, ${totals.failed} failed`);
process.exit(totals.failed === 0 ? 0 : 1);
