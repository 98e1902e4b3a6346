/** What `usher admin token` does on the server's machine: makes a new admin token for a data folder. */
import { stat } from 'node:fs/promises';
import { failure, type Outcome, success } from '../../shared/outcome.ts';
import { hashSecret, makeSecret } from '../agents/secrets.ts';
import { leaveRenewal } from '../http/admin-renewal.ts';

export interface AdminTokenOptions {
  /** `server/` of the data folder (shared/places.ts). */
  readonly serverDir: string;
  readonly nowMs: number;
}

/**
 * Makes the token that is valid from now on; every earlier one and every signed-in browser is not any more. A running
 * server takes it at once, a stopped one when it starts.
 * @returns the token, to be shown once
 */
export async function renewAdminToken({
  serverDir,
  nowMs,
}: AdminTokenOptions): Promise<Outcome<{ readonly token: string }, 'NO_SERVER_DATA' | 'NOT_WRITABLE'>> {
  const isThere = await stat(serverDir).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isThere)
    return failure(
      'NO_SERVER_DATA',
      `No server has run on ${serverDir}. Start one, or name its folder with --data.`,
    );
  const token = makeSecret('admin');
  try {
    await leaveRenewal(serverDir, { hash: hashSecret(token), createdAtMs: nowMs });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return failure(
      'NOT_WRITABLE',
      `The token cannot be left for the server (${why}). Run this as the server's account.`,
    );
  }
  return success({ token });
}
