/**
 * The agent host's process: reads the settings, opens the system, starts one agent, and ends it in order on a signal,
 * on `{type:'stop'}`, when its supervisor is gone, or when a face asks. Wiring is agent.ts's part.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { release, type } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { timeOrderedIds } from '../../shared/ids.ts';
import { type Agent, startAgent } from './agent.ts';
import { systemClock, systemRandom } from './clock.ts';
import { type HostConfig, readHostConfig } from './config.ts';
import { openHostLog } from './host-log.ts';
import { errorText, type Log } from './log.ts';
import { watchNetwork } from './network-watch.ts';
import { openSecretService } from './report/key-store.ts';
import { openWebSocket } from './report/socket.ts';
import { loadShippedCatalog } from './sensors/catalog.ts';
import { openOs } from './sensors/os/index.ts';
import { AGENT_VERSION } from './version.ts';

/** Two levels above this file, in the sources and in dist alike. */
const ROOT_DIR = fileURLToPath(new URL('../..', import.meta.url));
const EXIT = { OK: 0, FAILED: 1, USAGE: 2, IN_USE: 3 } as const;
/** An orderly stop takes a few milliseconds; after this the process ends all the same. */
const STOP_LIMIT_MS = 900;

async function main(): Promise<void> {
  // Whatever this process makes is its owner's alone.
  process.umask(0o077);
  const config = readHostConfig(process.argv.slice(2));
  if (!config.ok) {
    console.error(`usher agent host: ${config.message}`);
    process.exit(EXIT.USAGE);
  }
  const { places, isDetached, isTimingOverridden, logLevel } = config.value;
  const log = openHostLog({ level: logLevel, dir: isDetached ? places.agentDir : null });
  if (isTimingOverridden) log.warn('timing overridden for tests');
  const life = new Life(log);
  const started = await start(config.value, log, life);
  if (!started.ok) {
    log.error(started.message, { code: started.code });
    console.error(`usher agent host: ${started.message}`);
    process.exit(started.code === 'IN_USE' ? EXIT.IN_USE : EXIT.FAILED);
  }
  life.live(started.value, isDetached);
  log.info('started', { version: AGENT_VERSION, socketPath: places.agentSocketPath });
  process.send?.({ type: 'ready', socketPath: places.agentSocketPath });
}

async function start(config: HostConfig, log: Log, life: Life) {
  const { environment, injectedSession, places, access, workstationId, timing, helpUrl } = config;
  const os = await openOs({ clock: systemClock, environment, ...(injectedSession && { injectedSession }) });
  life.atTheEnd(() => os.close());
  const agent = await startAgent({
    os,
    clock: systemClock,
    random: systemRandom,
    newId: timeOrderedIds(systemClock.wallMs, randomUUID),
    openSocket: openWebSocket,
    log,
    agentDir: places.agentDir,
    catalog: await loadShippedCatalog(join(ROOT_DIR, 'resources', 'catalog')),
    access,
    workstationId,
    agentVersion: AGENT_VERSION,
    osVersion: osVersion(),
    isSimulated: false,
    timing,
    keyStore: openSecretService({ sessionBusAddress: environment.DBUS_SESSION_BUS_ADDRESS, log }),
    local: {
      socketPath: places.agentSocketPath,
      uid: process.getuid?.(),
      panelDir: join(ROOT_DIR, 'dist', 'panel'),
      helpUrl,
      onShutdown: () => life.end('a face asked'),
    },
  });
  if (agent.ok) {
    const { value: running } = agent;
    life.atTheEnd(
      watchNetwork(
        systemClock,
        () => running.isOffline(),
        () => running.hint(),
      ),
    );
  }
  return agent;
}

/** Name and version as the distribution gives them, where it does: freedesktop.org os-release. */
function osVersion(): string {
  try {
    const name = /^PRETTY_NAME="?([^"\n]+)"?$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
    if (name) return name;
  } catch {
    // Not a Linux, or a very plain one: the kernel's own name serves.
  }
  return `${type()} ${release()}`;
}

/** When the process ends, and how: once, in order, in less than a second. */
class Life {
  readonly #log: Log;
  readonly #last: (() => void)[] = [];
  #agent: Agent | null = null;
  #isEnding = false;

  constructor(log: Log) {
    this.#log = log;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => this.end(signal));
    process.on('uncaughtException', (error) => this.#fail(error));
    process.on('unhandledRejection', (error) => this.#fail(error));
  }

  atTheEnd(run: () => void): void {
    this.#last.push(run);
  }

  live(agent: Agent, isDetached: boolean): void {
    this.#agent = agent;
    process.on('message', (message) => {
      if (typeof message === 'object' && message !== null && 'type' in message && message.type === 'stop')
        this.end('the supervisor asked');
    });
    if (!isDetached) process.on('disconnect', () => this.end('the supervisor is gone'));
  }

  end(why: string, exitCode: number = EXIT.OK): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#log.info('stopping', { why });
    systemClock.setTimer(() => process.exit(exitCode), STOP_LIMIT_MS);
    this.#stop()
      .catch((error: unknown) => this.#log.error('the stop failed', { error: errorText(error) }))
      .finally(() => process.exit(exitCode));
  }

  async #stop(): Promise<void> {
    await this.#agent?.stop();
    for (const run of this.#last) run();
    this.#log.info('stopped');
  }

  #fail(error: unknown): void {
    this.#log.error('unexpected failure', {
      error: errorText(error),
      stack: error instanceof Error ? (error.stack ?? '') : '',
    });
    this.end('a failure', EXIT.FAILED);
  }
}

await main();
