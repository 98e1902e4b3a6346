/**
 * Everything that can be set about an agent host, read once into one frozen object: flags over environment over the
 * machine's file over defaults. The only file of the agent that reads the environment.
 */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { USAGE_IDLE_AFTER_MS } from '../../shared/domain.ts';
import { durationMsSchema, idSchema } from '../../shared/domain-schemas.ts';
import { failure, type Outcome, success } from '../../shared/outcome.ts';
import type { Places } from '../../shared/places.ts';
import type { AgentTiming } from './agent-options.ts';
import { machineConfigPath, placesOfThisSystem } from './agent-places.ts';
import { CONNECTION_TIMING } from './report/connection.ts';
import type { ServerAccess } from './report/enroll.ts';
import { RETRY_TIMING } from './report/reconnect.ts';
import type { InjectedSession } from './sensors/os/open-options.ts';
import { SENSOR_DEFAULTS } from './sensors/sensors.ts';

export interface HostConfig {
  readonly places: Places;
  readonly access: ServerAccess;
  readonly workstationId: string | undefined;
  readonly logLevel: LogLevel;
  /** Lives on when the process that started it ends. */
  readonly isDetached: boolean;
  readonly helpUrl: string | null;
  readonly timing: AgentTiming;
  readonly isTimingOverridden: boolean;
  /** Another person under the same account: end-to-end tests only. */
  readonly injectedSession: InjectedSession | undefined;
  /** For the readers of the system (DISPLAY, session bus ...); looked up by name only. */
  readonly environment: Readonly<Record<string, string | undefined>>;
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
}

const settingsSchema = z.strictObject({
  data: z.string().min(1).optional(),
  server: z.url({ protocol: /^https?$/ }).optional(),
  token: z.string().min(1).max(200).optional(),
  door: z.string().min(1).optional(),
  workstationId: idSchema.optional(),
  logLevel: z.enum(LOG_LEVELS).optional(),
  detached: z.boolean().optional(),
  helpUrl: z.url({ protocol: /^https?$/ }).optional(),
});
type Settings = z.infer<typeof settingsSchema>;

/** Keys of the server's own timing lie in the same variable and are not ours. */
const timingSchema = z
  .object({
    scanEveryMs: durationMsSchema.min(20),
    usageIdleAfterMs: durationMsSchema.min(1),
    reconnectShortestMs: durationMsSchema,
    reconnectSpreadMs: durationMsSchema,
    reconnectLongestMs: durationMsSchema,
  })
  .partial();

const injectedSessionSchema = z.strictObject({
  account: z.string().min(1).max(200),
  accountName: z.string().min(1).max(200),
  osSession: z.string().min(1).max(60),
  accountVariable: z.string().min(1).max(100),
}) satisfies z.ZodType<InjectedSession>;

function readFlags(argv: readonly string[]): Outcome<object, ConfigFailure> {
  try {
    const { values } = parseArgs({
      args: [...argv],
      strict: true,
      allowPositionals: false,
      options: {
        data: { type: 'string' },
        server: { type: 'string' },
        token: { type: 'string' },
        door: { type: 'string' },
        'log-level': { type: 'string' },
        detached: { type: 'boolean' },
      },
    });
    const { 'log-level': logLevel, ...rest } = values;
    return success({ ...rest, ...(logLevel !== undefined && { logLevel }) });
  } catch (error) {
    return failure('BAD_OPTION', error instanceof Error ? error.message : String(error));
  }
}

function readVariables(env: ConfigSources['env']): object {
  const values = {
    data: env.USHER_DATA,
    server: env.USHER_SERVER,
    token: env.USHER_ENROLLMENT_TOKEN,
    logLevel: env.USHER_LOG_LEVEL,
    helpUrl: env.USHER_HELP_URL,
  };
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && value !== ''),
  );
}

function check<T>(
  schema: z.ZodType<T>,
  value: unknown,
  where: string,
  code: ConfigFailure,
): Outcome<T, ConfigFailure> {
  const result = schema.safeParse(value);
  if (result.success) return success(result.data);
  const issue = result.error.issues[0];
  const path = issue?.path.map(String).join('.') || 'the whole';
  return failure(code, `${where}: ${path}: ${issue?.message}. Correct it and start again.`);
}

function checkText<T>(
  schema: z.ZodType<T>,
  text: string,
  where: string,
  code: ConfigFailure,
): Outcome<T, ConfigFailure> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return failure(code, `${where} is not JSON. Correct it or take it away.`);
  }
  return check(schema, value, where, code);
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Credential and tokens never cross a network in clear text. */
function checkServer(server: string | undefined): Outcome<string | undefined, ConfigFailure> {
  if (server === undefined) return success(undefined);
  const url = new URL(server);
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    return failure(
      'BAD_OPTION',
      'The server address has parts it cannot have. Write it like https://usher.example.com',
    );
  if (url.protocol === 'https:' || isLoopback(url.hostname)) return success(server.replace(/\/+$/, ''));
  return failure(
    'NEEDS_TLS',
    `The address of the server at ${url.hostname} must begin with https://, because a credential is sent there.`,
  );
}

/** Puts the sources together and checks what depends on several of them. */
export function makeHostConfig(sources: ConfigSources): Outcome<HostConfig, ConfigFailure> {
  const { argv, env, machineFile, findPlaces } = sources;
  const flagValues = readFlags(argv);
  if (!flagValues.ok) return flagValues;
  const flags = check(settingsSchema, flagValues.value, 'The options', 'BAD_OPTION');
  if (!flags.ok) return flags;
  const variables = check(settingsSchema, readVariables(env), 'The environment', 'BAD_OPTION');
  if (!variables.ok) return variables;
  const file = checkText(settingsSchema, machineFile ?? '{}', "The machine's agent.json", 'BAD_FILE');
  if (!file.ok) return file;
  const timing = checkText(timingSchema, env.USHER_TEST_TIMING || '{}', 'USHER_TEST_TIMING', 'BAD_OPTION');
  if (!timing.ok) return timing;
  const injected = env.USHER_TEST_SESSION
    ? checkText(injectedSessionSchema, env.USHER_TEST_SESSION, 'USHER_TEST_SESSION', 'BAD_OPTION')
    : success(undefined);
  if (!injected.ok) return injected;

  const settings: Settings = { ...file.value, ...variables.value, ...flags.value };
  const server = checkServer(settings.server);
  if (!server.ok) return server;
  return success(
    Object.freeze({
      places: findPlaces(settings.data),
      access: { serverUrl: server.value, token: settings.token, doorDir: settings.door },
      workstationId: settings.workstationId,
      logLevel: settings.logLevel ?? 'info',
      isDetached: settings.detached ?? false,
      helpUrl: settings.helpUrl ?? null,
      timing: timingOf(timing.value),
      isTimingOverridden: Object.keys(timing.value).length > 0,
      injectedSession: injected.value,
      environment: env,
    }),
  );
}

function timingOf(over: z.infer<typeof timingSchema>): AgentTiming {
  const { scanEveryMs } = over;
  return {
    usageIdleAfterMs: over.usageIdleAfterMs ?? USAGE_IDLE_AFTER_MS,
    retry: {
      shortestMs: over.reconnectShortestMs ?? RETRY_TIMING.shortestMs,
      spreadMs: over.reconnectSpreadMs ?? RETRY_TIMING.spreadMs,
      longestMs: over.reconnectLongestMs ?? RETRY_TIMING.longestMs,
    },
    connection: CONNECTION_TIMING,
    ...(scanEveryMs !== undefined && { sensors: { ...SENSOR_DEFAULTS, scanEveryMs } }),
  };
}

/** Reads everything from where it really is. */
export function readHostConfig(argv: readonly string[]): Outcome<HostConfig, ConfigFailure> {
  const env = Object.freeze({ ...process.env });
  return makeHostConfig({
    argv,
    env,
    machineFile: readIfThere(machineConfigPath(env)),
    findPlaces: (dataDir) =>
      placesOfThisSystem({
        env,
        homeDir: homedir(),
        dataDir: dataDir === undefined ? undefined : resolve(dataDir),
      }),
  });
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw new Error(`${path} cannot be read; check its permissions`, { cause: error });
  }
}
