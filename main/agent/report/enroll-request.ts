/** Enrollment: an enrollment token, or the door of this machine's server, for a credential. */
import { lstatSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { failure, type Outcome, success } from '../../../shared/outcome.ts';
import {
  type EnrollAnswer,
  type EnrollRequest,
  enrollAnswerSchema,
  problemSchema,
} from '../../../shared/rest.ts';
import { askServer, requestErrorWord } from './server-request.ts';

const PATH = '/api/v1/enroll';

/** TRY_LATER: the server cannot be reached or is not ready. Everything else is the server's own code, and final. */
export type EnrollFailure = 'TRY_LATER' | (string & {});

export interface EnrollTarget {
  readonly serverUrl: string;
  /** undefined: through the door, where the kernel says who asks. */
  readonly token?: string;
  /** The door's socket; undefined: over the network. */
  readonly socketPath?: string;
}

export async function requestEnrollment(
  target: EnrollTarget,
  body: EnrollRequest,
): Promise<Outcome<EnrollAnswer, EnrollFailure>> {
  try {
    const answer = await askServer({ ...target, method: 'POST', path: PATH, body });
    return judge(answer.status, answer.value);
  } catch (error) {
    return failure('TRY_LATER', `The server cannot be reached (${requestErrorWord(error)}).`);
  }
}

function judge(status: number, value: unknown): Outcome<EnrollAnswer, EnrollFailure> {
  if (status >= 200 && status < 300) {
    const answer = enrollAnswerSchema.safeParse(value);
    if (answer.success) return success(answer.data);
    return failure('TRY_LATER', 'The answer is not that of an Usher server. Check the address.');
  }
  const problem = problemSchema.safeParse(value);
  const isFinal = problem.success && status >= 400 && status < 500 && status !== 408 && status !== 429;
  if (isFinal) return failure(problem.data.code, problem.data.detail);
  return failure('TRY_LATER', `The server cannot enroll this workstation now (HTTP ${status}).`);
}

const doorFileSchema = z.object({ url: z.url() });

/**
 * Where the server behind a door listens. A folder is a door only if it belongs to the account in its name and
 * nobody else can write there: everything in /var/tmp may have been put there by anybody.
 */
export function readDoor(
  dir: string,
): Outcome<{ serverUrl: string; socketPath: string }, 'TRY_LATER' | 'BAD_DOOR'> {
  const owner = Number(/-(\d+)$/.exec(basename(dir))?.[1] ?? Number.NaN);
  try {
    const folder = lstatSync(dir);
    const file = lstatSync(join(dir, 'server.json'));
    const isTheirs = [folder, file].every(({ uid, mode }) => uid === owner && (mode & 0o022) === 0);
    if (!folder.isDirectory() || !file.isFile() || !isTheirs)
      return failure(
        'BAD_DOOR',
        `The folder ${dir} was not made by the account in its name. Do not join that server.`,
      );
    const door = doorFileSchema.safeParse(JSON.parse(readFileSync(join(dir, 'server.json'), 'utf8')));
    if (door.success) return success({ serverUrl: door.data.url, socketPath: join(dir, 'door.sock') });
  } catch {
    // The server is not running now, or just writes the file.
  }
  return failure('TRY_LATER', 'The server of this machine does not run now.');
}
