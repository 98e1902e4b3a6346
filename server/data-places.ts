/** Where this server's files lie on this system. The only file of the server that asks which system it is. */
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { findPlaces, type Places } from '../shared/places.ts';

/**
 * @param env the process's environment
 * @param dataDir `--data DIR`; undefined: the platform's own convention
 */
export function placesOfThisSystem(
  env: Readonly<Record<string, string | undefined>>,
  dataDir: string | undefined,
): Places {
  const { platform } = process;
  const known = platform === 'win32' || platform === 'darwin' ? platform : 'linux';
  return findPlaces({
    platform: known,
    env,
    homeDir: homedir(),
    account: process.getuid?.().toString() ?? '',
    ...(dataDir === undefined ? {} : { dataDir: resolve(dataDir) }),
  });
}

/** Machine-wide settings an admin may leave for a server of this machine. */
export function machineConfigPath(env: Readonly<Record<string, string | undefined>>): string {
  if (process.platform === 'win32') return `${env.PROGRAMDATA ?? 'C:\\ProgramData'}\\Usher\\server.json`;
  return '/etc/usher/server.json';
}
