/**
 * A throw-away PostgreSQL cluster of its own: real files with fsync on, a socket in its folder and a free port of
 * loopback, ended by its own process id. Needs initdb and postgres of PostgreSQL 15 or newer; root hands over to an
 * unprivileged account, because PostgreSQL does not run as root.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import pg from 'pg';

const START_PATIENCE_MS = 30_000;
const PASSWORD = 'throw-away:secret';
const PORT_TRIES = 5;

export interface PostgresOptions {
  /** More settings of postgresql.conf. */
  readonly settings?: Readonly<Record<string, string | number>>;
  /** Where the cluster's folder is made; default: the system's folder for temporary files. */
  readonly parentDir?: string;
}

export interface PostgresCluster {
  readonly dir: string;
  readonly port: number;
  /** Holds a password: not for printing. */
  urlOf(database: string): string;
  /** A new, empty database, and its URL. */
  createDatabase(): Promise<string>;
  /** In order (`fast`), or like a crash (`immediate`: recovery at the next start). */
  halt(how?: 'fast' | 'immediate'): Promise<void>;
  /** After `halt`: the same cluster on the same port, with these settings more. */
  start(settings?: Readonly<Record<string, string | number>>): Promise<void>;
  /** Halts and removes the cluster. Calling it again does nothing. */
  stop(): Promise<void>;
}

/** One statement on a connection of its own. */
export async function queryOnce(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined); // the query that runs says it
  try {
    await client.connect();
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end().catch(() => undefined); // a connection that never was
  }
}

/**
 * A new, empty database in the cluster of this URL. Its text order is not that of code units, so that whoever relies on
 * the database's order of text is found out.
 */
export async function createDatabase(url: string): Promise<string> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const order = `LOCALE_PROVIDER icu ICU_LOCALE 'en-US' TEMPLATE template0`;
  await queryOnce(url, `CREATE DATABASE ${name} ${order}`);
  const created = new URL(url);
  created.pathname = `/${name}`;
  return created.href;
}

/** Ends whoever is connected to it. */
export async function dropDatabase(url: string): Promise<void> {
  const server = new URL(url);
  server.pathname = '/postgres';
  await queryOnce(server.href, `DROP DATABASE IF EXISTS ${new URL(url).pathname.slice(1)} WITH (FORCE)`);
}

/** The folder with initdb and postgres; null: none on this machine. */
export function findPostgres(): string | null {
  const installed = '/usr/lib/postgresql';
  const versions = existsSync(installed)
    ? readdirSync(installed)
        .map(Number)
        .filter((version) => version >= 15)
    : [];
  const ofDebian = versions.sort((a, b) => b - a).map((version) => join(installed, String(version), 'bin'));
  const onPath = (process.env.PATH ?? '').split(delimiter);
  const isThere = (dir: string) => existsSync(join(dir, 'initdb')) && existsSync(join(dir, 'postgres'));
  return [...ofDebian, ...onPath].find(isThere) ?? null;
}

/** Rejects with what PostgreSQL said when it could not be started. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresCluster> {
  const binDir = findPostgres();
  if (binDir === null) throw new Error('PostgreSQL 15 or newer is missing (apt-get install postgresql)');
  const account = unprivilegedAccount();
  const dir = mkdtempSync(join(options.parentDir ?? tmpdir(), 'usher-postgres-'));
  const cluster = new Cluster({ binDir, dir, account, settings: options.settings ?? {} });
  try {
    cluster.initialize();
    await cluster.start();
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return cluster;
}

interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** null: this process may run PostgreSQL itself. */
function unprivilegedAccount(): Account | null {
  if (process.getuid?.() !== 0) return null;
  const idOf = (flag: string) => Number(spawnSync('id', [flag, 'nobody'], { encoding: 'utf8' }).stdout);
  return { uid: idOf('-u'), gid: idOf('-g') };
}

interface ClusterParts {
  readonly binDir: string;
  readonly dir: string;
  readonly account: Account | null;
  readonly settings: Readonly<Record<string, string | number>>;
}

class Cluster implements PostgresCluster {
  readonly dir: string;
  readonly #parts: ClusterParts;
  readonly #dataDir: string;
  #settings: Readonly<Record<string, string | number>>;
  #port = 0;
  #server: ChildProcess | null = null;

  constructor(parts: ClusterParts) {
    this.#parts = parts;
    this.dir = parts.dir;
    this.#settings = parts.settings;
    this.#dataDir = join(parts.dir, 'data');
  }

  get port(): number {
    return this.#port;
  }

  urlOf(database: string): string {
    return `postgres://usher:${encodeURIComponent(PASSWORD)}@127.0.0.1:${this.#port}/${database}?sslmode=disable`;
  }

  initialize(): void {
    const { dir, account } = this.#parts;
    const passwordPath = join(dir, 'password');
    writeFileSync(passwordPath, PASSWORD, { mode: 0o600 });
    if (account) for (const path of [dir, passwordPath]) chownSync(path, account.uid, account.gid);
    const [command, args] = this.#asAccount('initdb', [
      ...['--pgdata', this.#dataDir, '--username', 'usher', '--pwfile', passwordPath, '--no-sync'],
      ...['--auth', 'scram-sha-256', '--encoding', 'UTF8', '--locale', 'C'],
    ]);
    const { status, stderr } = spawnSync(command, args, { cwd: dir, encoding: 'utf8' });
    if (status !== 0) throw new Error(`initdb failed: ${stderr}`);
  }

  async start(settings: Readonly<Record<string, string | number>> = {}): Promise<void> {
    this.#settings = { ...this.#settings, ...settings };
    for (let tries = 1; ; tries++) {
      if (this.#port === 0) this.#port = await freePort();
      const said = await this.#startOnce();
      if (said === null) return;
      if (!said.includes('could not bind') || tries === PORT_TRIES) throw new Error(`no PostgreSQL: ${said}`);
      this.#port = 0;
    }
  }

  /** @returns null when it answers, else what it said before it ended */
  async #startOnce(): Promise<string | null> {
    const settings = {
      ...{ listen_addresses: '127.0.0.1', unix_socket_directories: this.dir, max_connections: 200 },
      ...{ fsync: 'on', full_page_writes: 'on', timezone: 'UTC', log_timezone: 'UTC' },
      ...this.#settings,
    };
    const [command, args] = this.#asAccount('postgres', [
      ...['-D', this.#dataDir, '-p', String(this.#port)],
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ]);
    const server = spawn(command, args, { cwd: this.dir, stdio: ['ignore', 'ignore', 'pipe'] });
    this.#server = server;
    let said = '';
    server.stderr?.on('data', (chunk: Buffer) => {
      said = `${said}${chunk.toString()}`.slice(-4_000);
    });
    const deadlineMs = Date.now() + START_PATIENCE_MS;
    while (server.exitCode === null && server.signalCode === null) {
      if (await this.#answers()) return null;
      if (Date.now() > deadlineMs) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await this.halt('immediate');
    return said;
  }

  async #answers(): Promise<boolean> {
    try {
      await queryOnce(this.urlOf('postgres'), 'SELECT 1');
      return true;
    } catch {
      return false; // not yet: it starts, or recovers
    }
  }

  async halt(how: 'fast' | 'immediate' = 'fast'): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill(how === 'fast' ? 'SIGINT' : 'SIGQUIT');
    await ended;
  }

  async stop(): Promise<void> {
    await this.halt('immediate');
    rmSync(this.dir, { recursive: true, force: true });
  }

  createDatabase(): Promise<string> {
    return createDatabase(this.urlOf('postgres'));
  }

  /** The kernel ends the server should this process die without ending it. */
  #asAccount(program: string, args: readonly string[]): [command: string, args: string[]] {
    const { account, binDir } = this.#parts;
    const asWhom = account ? [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups'] : [];
    return ['setpriv', [...asWhom, '--pdeathsig', 'INT', join(binDir, program), ...args]];
  }
}

/** A port that nobody had a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
