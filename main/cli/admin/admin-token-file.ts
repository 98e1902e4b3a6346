/**
 * The admin token of the server that runs for this account, kept for admin commands on its own machine: a file of
 * mode 0600 beside the server's data, which the same account could change anyway.
 */
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Places } from '../../../shared/places.ts';

function tokenPath(places: Places): string {
  return join(places.serverDir, 'admin-token');
}

export function keepAdminToken(places: Places, token: string): void {
  const path = tokenPath(places);
  const draft = `${path}.new`;
  writeFileSync(draft, `${token}\n`, { mode: 0o600 });
  renameSync(draft, path);
}

/** @returns null when there is none, or when others could read it */
export function readKeptAdminToken(places: Places): string | null {
  const path = tokenPath(places);
  try {
    const isUnix = process.getuid !== undefined;
    if (isUnix && (statSync(path).mode & 0o077) !== 0) return null;
    return readFileSync(path, 'utf8').trim() || null;
  } catch {
    // None was kept here: the server is elsewhere, or its token was made elsewhere.
    return null;
  }
}
