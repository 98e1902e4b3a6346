/** Reads arguments and environment of the shell once, checks them, and gives one frozen object. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { LinkName } from '../../shared/agent-api.ts';
import { failure, type Outcome, success } from '../../shared/outcome.ts';
import { findPlaces } from '../../shared/places.ts';
import { nodeCandidates, type ShellPlatform, thisPlatform, xdgAutostartPath } from './shell-places.ts';

/** How to start an agent host when none runs. */
export interface HostCommand {
  /** Node runtimes to try, best first. */
  readonly nodePaths: readonly string[];
  readonly scriptPath: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface ShellConfig {
  readonly platform: ShellPlatform;
  readonly dataDir: string;
  /** Chromium's own files, the single-instance lock and the log. */
  readonly shellDir: string;
  readonly socketPath: string;
  readonly panelDir: string;
  readonly preloadPath: string;
  /** null with `--attach-only`: somebody else keeps the agent host alive. */
  readonly host: HostCommand | null;
  /** `--hidden`: started at login, so no window unless there is no tray to find it by. */
  readonly startsHidden: boolean;
  readonly links: Readonly<Record<LinkName, string | null>>;
  readonly sessionBusAddress: string | null;
  /** false on Wayland without X11, where only a StatusNotifier host can show a tray icon. */
  readonly mayHaveXTray: boolean;
  readonly autostartPath: string;
  /** What follows the executable when the system starts the shell at login. */
  readonly autostartArgs: readonly string[];
  /** GNOME's bar is dark whatever the theme; elsewhere the system's theme decides. */
  readonly trayBackground: 'dark' | 'light' | 'system';
}

export interface ShellFacts {
  readonly platform: ShellPlatform;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly workingDir: string;
  readonly homeDir: string;
  /** uid as text; '' on Windows. */
  readonly account: string;
  /** The folder of the running bundle: `<root>/dist/shell`. */
  readonly bundleDir: string;
  /** Electron's `process.resourcesPath`. */
  readonly resourcesDir: string;
  readonly isPackaged: boolean;
}

/** A link may lead to https, or to http on this machine; anything else is never opened. */
export function isAllowedLink(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return (
    protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname))
  );
}

/** The word after `name`, or after `name=`; null: not given; failure: given without a word. */
function optionOf(argv: readonly string[], name: string): Outcome<string | null, 'BAD_ARGUMENT'> {
  const joined = argv.find((word) => word.startsWith(`${name}=`));
  if (joined) return success(joined.slice(name.length + 1));
  const at = argv.indexOf(name);
  if (at < 0) return success(null);
  const word = argv[at + 1];
  if (!word || word.startsWith('--')) return failure('BAD_ARGUMENT', `${name} needs a value after it.`);
  return success(word);
}

function linkOf(env: ShellFacts['env'], name: string): Outcome<string | null, 'BAD_ARGUMENT'> {
  const address = env[name];
  if (!address) return success(null);
  if (isAllowedLink(address)) return success(address);
  return failure('BAD_ARGUMENT', `${name} must be an https address, or http on this machine.`);
}

/** An agent host must not inherit what steers Electron or a debugger of ours. */
function hostEnvironment(env: ShellFacts['env']): Record<string, string> {
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !/^(ELECTRON_|NODE_OPTIONS$)/.test(entry[0]),
  );
  return Object.fromEntries(kept);
}

export function makeShellConfig(facts: ShellFacts): Outcome<ShellConfig, 'BAD_ARGUMENT'> {
  const data = optionOf(facts.argv, '--data');
  if (!data.ok) return data;
  const help = linkOf(facts.env, 'USHER_HELP_URL');
  if (!help.ok) return help;
  const consoleLink = linkOf(facts.env, 'USHER_CONSOLE_URL');
  if (!consoleLink.ok) return consoleLink;
  const { platform, env, homeDir, account, bundleDir } = facts;
  const givenDir = data.value === null ? null : resolve(facts.workingDir, data.value);
  const places = findPlaces({ platform, env, homeDir, account, ...(givenDir ? { dataDir: givenDir } : {}) });
  const rootDir = resolve(bundleDir, '..', '..');
  // Plain Node cannot read inside an asar archive; packages keep the host unpacked beside it.
  const hostRootDir = rootDir.replace(/app\.asar$/, 'app.asar.unpacked');
  const host: HostCommand = {
    nodePaths: nodeCandidates(platform, {
      configured: env.USHER_NODE,
      resourcesDir: facts.resourcesDir,
      rootDir,
    }),
    scriptPath: join(hostRootDir, 'dist', 'agent', 'host.mjs'),
    args: ['--data', places.dataDir, '--detached'],
    env: hostEnvironment(env),
  };
  const ownScript = facts.isPackaged ? [] : [join(bundleDir, 'main.cjs')];
  return success({
    platform,
    dataDir: places.dataDir,
    shellDir: join(places.dataDir, 'shell'),
    socketPath: places.agentSocketPath,
    panelDir: join(rootDir, 'dist', 'panel'),
    preloadPath: join(bundleDir, 'preload.cjs'),
    host: facts.argv.includes('--attach-only') ? null : host,
    startsHidden: facts.argv.includes('--hidden'),
    links: { help: help.value, console: consoleLink.value },
    sessionBusAddress: env.DBUS_SESSION_BUS_ADDRESS ?? null,
    mayHaveXTray: Boolean(env.DISPLAY) && env.XDG_SESSION_TYPE !== 'wayland',
    autostartPath: xdgAutostartPath(env, homeDir),
    autostartArgs: [...ownScript, '--hidden', ...(givenDir ? ['--data', givenDir] : [])],
    trayBackground: /gnome|unity/i.test(env.XDG_CURRENT_DESKTOP ?? '') ? 'dark' : 'system',
  });
}

/** @param bundleDir folder of the running bundle */
export function readShellConfig(
  bundleDir: string,
  isPackaged: boolean,
): Outcome<ShellConfig, 'BAD_ARGUMENT'> {
  return makeShellConfig({
    platform: thisPlatform(),
    argv: process.argv.slice(1),
    env: process.env,
    workingDir: process.cwd(),
    homeDir: homedir(),
    account: process.getuid ? String(process.getuid()) : '',
    bundleDir,
    resourcesDir: process.resourcesPath,
    isPackaged,
  });
}
