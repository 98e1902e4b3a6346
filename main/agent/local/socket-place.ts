/** Where the local socket may lie: in a folder that only its owner can enter. A stale socket is told from a live one. */
import { lstatSync, mkdirSync, unlinkSync } from 'node:fs';
import { createConnection } from 'node:net';
import { dirname } from 'node:path';
import { failure, type Outcome, success } from '../../../shared/outcome.ts';

export type PlaceFailure = 'FOLDER_NOT_OURS' | 'FOLDER_OPEN' | 'NOT_A_SOCKET' | 'IN_USE';

/** Named pipes of Windows lie in no folder. */
export const isPipe = (path: string) => path.startsWith('\\\\');

/** @param uid of this process; undefined where there are none (Windows) */
export function prepareFolder(socketPath: string, uid: number | undefined): Outcome<null, PlaceFailure> {
  if (isPipe(socketPath)) return success(null);
  const dir = dirname(socketPath);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const folder = lstatSync(dir);
  if (!folder.isDirectory() || (uid !== undefined && folder.uid !== uid))
    return failure(
      'FOLDER_NOT_OURS',
      `The folder ${dir} belongs to another account. Remove it, or give another one with --data.`,
    );
  if (uid !== undefined && (folder.mode & 0o077) !== 0)
    return failure(
      'FOLDER_OPEN',
      `The folder ${dir} is open to other accounts. Close it with: chmod 700 ${dir}`,
    );
  return success(null);
}

/** true: whoever listens in this folder is this account. Nobody else can put a socket there. */
export function isOwnFolder(socketPath: string, uid: number | undefined): boolean {
  if (isPipe(socketPath) || uid === undefined) return true;
  try {
    const folder = lstatSync(dirname(socketPath));
    return folder.isDirectory() && folder.uid === uid && (folder.mode & 0o022) === 0;
  } catch (error) {
    if (isMissing(error)) return false;
    throw new Error(`cannot look at the folder of ${socketPath}`, { cause: error });
  }
}

/** Removes a socket that nobody listens at. @returns IN_USE when somebody does */
export async function clearStaleSocket(socketPath: string): Promise<Outcome<null, PlaceFailure>> {
  if (isPipe(socketPath)) return success(null);
  try {
    if (!lstatSync(socketPath).isSocket())
      return failure('NOT_A_SOCKET', `${socketPath} is no socket. Move it away.`);
  } catch (error) {
    if (isMissing(error)) return success(null);
    throw new Error(`cannot look at ${socketPath}`, { cause: error });
  }
  if (await isAnswering(socketPath))
    return failure('IN_USE', 'An agent host already listens here. Use that one, or stop it first.');
  unlinkSync(socketPath);
  return success(null);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function isAnswering(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createConnection(socketPath);
    probe.on('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.on('error', () => resolve(false));
  });
}
