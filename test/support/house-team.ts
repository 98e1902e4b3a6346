/** A server and two people's agent hosts, each a process of its own that can be stopped, killed and started again. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  eventually,
  exitOf,
  kill9,
  projectRoot,
  type RunningHost,
  type RunningServer,
  startHost,
  startServer,
  temporaryFolder,
} from './house.ts';
import { makeExecutables, makePeople, type People, type Person } from './house-accounts.ts';
import { type Face, openFace } from './house-face.ts';
import { Rest } from './house-rest.ts';

const CLI = join(projectRoot, 'dist/cli/usher.mjs');

export interface TeamOptions {
  /** Name of this house in its folders and logs. */
  readonly name: string;
  readonly timing: object;
  /** Names of products' executables that shall exist as copies of `sleep`. */
  readonly executables: readonly string[];
  /** What each person's agent host and applications have in their environment besides, their display for one. */
  readonly desktops?: {
    readonly first: Readonly<Record<string, string>>;
    readonly second: Readonly<Record<string, string>>;
  };
}

/** The server of a house, through all its lives. */
export class TeamServer {
  readonly dataDir: string;
  readonly timing: object;
  readonly #log: LogTail;
  readonly #extraArgs: readonly string[];
  running: RunningServer | null = null;
  adminToken = '';
  url = '';

  constructor(dataDir: string, timing: object, log: LogTail, extraArgs: readonly string[]) {
    this.dataDir = dataDir;
    this.timing = timing;
    this.#log = log;
    this.#extraArgs = extraArgs;
  }

  /** The first time at a port that the system gives, later at the same one. */
  async start(): Promise<RunningServer> {
    const port = this.url === '' ? '0' : new URL(this.url).port;
    const running = await startServer(this.dataDir, {
      timing: this.timing,
      extraArgs: ['--port', port, ...this.#extraArgs],
      onLog: (text) => this.#log.add(text),
    });
    this.running = running;
    this.url = running.url;
    this.adminToken = running.adminToken ?? this.adminToken;
    return running;
  }

  async kill(): Promise<void> {
    if (this.running) await kill9(this.running.child);
    this.running = null;
  }

  async stop(): Promise<void> {
    await this.running?.stop();
    this.running = null;
  }
}

/** One person with an agent host, through all its lives, and with applications. */
export class TeamMember {
  readonly person: Person;
  readonly #timing: object;
  readonly #log: LogTail;
  readonly #join: () => { args: readonly string[]; server: { url: string; token: string } | null };
  readonly #executables: ReadonlyMap<string, string>;
  readonly #desktop: Readonly<Record<string, string>>;
  #host: RunningHost | null = null;
  #face: Face | null = null;
  readonly applications = new Set<ChildProcess>();

  constructor(
    person: Person,
    options: {
      timing: object;
      log: LogTail;
      executables: ReadonlyMap<string, string>;
      desktop: Readonly<Record<string, string>>;
      join: () => { args: readonly string[]; server: { url: string; token: string } | null };
    },
  ) {
    this.person = person;
    this.#timing = options.timing;
    this.#log = options.log;
    this.#executables = options.executables;
    this.#desktop = options.desktop;
    this.#join = options.join;
  }

  /** Starts the agent host and attaches a face to it. */
  async start(): Promise<Face> {
    const { args, server } = this.#join();
    const { uid, gid } = this.person.spawn;
    this.#host = await startHost(this.person.dataDir, server, {
      timing: this.#timing,
      extraArgs: args,
      env: { ...this.person.hostEnv, ...this.#desktop },
      isEnvWhole: true,
      ...(uid === undefined ? {} : { uid }),
      ...(gid === undefined ? {} : { gid }),
      onLog: (text) => this.#log.add(text),
    });
    this.#face = await openFace(this.#host.socketPath);
    return this.#face;
  }

  get face(): Face {
    if (!this.#face) throw new Error('the agent host does not run');
    return this.#face;
  }

  /** The face while the host runs and its socket is open. */
  get attached(): Face | null {
    return this.#face?.isClosed === false ? this.#face : null;
  }

  get isRunning(): boolean {
    return this.#host !== null;
  }

  /** Attached, and in contact with the server. */
  async online(withinMs = 15_000): Promise<Face> {
    await eventually(
      `${this.person.name} is online`,
      () => this.face.state.connection.state === 'online',
      withinMs,
    );
    return this.face;
  }

  async kill(): Promise<void> {
    if (this.#host) await kill9(this.#host.child);
    this.#gone();
  }

  async stop(): Promise<void> {
    await this.#host?.stop();
    this.#gone();
  }

  #gone(): void {
    this.#face?.close();
    this.#face = null;
    this.#host = null;
  }

  /** An application as this person starts it; really running when this returns. */
  async startApplication(executable: string, args: readonly string[] = ['3600']): Promise<ChildProcess> {
    return this.#spawn(this.#executables.get(executable) ?? executable, args);
  }

  async #spawn(path: string, args: readonly string[]): Promise<ChildProcess> {
    const { env, ...account } = this.person.spawn;
    const child = spawn(path, [...args], { stdio: 'ignore', ...account, env: { ...env, ...this.#desktop } });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', () => resolve());
      child.once('error', reject);
    });
    this.applications.add(child);
    child.once('exit', () => this.applications.delete(child));
    return child;
  }

  /** `usher WORDS --json` as this person, on this person's data folder. */
  async command(...words: string[]): Promise<unknown> {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [CLI, ...words, '--json', '--data', this.person.dataDir],
      { ...this.person.spawn, timeout: 20_000 },
    );
    return JSON.parse(stdout);
  }

  /** `usher wait PRODUCT -- COMMAND` as this person; runs on when this returns. */
  wait(productId: string, command: readonly string[]): Promise<ChildProcess> {
    const words = ['wait', productId, '--data', this.person.dataDir, '--', ...command];
    return this.#spawn(process.execPath, [CLI, ...words]);
  }

  async endApplications(): Promise<void> {
    for (const child of this.applications) await endApplication(child);
  }
}

/** Ends a process and waits until the system has let go of it. */
export async function endApplication(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  child.kill(signal);
  await exitOf(child);
}

/** The last words of each process, for the message of a test that failed. */
class LogTail {
  readonly #name: string;
  #text = '';

  constructor(name: string) {
    this.#name = name;
  }

  add(text: string): void {
    this.#text = (this.#text + text).slice(-20_000);
  }

  toString(): string {
    return `--- ${this.#name}\n${this.#text}`;
  }
}

export interface Team {
  readonly people: People;
  readonly server: TeamServer;
  readonly first: TeamMember;
  readonly second: TeamMember;
  /** Asks the server that runs now. */
  readonly rest: Rest;
  logs(): string;
  /** Ends everything that was started, and removes accounts and folders. */
  remove(): Promise<void>;
}

/** A running house: real accounts come in through the server's door, injected ones by its enrollment token. */
export async function startTeam({ name, timing, executables, desktops }: TeamOptions): Promise<Team> {
  const people = await makePeople();
  const serverFolder = temporaryFolder(`${name}-server`);
  // A door bears the number of the account that keeps it, and agents insist on that.
  const doorDir = join(people.rootDir, `door-${process.getuid?.()}`);
  const usesDoor = people.kind === 'real-accounts';
  const logs = ['server', 'first', 'second'].map((part) => new LogTail(`${name} ${part}`));
  const [serverLog, firstLog, secondLog] = logs;
  if (!serverLog || !firstLog || !secondLog) throw new Error('each process has a log');
  const server = new TeamServer(serverFolder.path, timing, serverLog, usesDoor ? ['--door', doorDir] : []);
  const join_ = () => {
    const token = server.running?.enrollmentToken ?? '';
    return usesDoor
      ? { args: ['--door', doorDir], server: null }
      : { args: [], server: { url: server.url, token } };
  };
  const shared = { timing, executables: makeExecutables(people.rootDir, executables), join: join_ };
  const first = new TeamMember(people.first, {
    ...shared,
    log: firstLog,
    desktop: desktops?.first ?? {},
  });
  const second = new TeamMember(people.second, {
    ...shared,
    log: secondLog,
    desktop: desktops?.second ?? {},
  });
  const team: Team = {
    people,
    server,
    first,
    second,
    get rest() {
      return new Rest(server.url, server.adminToken);
    },
    logs: () => logs.join('\n'),
    async remove() {
      for (const member of [first, second]) {
        await member.endApplications();
        await member.stop();
      }
      await server.stop();
      serverFolder.remove();
      await people.remove();
    },
  };
  try {
    await server.start();
    await Promise.all([first.start(), second.start()]);
    await Promise.all([first.online(), second.online()]);
    return team;
  } catch (error) {
    const said = team.logs();
    await team.remove();
    throw new Error(`the house did not start\n${said}`, { cause: error });
  }
}
