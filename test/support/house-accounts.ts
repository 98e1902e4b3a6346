/**
 * Two people on this machine. As root: two real accounts, made for the test and removed afterwards. Otherwise: one
 * account, and a second one that the agent is told (`USHER_TEST_SESSION`), who owns the processes that bear its mark.
 */
import { execFile } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PREFIX = 'usher-e2e-';
const MARK = 'USHER_TEST_ACCOUNT';

/** One account and where its things lie. */
export interface Person {
  readonly name: string;
  readonly dataDir: string;
  /** How to start any process as this person. */
  readonly spawn: {
    readonly env: Readonly<Record<string, string>>;
    readonly uid?: number;
    readonly gid?: number;
  };
  /** How to start this person's agent host: the same, and whom it works for where that is told. */
  readonly hostEnv: Readonly<Record<string, string>>;
}

export interface People {
  readonly kind: 'real-accounts' | 'injected';
  readonly first: Person;
  readonly second: Person;
  /** Everybody may enter. */
  readonly rootDir: string;
  remove(): Promise<void>;
}

/** Nothing of the desktop and the settings of whoever runs the tests reaches the people of a test. */
export function bareEnvironment(): Record<string, string> {
  const kept = ['LANG', 'TZ', 'NODE_OPTIONS', 'NODE_V8_COVERAGE'];
  const values = kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]));
  const path = ['/usr/local/bin', '/usr/bin', '/bin'].join(delimiter);
  return { PATH: path, ...Object.fromEntries(values) };
}

export async function makePeople(): Promise<People> {
  const rootDir = mkdtempSync(join(tmpdir(), 'usher-people-'));
  chmodSync(rootDir, 0o755);
  const removeFolder = () => rmSync(rootDir, { recursive: true, force: true, maxRetries: 5 });
  if (process.getuid?.() !== 0) {
    const [first, second] = ['first', 'second'].map((name, index) => injected(rootDir, name, 70_001 + index));
    if (!first || !second) throw new Error('two people were wanted');
    return { kind: 'injected', first, second, rootDir, remove: async () => removeFolder() };
  }
  await removeAbandonedAccounts();
  const names = ['a', 'b'].map((letter) => `${PREFIX}${process.pid}-${accountNumber++}${letter}`);
  const remove = async () => {
    for (const name of names) await changeAccounts('userdel', [name]);
    removeFolder();
  };
  try {
    const [first, second] = [await realAccount(rootDir, names[0]), await realAccount(rootDir, names[1])];
    return { kind: 'real-accounts', first, second, rootDir, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

let accountNumber = 0;

function injected(rootDir: string, name: string, uid: number): Person {
  const dataDir = join(rootDir, name);
  mkdirSync(dataDir, { mode: 0o700 });
  const env = { ...bareEnvironment(), HOME: dataDir, USER: name, LOGNAME: name, [MARK]: String(uid) };
  const session = {
    account: String(uid),
    accountName: name,
    osSession: `test-${name}`,
    accountVariable: MARK,
  };
  return { name, dataDir, spawn: { env }, hostEnv: { ...env, USHER_TEST_SESSION: JSON.stringify(session) } };
}

async function realAccount(rootDir: string, name: string | undefined): Promise<Person> {
  if (name === undefined) throw new Error('an account needs a name');
  const dataDir = join(rootDir, name);
  await changeAccounts('useradd', [
    ...['--no-create-home', '--home-dir', dataDir, '--user-group'],
    ...['--shell', '/bin/sh', '--comment', 'test of Usher', name],
  ]);
  const { stdout } = await run('/usr/bin/id', ['-u', name]);
  const group = await run('/usr/bin/id', ['-g', name]);
  const uid = Number(stdout);
  const gid = Number(group.stdout);
  mkdirSync(dataDir, { mode: 0o700 });
  chownSync(dataDir, uid, gid);
  const env = { ...bareEnvironment(), HOME: dataDir, USER: name, LOGNAME: name };
  return { name, dataDir, spawn: { env, uid, gid }, hostEnv: env };
}

/** The files of the accounts are locked while one program writes them: another test may be at it. */
async function changeAccounts(program: 'useradd' | 'userdel', args: readonly string[]): Promise<void> {
  for (let left = 40; ; left--) {
    try {
      await run(`/usr/sbin/${program}`, [...args]);
      return;
    } catch (error) {
      const said = String((error as { stderr?: unknown }).stderr ?? error);
      if (program === 'userdel' && /does not exist/.test(said)) return;
      if (left === 0 || !/lock|currently used/.test(said))
        throw new Error(`${program} ${args.at(-1)}: ${said}`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}

/** Accounts whose test was killed before it could remove them. */
async function removeAbandonedAccounts(): Promise<void> {
  const accounts = await readFile('/etc/passwd', 'utf8');
  for (const line of accounts.split('\n')) {
    const match = new RegExp(`^(${PREFIX}(\\d+)-\\d+[ab]):`).exec(line);
    // One that still has a process stays for the next run.
    if (match?.[1] && !isAlive(Number(match[2]))) await run('/usr/sbin/userdel', [match[1]]).catch(() => {});
  }
}

function isAlive(pid: number): boolean {
  return readdirSync('/proc').includes(String(pid));
}

/**
 * Copies of `sleep` under the names of products' executables, where everybody may run them: for timing, and where no
 * real application is needed.
 * @returns the path for each name
 */
export function makeExecutables(rootDir: string, names: readonly string[]): ReadonlyMap<string, string> {
  const dir = join(rootDir, 'bin');
  mkdirSync(dir, { recursive: true, mode: 0o755 });
  return new Map(
    names.map((name) => {
      const path = join(dir, name);
      copyFileSync('/bin/sleep', path);
      chmodSync(path, 0o755);
      return [name, path];
    }),
  );
}
