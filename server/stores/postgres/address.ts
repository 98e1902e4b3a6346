/**
 * A PostgreSQL URL as settings of a connection. Read here and not by the driver, so that `sslmode` means what the
 * PostgreSQL manual says, so that nothing crosses a network in clear text by mistake, and so that what is wrong is
 * said without the URL, which holds a password.
 */
import { readFileSync } from 'node:fs';
import { checkServerIdentity } from 'node:tls';
import type { ClientConfig } from 'pg';
import { failure, type Outcome, success } from '../../../shared/outcome.ts';

export type PostgresAddress = Pick<
  ClientConfig,
  'host' | 'port' | 'user' | 'password' | 'database' | 'ssl' | 'application_name'
>;

const DEFAULT_PORT = 5432;
const KNOWN = ['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'host', 'application_name'];

/**
 * `postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=...`; `?host=/var/run/postgresql` for a socket.
 * sslmode: disable | require (encrypted, the server is not checked) | verify-ca | verify-full. Without it, only a
 * socket or a loopback address is accepted.
 */
export function readPostgresUrl(text: string): Outcome<PostgresAddress, 'BAD_DATABASE_URL'> {
  if (!URL.canParse(text)) return bad('it is not a URL');
  const url = new URL(text);
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:')
    return bad('it begins with neither postgres:// nor postgresql://');
  const unknown = [...url.searchParams.keys()].find((name) => !KNOWN.includes(name));
  if (unknown !== undefined) return bad(`it has the parameter ${unknown}; known are ${KNOWN.join(', ')}`);
  const database = decodeURIComponent(url.pathname.slice(1));
  if (database === '' || database.includes('/')) return bad('it names no database');
  const host = url.searchParams.get('host') ?? (url.hostname || '127.0.0.1');
  const ssl = readTls(url.searchParams, host);
  if (!ssl.ok) return ssl;
  return success({
    host: host.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? DEFAULT_PORT : Number(url.port),
    ...(url.username === '' ? {} : { user: decodeURIComponent(url.username) }),
    ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
    database,
    ssl: ssl.value,
    application_name: url.searchParams.get('application_name') ?? 'usher',
  });
}

type Tls = Exclude<ClientConfig['ssl'], undefined>;

function readTls(parameters: URLSearchParams, host: string): Outcome<Tls, 'BAD_DATABASE_URL'> {
  const mode = parameters.get('sslmode');
  const isLocal = host.startsWith('/') || /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/.test(host);
  if (mode === 'disable' || (mode === null && isLocal)) return success(false);
  if (mode === null)
    return bad(
      `the server ${host} is on another machine: say sslmode=verify-full (or sslmode=disable where the network ` +
        'may carry everything in clear text)',
    );
  if (!['require', 'verify-ca', 'verify-full'].includes(mode))
    return bad(`its sslmode is ${mode}; take disable, require, verify-ca or verify-full`);
  try {
    return success({
      rejectUnauthorized: mode !== 'require',
      checkServerIdentity: mode === 'verify-full' ? checkServerIdentity : () => undefined,
      ...fileOf(parameters, 'sslrootcert', 'ca'),
      ...fileOf(parameters, 'sslcert', 'cert'),
      ...fileOf(parameters, 'sslkey', 'key'),
    });
  } catch (error) {
    return bad(error instanceof Error ? error.message : String(error));
  }
}

function fileOf(parameters: URLSearchParams, name: string, option: 'ca' | 'cert' | 'key') {
  const path = parameters.get(name);
  return path === null || path === 'system' ? {} : { [option]: readFileSync(path, 'utf8') };
}

const bad = (why: string) =>
  failure('BAD_DATABASE_URL', `The address of the database cannot be used: ${why}.`);
