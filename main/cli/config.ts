/** What the environment says to the command: read once, checked, frozen. The only file of main/cli with process.env. */
import { homedir } from 'node:os';

export interface CommandEnvironment {
  /** For findPlaces; looked up by name only. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeDir: string;
  /** `USHER_DATA`: the data folder where no `--data` is given. */
  readonly dataDir: string | null;
  /** `USHER_ADMIN_TOKEN`: the admin token where no `--token` is given. */
  readonly adminToken: string | null;
  /** `USHER_ENROLLMENT_TOKEN`: the same for `usher agent`, so that the token need not stand on a command line. */
  readonly enrollmentToken: string | null;
  /** null: let the terminal decide. NO_COLOR and FORCE_COLOR as no-color.org and Node describe them. */
  readonly wantsColor: boolean | null;
  /** Where windows open on Linux; null: not set. */
  readonly x11Display: string | null;
  readonly waylandDisplay: string | null;
  readonly temporaryDir: string;
  /** `USHER_ELECTRON`: an Electron of the system or of a package, started as it is; null: the one npm installed. */
  readonly electronPath: string | null;
}

function nonEmpty(value: string | undefined): string | null {
  return value === undefined || value === '' ? null : value;
}

function colorWish(env: NodeJS.ProcessEnv): boolean | null {
  if (nonEmpty(env.NO_COLOR) !== null || env.TERM === 'dumb') return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0';
  return null;
}

/** @param temporaryDir the system's folder for temporary files */
export function readEnvironment(temporaryDir: string): CommandEnvironment {
  const env = process.env;
  return Object.freeze({
    env: Object.freeze({ ...env }),
    homeDir: homedir(),
    dataDir: nonEmpty(env.USHER_DATA),
    adminToken: nonEmpty(env.USHER_ADMIN_TOKEN),
    enrollmentToken: nonEmpty(env.USHER_ENROLLMENT_TOKEN),
    wantsColor: colorWish(env),
    x11Display: nonEmpty(env.DISPLAY),
    waylandDisplay: nonEmpty(env.WAYLAND_DISPLAY),
    temporaryDir,
    electronPath: nonEmpty(env.USHER_ELECTRON),
  });
}
