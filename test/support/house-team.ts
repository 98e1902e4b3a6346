/** A server and two people's agent hosts, each a process of its own that can be stopped, killed and started again. */
import { join } from 'node:path';
import { kill9, type RunningServer, startServer, temporaryFolder } from './house.ts';
import { makeExecutables, makePeople, type People } from './house-accounts.ts';
import { LogTail, TeamMember } from './house-member.ts';
import { Rest } from './house-rest.ts';

export { endApplication, TeamMember } from './house-member.ts';

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
  /** Of the newest life: a host may start while there is none. */
  enrollmentToken = '';
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
    this.enrollmentToken = running.enrollmentToken;
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
  const enrollWith = () => {
    const { url, enrollmentToken: token } = server;
    return usesDoor ? { args: ['--door', doorDir], server: null } : { args: [], server: { url, token } };
  };
  const shared = { timing, executables: makeExecutables(people.rootDir, executables), join: enrollWith };
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
