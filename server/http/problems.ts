/** Errors of the REST interface: one table from stable code to HTTP status, and one way to send them (RFC 9457). */
import type { FastifyReply } from 'fastify';
import { type Problem, problemSchema } from '../../shared/rest.ts';

/** What the ledger refuses, by its own codes: a code that is missing here does not compile where it is sent. */
const REFUSALS = {
  NOT_FOUND: { status: 404, title: 'There is nothing here' },
  NOT_YOURS: { status: 403, title: 'It belongs to somebody else' },
  NOT_COUNTED: { status: 409, title: 'No pool counts this product' },
  ALREADY_SEATED: { status: 409, title: 'There is a seat already' },
  NO_SEAT: { status: 409, title: 'There is no seat' },
  OFFER_GONE: { status: 410, title: 'The offer is over' },
  POOL_UNKNOWN: { status: 404, title: 'There is no such pool' },
  KIND_FIXED: { status: 409, title: 'The kind of a pool cannot change' },
  MIXED_KINDS: { status: 409, title: 'Metered and managed pools do not mix' },
  NOT_MANAGED: { status: 409, title: 'The pool is not managed' },
  STALE: { status: 409, title: 'Something newer is known' },
  NOT_DUE: { status: 409, title: 'It is not due' },
  OUT_OF_ORDER: { status: 409, title: 'It came before what it follows' },
  TOO_OFTEN: { status: 429, title: 'That was often enough for now' },
  ALREADY_ASKED: { status: 409, title: 'It was asked already' },
  NOT_ALLOWED: { status: 403, title: 'Shares or limits forbid it' },
  DENIED: { status: 403, title: 'The person is on a deny list' },
  POOL_CLOSED: { status: 409, title: 'The pool takes nobody now' },
  GROUP_CYCLE: { status: 409, title: 'A group cannot lie within itself' },
  GROUP_UNKNOWN: { status: 404, title: 'There is no such group' },
} as const satisfies Record<string, { status: number; title: string }>;

export const PROBLEMS = {
  ...REFUSALS,
  BAD_REQUEST: { status: 400, title: 'The request does not fit' },
  BAD_CURSOR: { status: 400, title: 'The cursor is not one of ours' },
  NOT_SIGNED_IN: { status: 401, title: 'Sign in first' },
  BAD_TOKEN: { status: 401, title: 'The token is not valid' },
  ENROLLMENT_TOKEN_UNKNOWN: { status: 401, title: 'The enrollment token is not known' },
  ENROLLMENT_TOKEN_EXPIRED: { status: 401, title: 'The enrollment token has expired' },
  ENROLLMENT_TOKEN_REVOKED: { status: 401, title: 'The enrollment token was revoked' },
  ORIGIN_NOT_ALLOWED: { status: 403, title: 'Another page asked' },
  ACCOUNT_MISMATCH: { status: 403, title: 'The account is not the one the system asserts' },
  PRODUCT_UNKNOWN: { status: 404, title: 'There is no such product' },
  WORKSTATION_UNKNOWN: { status: 404, title: 'There is no such workstation' },
  PERSON_UNKNOWN: { status: 404, title: 'There is no such person' },
  ENROLLMENT_TOKEN_NOT_FOUND: { status: 404, title: 'There is no such enrollment token' },
  GROUP_EXISTS: { status: 409, title: 'A group has this name' },
  DENY_UNKNOWN: { status: 404, title: 'There is no such entry of the deny list' },
  SHARE_UNKNOWN: { status: 404, title: 'The group has no share' },
  ACCOUNT_TAKEN: { status: 409, title: 'The account belongs to somebody else' },
  BAD_CREDENTIAL: { status: 401, title: 'The device credential is not valid' },
  NOT_CSV: { status: 415, title: 'The body must be CSV' },
  CSV_EMPTY: { status: 400, title: 'The file is empty' },
  CSV_HEADER: { status: 400, title: 'The header of the file cannot be used' },
  CSV_TOO_LONG: { status: 413, title: 'The file has too many lines' },
  POOL_EXISTS: { status: 409, title: 'A pool with this id exists' },
  ARCHIVE_GONE: { status: 410, title: 'Archived events were moved away' },
  BODY_TOO_LARGE: { status: 413, title: 'The body is too large' },
  NOT_JSON: { status: 415, title: 'The body must be JSON' },
  HOST_NOT_ALLOWED: { status: 421, title: 'The server is not known by this name' },
  TOO_MANY_TRIES: { status: 429, title: 'Too many tries' },
  INTERNAL: { status: 500, title: 'The server failed' },
  NOT_READY: { status: 503, title: 'The server cannot work now' },
} as const satisfies Record<string, { status: number; title: string }>;
export type ProblemCode = keyof typeof PROBLEMS;

/** @param detail what happened and what to do next, for a person; never a name or a secret */
export function makeProblem(code: ProblemCode, detail: string): Problem {
  const { status, title } = PROBLEMS[code];
  return {
    type: `urn:usher:problem:${code.toLowerCase().replaceAll('_', '-')}`,
    title,
    status,
    code,
    detail,
  };
}

export function sendProblem(reply: FastifyReply, code: ProblemCode, detail: string): FastifyReply {
  const problem = makeProblem(code, detail);
  return reply.code(problem.status).type('application/problem+json').send(problem);
}

const problemContent = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: problemSchema } },
});

/** What every route may answer besides its success; goes into each route's response schema. */
export const problemResponses = {
  '4xx': problemContent('The request was refused; `code` says why.'),
  '5xx': problemContent('The server failed or is not ready.'),
};
