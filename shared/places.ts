/** Where things lie on each system, as a pure function of what the system says. Config files call it once. */

export interface PlaceFacts {
  readonly platform: 'linux' | 'win32' | 'darwin';
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeDir: string;
  /** uid as text; '' on Windows. */
  readonly account: string;
  /** `--data DIR`, already absolute; undefined: the platform's own convention. */
  readonly dataDir?: string;
}

export interface Places {
  /** Everything of this account lies below: `server/`, `agent/`, `run/`. */
  readonly dataDir: string;
  readonly serverDir: string;
  readonly agentDir: string;
  /** Mode 0700: local socket, lock and pid of what runs. */
  readonly runDir: string;
  /** The local interface of the agent host: a Unix socket, or a named pipe on Windows. */
  readonly agentSocketPath: string;
  /** Where an embedded server shows itself to the other accounts of this machine; null where no such place exists. */
  readonly doorDir: string | null;
}

/** A Unix socket's path may have 107 bytes on Linux and 103 on macOS (sun_path). */
const LONGEST_SOCKET_PATH = 100;

/** FNV-1a, 32 bit, as eight hexadecimal digits: names pipes and sockets, protects nothing. */
export function shortHash(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash.toString(16).padStart(8, '0');
}

function defaultDataDir({ platform, env, homeDir }: PlaceFacts): string {
  if (platform === 'win32') return `${env.LOCALAPPDATA ?? `${homeDir}\\AppData\\Local`}\\Usher`;
  if (platform === 'darwin') return `${homeDir}/Library/Application Support/Usher`;
  // XDG Base Directory Specification: a relative path must be ignored.
  const dataHome = env.XDG_DATA_HOME?.startsWith('/') ? env.XDG_DATA_HOME : `${homeDir}/.local/share`;
  return `${dataHome}/usher`;
}

export function findPlaces(facts: PlaceFacts): Places {
  const dataDir = facts.dataDir ?? defaultDataDir(facts);
  const separator = facts.platform === 'win32' ? '\\' : '/';
  const runDir = `${dataDir}${separator}run`;
  const base = {
    dataDir,
    serverDir: `${dataDir}${separator}server`,
    agentDir: `${dataDir}${separator}agent`,
    runDir,
  };
  if (facts.platform === 'win32')
    return {
      ...base,
      agentSocketPath: `\\\\.\\pipe\\usher-${shortHash(dataDir.toLowerCase())}`,
      doorDir: null,
    };
  const near = `${runDir}/agent.sock`;
  const isNearShortEnough = encodeURI(near).replace(/%../g, 'x').length <= LONGEST_SOCKET_PATH;
  return {
    ...base,
    agentSocketPath: isNearShortEnough ? near : `/tmp/usher-${facts.account}/${shortHash(dataDir)}.sock`,
    doorDir: facts.platform === 'linux' ? `/var/tmp/usher-server-${facts.account}` : null,
  };
}
