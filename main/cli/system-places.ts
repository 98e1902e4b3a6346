/** What differs per system in the command: where files lie, which program opens an address. Nothing else may ask. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findPlaces, type Places } from '../../shared/places.ts';
import type { CommandEnvironment } from './config.ts';

export type CommandPlatform = 'linux' | 'win32' | 'darwin';

/** @throws on a system that Usher does not know */
export function thisPlatform(platform: string = process.platform): CommandPlatform {
  if (platform === 'linux' || platform === 'win32' || platform === 'darwin') return platform;
  throw new Error(`Usher runs on Linux, Windows and macOS, not on ${platform}.`);
}

/** uid of this account as text; '' on Windows. */
export function thisAccount(): string {
  return process.getuid ? String(process.getuid()) : '';
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** @param dataDir `--data`, already absolute */
export function placesOf(environment: CommandEnvironment, dataDir?: string): Places {
  return findPlaces({
    platform: thisPlatform(),
    env: environment.env,
    homeDir: environment.homeDir,
    account: thisAccount(),
    ...(dataDir === undefined ? {} : { dataDir }),
  });
}

/** Below this folder lie the doors of all accounts (shared/places.ts `doorDir`); null where there are none. */
export function doorsOf(platform: CommandPlatform): { readonly dir: string; readonly prefix: string } | null {
  return platform === 'linux' ? { dir: '/var/tmp', prefix: 'usher-server-' } : null;
}

/** true: a window can open here. */
export function hasDisplay(
  environment: CommandEnvironment,
  platform: CommandPlatform = thisPlatform(),
): boolean {
  return platform !== 'linux' || environment.x11Display !== null || environment.waylandDisplay !== null;
}

/** The program that opens an address in the default browser, with the arguments before the address. */
export function browserOpener(platform: CommandPlatform): readonly [file: string, ...args: string[]] {
  if (platform === 'darwin') return ['/usr/bin/open'];
  // `start` is a word of cmd.exe and cuts at `&`; rundll32 takes the address as one argument.
  if (platform === 'win32') return ['rundll32.exe', 'url.dll,FileProtocolHandler'];
  return ['xdg-open'];
}

/** Electron's executable as its package installs it; null: its runtime is not there. */
export function electronPath(rootDir: string, platform: CommandPlatform): string | null {
  const name = {
    linux: 'electron',
    win32: 'electron.exe',
    darwin: 'Electron.app/Contents/MacOS/Electron',
  }[platform];
  const path = join(rootDir, 'node_modules', 'electron', 'dist', name);
  return existsSync(path) ? path : null;
}

/** Children of `usher start` get a process group of their own, so that Ctrl-C reaches only the supervisor, which stops them in order. */
export function startsOwnGroup(platform: CommandPlatform): boolean {
  // On Windows `detached` would open a console window.
  return platform !== 'win32';
}
