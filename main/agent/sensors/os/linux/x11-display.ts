/**
 * Where an X server is and how one identifies to it: the DISPLAY variable (X(7)) and the authority file
 * (Xau(3): a sequence of family, address, display number, name, data; all lengths big-endian). Pure.
 */
import type { Authorization } from './x11-wire.ts';

export type DisplayAddress =
  | { readonly kind: 'local'; readonly number: number; readonly socketPath: string }
  | { readonly kind: 'tcp'; readonly number: number; readonly host: string; readonly port: number };

const X_TCP_PORT = 6000;
const COOKIE = 'MIT-MAGIC-COOKIE-1';

/** @returns undefined for text that names no display */
export function parseDisplay(display: string): DisplayAddress | undefined {
  const parts = /^(.*):(\d{1,5})(?:\.\d+)?$/.exec(display);
  if (!parts) return undefined;
  const number = Number(parts[2]);
  const host = (parts[1] ?? '').replace(/^(?:tcp|inet6?)\//, '');
  if (host === '' || host === 'unix' || host.endsWith('/unix') || host === 'local/')
    return { kind: 'local', number, socketPath: `/tmp/.X11-unix/X${number}` };
  // An absolute path is a socket by itself (macOS, some sandboxes).
  if (host.startsWith('/')) return { kind: 'local', number, socketPath: display };
  const port = X_TCP_PORT + number;
  return port > 65_535 ? undefined : { kind: 'tcp', number, host: host.replace(/^\[(.*)\]$/, '$1'), port };
}

interface AuthorityEntry {
  readonly address: string;
  readonly number: string;
  readonly name: string;
  readonly data: Buffer;
}

/** A torn end is dropped: xauth may be writing the file. */
export function parseAuthority(bytes: Buffer): readonly AuthorityEntry[] {
  const entries: AuthorityEntry[] = [];
  let offset = 0;
  const field = (): Buffer | undefined => {
    if (offset + 2 > bytes.length) return undefined;
    const end = offset + 2 + bytes.readUInt16BE(offset);
    if (end > bytes.length) return undefined;
    const value = bytes.subarray(offset + 2, end);
    offset = end;
    return value;
  };
  while (offset + 2 <= bytes.length) {
    offset += 2; // family: the address says enough, and wildcards match anything
    const [address, number, name, data] = [field(), field(), field(), field()];
    if (!address || !number || !name || !data) break;
    entries.push({
      address: address.toString('latin1'),
      number: number.toString('latin1'),
      name: name.toString('latin1'),
      data,
    });
  }
  return entries;
}

/** The cookie for one display; an entry of this very host is preferred to any other. */
export function chooseAuthorization(
  entries: readonly AuthorityEntry[],
  displayNumber: number,
  hostName: string,
): Authorization | undefined {
  const fitting = entries.filter(
    (entry) => entry.name === COOKIE && (entry.number === String(displayNumber) || entry.number === ''),
  );
  const entry = fitting.find(({ address }) => address === hostName) ?? fitting[0];
  return entry && { name: entry.name, data: entry.data };
}
