/**
 * Which requests may come near a handler: the Host must be a name of this server (against DNS rebinding), and a page
 * that asks for a change or opens a socket must be one of ours (against cross-site requests). Pure.
 */

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]', '::1'];

/** The name of a Host header without its port, lower case; null: not a host at all. */
export function hostNameOf(host: string | undefined): string | null {
  const match = /^(\[[0-9a-f:.]+\]|[^:/@\s[\]]+)(?::\d{1,5})?$/i.exec(host ?? '');
  return match?.[1]?.toLowerCase() ?? null;
}

/** @param publicNames names beside the loopback ones by which this server may be addressed */
export function isHostAllowed(host: string | undefined, publicNames: readonly string[]): boolean {
  const name = hostNameOf(host);
  if (name === null) return false;
  return LOOPBACK_NAMES.includes(name) || publicNames.some((allowed) => allowed.toLowerCase() === name);
}

/**
 * An Origin is ours when it names the host that was asked. `null` (sandboxed frames, files) is not ours.
 * Without an Origin the request does not come from a page's script; callers decide what else they then demand.
 */
export function isOriginAllowed(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true;
  const match = /^https?:\/\/([^/\s]+)$/i.exec(origin);
  return match?.[1] !== undefined && match[1].toLowerCase() === host?.toLowerCase();
}

export const changesState = (method: string): boolean => !['GET', 'HEAD', 'OPTIONS'].includes(method);
