/** One person of a house: an agent host through all its lives, applications, commands. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually, exitOf, kill9, projectRoot, type RunningHost, startHost } from './house.ts';
import type { Person } from './house-accounts.ts';
import { type Face, openFace } from './house-face.ts';

const CLI = join(projectRoot, 'dist/cli/usher.mjs');

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
    const child = spawn(path, [...args], {
      stdio: 'ignore',
      ...account,
      env: { ...env, ...this.#desktop },
      // A group of its own, so that what it starts ends with it.
      detached: true,
    });
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
    for (const child of this.applications) {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
      await exitOf(child);
    }
  }
}

/** Ends a process and waits until the system has let go of it. */
export async function endApplication(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  child.kill(signal);
  await exitOf(child);
}

/** The last words of each process, for the message of a test that failed. */
export class LogTail {
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
