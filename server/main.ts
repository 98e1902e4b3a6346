/**
 * The server process: reads the configuration, opens the store, listens, tells whoever started it, and stops in order
 * when told so, by signal, or when the one who started it is gone. Everything else is in app.ts.
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { type Logger, pino } from 'pino';
import { z } from 'zod';
import { timeOrderedIds } from '../shared/ids.ts';
import { createServer, type Server } from './app.ts';
import { systemClock } from './clock.ts';
import { DEFAULT_PORT, readServerConfig, type ServerConfig } from './config.ts';
import { openStore } from './open-store.ts';
import { readShippedCatalog } from './shipped-catalog.ts';
import { storageFaultOf } from './stores/storage-fault.ts';
import { StoreRefusedError } from './stores/store.ts';
import { createStoreMeter } from './stores/store-meter.ts';

/** The heap may hold so much more than what lives in it before it is cleaned: memory follows the fleet, not the hour. */
const HEAP_GROWING_PERCENT = 30;
/** Two levels above dist/server/main.mjs. */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** A stop that takes longer than this is ended the hard way; what was acknowledged is durable all the same. */
const STOP_PATIENCE_MS = 900;
const PORT_FILE = 'port.json';
const EXIT_BAD_CONFIGURATION = 2;

async function rememberedPort(config: ServerConfig): Promise<number | null> {
  try {
    const text = await readFile(join(config.serverDir, PORT_FILE), 'utf8');
    return z.strictObject({ port: z.number().int().min(1).max(65_535) }).parse(JSON.parse(text)).port;
  } catch {
    return null; // no port was used here before, or the file is torn: the default is tried
  }
}

async function rememberPort(config: ServerConfig, port: number): Promise<void> {
  const path = join(config.serverDir, PORT_FILE);
  await writeFile(`${path}.new`, JSON.stringify({ port }), { mode: 0o600 });
  await rename(`${path}.new`, path);
}

const isTaken = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';

/** The port that was asked for, else the one used before, else the default; if that is taken, any, then kept. */
async function listen(server: Server, config: ServerConfig): Promise<string> {
  if (config.port !== null) return (await server.listen(config.port)).url;
  const before = await rememberedPort(config);
  try {
    const { url, port } = await server.listen(before ?? DEFAULT_PORT);
    if (before === null) await rememberPort(config, port);
    return url;
  } catch (error) {
    if (!isTaken(error)) throw error;
    const { url, port } = await server.listen(0);
    await rememberPort(config, port);
    return url;
  }
}

function openLog(config: ServerConfig): Logger {
  return pino(
    { level: config.logLevel, base: null, redact: ['*.token', '*.credential', '*.authorization'] },
    pino.destination({ dest: 2, sync: true }),
  );
}

async function start(config: ServerConfig, log: Logger): Promise<{ stop: () => Promise<void> }> {
  await mkdir(config.serverDir, { recursive: true, mode: 0o700 });
  const storeMeter = createStoreMeter(systemClock);
  const workerEntry = new URL('./sqlite-writer.mjs', import.meta.url);
  const store = await openStore(config, systemClock, log, workerEntry, storeMeter);
  const catalog = await readShippedCatalog(join(ROOT, 'resources', 'catalog'));
  for (const problem of catalog.problems) log.warn(problem, 'a part of the catalog is left out');
  const consoleDir = join(ROOT, 'dist', 'console');
  const server = await createServer({
    store,
    storeMeter,
    clock: systemClock,
    newId: timeOrderedIds(systemClock.wallMs, randomUUID),
    config,
    log,
    shippedProducts: catalog.products,
    consoleDir: existsSync(join(consoleDir, 'index.html')) ? consoleDir : null,
  });
  const url = await listen(server, config);
  log.info({ url, products: catalog.products.length }, 'server ready');
  announce(url, server);
  return {
    async stop() {
      await server.close();
      await store.close();
    },
  };
}

/** Whoever started this process is told over the channel; a person reads it on the screen. */
function announce(url: string, { adminToken, enrollmentToken }: Server): void {
  if (process.send) {
    process.send({ type: 'ready', url, enrollmentToken, ...(adminToken === null ? {} : { adminToken }) });
    return;
  }
  process.stdout.write(`Usher server: ${url}\n`);
  if (adminToken !== null) process.stdout.write(`Admin token (shown only now): ${adminToken}\n`);
}

/** One stop, whoever asks for it first; never longer than a second. */
function stopOnRequest(running: Promise<{ stop: () => Promise<void> }>, log: Logger): void {
  let isStopping = false;
  const stop = (reason: string) => {
    if (isStopping) return;
    isStopping = true;
    log.info({ reason }, 'server stops');
    systemClock.setTimer(() => {
      log.warn('the stop took too long and was cut short');
      process.exit(0);
    }, STOP_PATIENCE_MS);
    running
      .then(({ stop: end }) => end())
      .then(
        () => process.exit(0),
        (error: unknown) => {
          log.error({ err: error }, 'the stop failed');
          process.exit(1);
        },
      );
  };
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
  process.on('SIGHUP', () => stop('SIGHUP'));
  process.on('disconnect', () => stop('the starting process is gone'));
  process.on('message', (message) => {
    if (z.object({ type: z.literal('stop') }).safeParse(message).success) stop('asked to');
  });
}

async function main(): Promise<void> {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWING_PERCENT}`);
  const config = readServerConfig(process.argv.slice(2), hostname());
  if (!config.ok) {
    process.stderr.write(`${config.message}\n`);
    process.exit(EXIT_BAD_CONFIGURATION);
  }
  const log = openLog(config.value);
  if (config.value.isTimingOverridden) log.warn('timing overridden for tests');
  const running = start(config.value, log);
  stopOnRequest(running, log);
  try {
    await running;
  } catch (error) {
    log.fatal({ err: error }, 'the server could not start');
    const said = error instanceof Error ? error.message : String(error);
    const next = error instanceof StoreRefusedError ? undefined : storageFaultOf(error)?.sentence;
    process.stderr.write(`The server could not start: ${said}${next === undefined ? '' : `. ${next}`}\n`);
    process.exit(1);
  }
}

await main();
