/** Where the agent's files lie on this system. Beside sensors/os the only file of the agent that asks which one it is. */
import { findPlaces, type Places } from '../../shared/places.ts';

export interface PlaceSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeDir: string;
  /** `--data DIR`, absolute; undefined: the platform's own convention. */
  readonly dataDir: string | undefined;
}

export function placesOfThisSystem({ env, homeDir, dataDir }: PlaceSources): Places {
  const { platform } = process;
  return findPlaces({
    platform: platform === 'win32' || platform === 'darwin' ? platform : 'linux',
    env,
    homeDir,
    account: process.getuid?.().toString() ?? '',
    ...(dataDir === undefined ? {} : { dataDir }),
  });
}

/** Machine-wide settings that an admin may leave for every agent of this machine. */
export function machineConfigPath(env: Readonly<Record<string, string | undefined>>): string {
  if (process.platform === 'win32') return `${env.PROGRAMDATA ?? 'C:\\ProgramData'}\\Usher\\agent.json`;
  return '/etc/usher/agent.json';
}
