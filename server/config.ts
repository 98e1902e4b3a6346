/**
 * Everything that can be set about a server, read once into one frozen object: flags over environment over the
 * machine's file over defaults. The only file of the server that reads the environment.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { failure, type Outcome, success } from '../shared/outcome.ts';
import type { Places } from '../shared/places.ts';
import { machineConfigPath, placesOfThisSystem } from './data-places.ts';
import { type Retention, retentionOf, retentionShape } from './retention.ts';
import { readPostgresUrl } from './stores/postgres/address.ts';
import { DEFAULT_TIMING, readTiming, type ServerTiming } from './timing.ts';

export type { ServerTiming } from './timing.ts';

export const DEFAULT_PORT = 4780;

export interface ServerConfig {
  readonly dataDir: string;
  readonly serverDir: string;
  readonly host: string;
  /** null: the port this data folder used before, or DEFAULT_PORT. 0: whatever the system gives. */
  readonly port: number | null;
  readonly tls: { readonly certPath: string; readonly keyPath: string } | null;
  /** A proxy in front ends TLS and says who asks; loopback rules then do not apply to the address bound here. */
  readonly isBehindProxy: boolean;
  /** Names beside the loopback ones by which browsers and agents may address this server. */
  readonly publicNames: readonly string[];
  readonly doorDir: string | null;
  /** URL of a PostgreSQL database, with its password: never for a log. null: SQLite in the data folder. */
  readonly databaseUrl: string | null;
  /** Where other servers on the same database reach this one; null: at the address on which it listens. */
  readonly instanceUrl: string | null;
  readonly logLevel: LogLevel;
  readonly isDemo: boolean;
  readonly timing: ServerTiming;
  readonly retention: Retention;
  readonly isTimingOverridden: boolean;
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export type ConfigFailure = 'BAD_OPTION' | 'BAD_FILE' | 'NEEDS_TLS';

export interface ConfigSources {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Text of the machine's file; null: there is none. */
  readonly machineFile: string | null;
  readonly findPlaces: (dataDir: string | undefined) => Places;
  /** Throws when the file cannot be read. */
  readonly readText?: (path: string) => string;
  readonly hostName: string;
}

const nameList = z.array(z.string().regex(/^[a-zA-Z0-9.:[\]-]{1,253}$/));
const port = z.coerce.number().int().min(0).max(65_535);

const settingsSchema = z.strictObject({
  data: z.string().min(1).optional(),
  host: z.string().min(1).max(253).optional(),
  port: port.optional(),
  tlsCert: z.string().min(1).optional(),
  tlsKey: z.string().min(1).optional(),
  behindProxy: z.boolean().optional(),
  publicName: nameList.optional(),
  door: z.string().min(1).optional(),
  database: z.string().min(1).optional(),
  databaseFile: z.string().min(1).optional(),
  instanceUrl: z
    .url({ protocol: /^https?$/ })
    .max(2_000)
    .optional(),
  logLevel: z.enum(LOG_LEVELS).optional(),
  demo: z.boolean().optional(),
  ...retentionShape,
});
type Settings = z.infer<typeof settingsSchema>;

function readFlags(argv: readonly string[]): Outcome<unknown, ConfigFailure> {
  try {
    const { values } = parseArgs({
      args: [...argv],
      strict: true,
      allowPositionals: false,
      options: {
        data: { type: 'string' },
        host: { type: 'string' },
        port: { type: 'string' },
        'tls-cert': { type: 'string' },
        'tls-key': { type: 'string' },
        'behind-proxy': { type: 'boolean' },
        'public-name': { type: 'string', multiple: true },
        door: { type: 'string' },
        database: { type: 'string' },
        'database-file': { type: 'string' },
        'instance-url': { type: 'string' },
        'log-level': { type: 'string' },
        demo: { type: 'boolean' },
      },
    });
    const { 'tls-cert': tlsCert, 'tls-key': tlsKey, 'behind-proxy': behindProxy, ...others } = values;
    const {
      'public-name': publicName,
      'log-level': logLevel,
      'database-file': databaseFile,
      'instance-url': instanceUrl,
      ...rest
    } = others;
    return success(
      withoutUndefined({
        ...rest,
        tlsCert,
        tlsKey,
        behindProxy,
        publicName,
        databaseFile,
        instanceUrl,
        logLevel,
      }),
    );
  } catch (error) {
    return failure('BAD_OPTION', error instanceof Error ? error.message : String(error));
  }
}

function readEnvironment(env: ConfigSources['env']): unknown {
  const flag = env.USHER_BEHIND_PROXY;
  return withoutUndefined({
    data: env.USHER_DATA,
    host: env.USHER_HOST,
    port: env.USHER_PORT,
    tlsCert: env.USHER_TLS_CERT,
    tlsKey: env.USHER_TLS_KEY,
    behindProxy: flag === undefined ? undefined : flag === '1' || flag === 'true',
    database: env.USHER_DATABASE_URL,
    databaseFile: env.USHER_DATABASE_FILE,
    instanceUrl: env.USHER_INSTANCE_URL,
    publicName: env.USHER_PUBLIC_NAME?.split(',').map((name) => name.trim()),
    logLevel: env.USHER_LOG_LEVEL,
    auditRetentionDays: env.USHER_AUDIT_RETENTION_DAYS,
    silentMachineDays: env.USHER_SILENT_MACHINE_DAYS,
  });
}

function withoutUndefined(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

function checkSettings(value: unknown, where: string, code: ConfigFailure): Outcome<Settings, ConfigFailure> {
  const result = settingsSchema.safeParse(value);
  if (result.success) return success(result.data);
  const issue = result.error.issues[0];
  return failure(
    code,
    `${where}: ${issue?.path.map(String).join('.') || 'the whole'}: ${issue?.message}. Correct it and start again.`,
  );
}

function readMachineFile(text: string | null): Outcome<Settings, ConfigFailure> {
  if (text === null) return success({});
  try {
    return checkSettings(JSON.parse(text), "The machine's server.json", 'BAD_FILE');
  } catch {
    return failure('BAD_FILE', "The machine's server.json is not JSON. Correct it or move it away.");
  }
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** TLS files come in pairs, and nobody outside this machine is served in clear text by mistake. */
function checkAddress(settings: Settings, host: string): Outcome<null, ConfigFailure> {
  if ((settings.tlsCert === undefined) !== (settings.tlsKey === undefined))
    return failure('BAD_OPTION', 'Give --tls-cert and --tls-key together.');
  if (isLoopback(host) || settings.tlsCert !== undefined || settings.behindProxy === true)
    return success(null);
  return failure(
    'NEEDS_TLS',
    `The address ${host} can be reached from other machines, and credentials would cross the network in clear text. ` +
      'Give --tls-cert and --tls-key, or --behind-proxy if a proxy in front ends TLS, or bind a loopback address.',
  );
}

/** A file keeps the password out of the list of processes. Within one source, and over lower ones, the URL goes first. */
function findDatabase(
  sources: readonly Settings[],
  readText: ConfigSources['readText'],
): Outcome<string | null, ConfigFailure> {
  const found = sources.find(({ database, databaseFile }) => database ?? databaseFile);
  const path = found?.database === undefined ? found?.databaseFile : undefined;
  let url = found?.database ?? null;
  try {
    if (path !== undefined) url = readText?.(path).trim() ?? '';
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return failure('BAD_OPTION', `The file with the address of the database cannot be read: ${why}.`);
  }
  if (url === null) return success(null);
  const address = readPostgresUrl(url);
  return address.ok ? success(url) : failure('BAD_OPTION', address.message);
}

/** Puts the sources together and checks what depends on several of them. */
export function makeServerConfig(sources: ConfigSources): Outcome<ServerConfig, ConfigFailure> {
  const flagValues = readFlags(sources.argv);
  if (!flagValues.ok) return flagValues;
  const flags = checkSettings(flagValues.value, 'The options', 'BAD_OPTION');
  if (!flags.ok) return flags;
  const environment = checkSettings(readEnvironment(sources.env), 'The environment', 'BAD_OPTION');
  if (!environment.ok) return environment;
  const file = readMachineFile(sources.machineFile);
  if (!file.ok) return file;
  const timing = readTiming(sources.env.USHER_TEST_TIMING);
  if (!timing.ok) return timing;

  const settings: Settings = { ...file.value, ...environment.value, ...flags.value };
  const host = settings.host ?? '127.0.0.1';
  const address = checkAddress(settings, host);
  if (!address.ok) return address;
  const database = findDatabase([flags.value, environment.value, file.value], sources.readText);
  if (!database.ok) return database;
  const places = sources.findPlaces(settings.data);
  const { tlsCert, tlsKey } = settings;
  return success(
    Object.freeze({
      dataDir: places.dataDir,
      serverDir: places.serverDir,
      host,
      port: settings.port ?? null,
      tls: tlsCert !== undefined && tlsKey !== undefined ? { certPath: tlsCert, keyPath: tlsKey } : null,
      isBehindProxy: settings.behindProxy ?? false,
      publicNames: settings.publicName ?? (isLoopback(host) ? [] : [host, sources.hostName]),
      doorDir: settings.door ?? null,
      databaseUrl: database.value,
      instanceUrl: settings.instanceUrl ?? null,
      logLevel: settings.logLevel ?? 'info',
      isDemo: settings.demo ?? false,
      timing: { ...DEFAULT_TIMING, ...withoutUndefined(timing.value) },
      retention: retentionOf(settings, timing.value),
      isTimingOverridden: Object.keys(timing.value).length > 0,
    }),
  );
}

/** The configuration of this process. */
export function readServerConfig(
  argv: readonly string[],
  hostName: string,
): Outcome<ServerConfig, ConfigFailure> {
  const { env } = process;
  return makeServerConfig({
    argv,
    env,
    machineFile: readIfThere(machineConfigPath(env)),
    findPlaces: (dataDir) => placesOfThisSystem(env, dataDir),
    readText: (path) => readFileSync(path, 'utf8'),
    hostName,
  });
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw new Error(`cannot read ${path}`, { cause: error });
  }
}
