/**
 * The system's key store, where there is one that a program without windows can use: on Linux the Secret Service
 * (GNOME Keyring, KWallet) through `secret-tool` of libsecret. Whatever fails or takes long counts as "not there".
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Log } from '../log.ts';

export interface KeyStore {
  /** null: not there, or the store does not answer. */
  read(name: string): Promise<string | null>;
  /** @returns false: the store did not take it */
  write(name: string, secret: string): Promise<boolean>;
  remove(name: string): Promise<void>;
}

/** A locked store asks its person for a password; an agent must not wait for that. */
const LIMIT_MS = 2_000;
const SECRET_TOOL_PATHS = ['/usr/bin/secret-tool', '/usr/local/bin/secret-tool'];

export interface SecretToolPlace {
  /** undefined: looked for where packages put it. */
  readonly toolPath?: string;
  readonly sessionBusAddress: string | undefined;
  /** Left out: LIMIT_MS. */
  readonly limitMs?: number;
  readonly log: Log;
}

/** @returns null where the tool or the session bus is missing: then there is no key store to ask */
export function openSecretService(place: SecretToolPlace): KeyStore | null {
  const { toolPath, sessionBusAddress, limitMs = LIMIT_MS, log } = place;
  const path = toolPath ?? SECRET_TOOL_PATHS.find((one) => existsSync(one));
  if (path === undefined || !sessionBusAddress) return null;
  const attributes = (name: string) => ['application', 'usher', 'credential', name];
  const run = (args: readonly string[], input: string | null) =>
    new Promise<string | null>((resolve) => {
      const options = { timeout: limitMs, killSignal: 'SIGKILL', encoding: 'utf8' } as const;
      const child = execFile(path, args, options, (error, stdout) => {
        // Exit code 1 without a word is the tool's "not found"; everything is the same to us: not there.
        if (error)
          log.debug('the key store did not answer', {
            action: args[0],
            code: String(error.code ?? error.signal),
          });
        resolve(error ? null : stdout);
      });
      child.stdin?.on('error', () => log.debug('the key store closed its input'));
      child.stdin?.end(input ?? '');
    });
  return {
    async read(name) {
      const secret = (await run(['lookup', ...attributes(name)], null))?.trim();
      return secret ? secret : null;
    },
    async write(name, secret) {
      const label = 'Usher: credential of this workstation';
      return (await run(['store', `--label=${label}`, ...attributes(name)], secret)) !== null;
    },
    async remove(name) {
      await run(['clear', ...attributes(name)], null);
    },
  };
}
