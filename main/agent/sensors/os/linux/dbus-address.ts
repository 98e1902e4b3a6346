/** D-Bus addresses (D-Bus specification, "Server Addresses") as what a socket can connect to. Pure. */

/** A path for `net.connect`; an abstract socket starts with a NUL byte, as Node wants it. */
export type BusSocketPath = string;

/** @returns the Unix sockets of an address in order; other transports are left out */
export function parseBusAddress(address: string): readonly BusSocketPath[] {
  return address.split(';').flatMap((entry) => {
    const [transport, list] = splitOnce(entry.trim(), ':');
    if (transport !== 'unix' || list === undefined) return [];
    const values = new Map(list.split(',').map((pair) => splitOnce(pair, '=')));
    const path = values.get('path');
    const abstract = values.get('abstract');
    if (path) return [unescaped(path)];
    return abstract ? [`\0${unescaped(abstract)}`] : [];
  });
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function unescaped(value: string): string {
  return value.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** A 64-bit answer of whatever shape a D-Bus library gives it; undefined when it is no sane number. */
export function toMilliseconds(value: unknown): number | undefined {
  const number =
    typeof value === 'object' && value !== null && 'toNumber' in value && typeof value.toNumber === 'function'
      ? Number(value.toNumber())
      : typeof value === 'bigint' || typeof value === 'number' || (typeof value === 'string' && value !== '')
        ? Number(value)
        : Number.NaN;
  return Number.isFinite(number) && number >= 0 && number <= Number.MAX_SAFE_INTEGER ? number : undefined;
}
