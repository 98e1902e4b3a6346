/**
 * The door: a Unix socket by which other accounts of this machine enroll at an embedded server. Who connects is the
 * account that the kernel asserts. Linux only.
 */
import { execFile } from 'node:child_process';
import { chmod, lstat, mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { enrollRequestSchema } from '../../shared/rest.ts';
import { SECOND } from '../../shared/time.ts';
import { makeProblem, type ProblemCode } from '../http/problems.ts';
import type { Enrollment } from './enrollment.ts';
import { readPeerCredentials } from './peer-credentials.ts';

const MAXIMUM_BODY_BYTES = 65_536;

export interface Door {
  close(): Promise<void>;
}

export interface DoorOptions {
  readonly dir: string;
  /** Where the server itself can be reached. */
  readonly url: string;
  readonly enrollment: Enrollment;
  readonly log: Logger;
}

/** Makes the folder (0755) with `server.json` and `door.sock` (0666), and serves until closed. */
export async function openDoor({ dir, url, enrollment, log }: DoorOptions): Promise<Door> {
  const socketPath = join(dir, 'door.sock');
  const infoPath = join(dir, 'server.json');
  await mkdir(dir, { recursive: true, mode: 0o755 });
  await refuseForeignFolder(dir);
  await chmod(dir, 0o755);
  await rm(socketPath, { force: true });
  const server = createServer((request, response) => {
    answer(request, response, enrollment).catch((error: unknown) => {
      log.error({ err: error }, 'an enrollment through the door failed');
      if (!response.headersSent) sendProblem(response, 'INTERNAL', 'The enrollment failed. Try again.');
    });
  });
  server.requestTimeout = 10 * SECOND;
  await listen(server, socketPath);
  await chmod(socketPath, 0o666);
  await writeFile(infoPath, JSON.stringify({ url, pid: process.pid }), { mode: 0o644 });
  return {
    async close() {
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
      await rm(infoPath, { force: true });
    },
  };
}

/** The door lies where everybody may write: a folder somebody else made there first is not ours. */
async function refuseForeignFolder(dir: string): Promise<void> {
  const found = await lstat(dir);
  if (!found.isDirectory() || found.uid !== process.getuid?.())
    throw new Error(`${dir} exists and belongs to somebody else; remove it, or give another --door DIR`);
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  enrollment: Enrollment,
): Promise<void> {
  const { uid } = readPeerCredentials(request.socket);
  if (request.method !== 'POST' || request.url !== '/api/v1/enroll')
    return sendProblem(response, 'NOT_FOUND', 'The door knows POST /api/v1/enroll only.');
  const body = await readBody(request);
  if (body === null) return sendProblem(response, 'BODY_TOO_LARGE', 'An enrollment has a small body.');
  const wanted = enrollRequestSchema.safeParse(parseJson(body));
  if (!wanted.success)
    return sendProblem(
      response,
      'BAD_REQUEST',
      `The body does not fit at ${wanted.error.issues[0]?.path.join('.')}.`,
    );
  const enrolled = await enrollment.throughDoor(wanted.data, { uid, loginName: await loginNameOf(uid) });
  if (!enrolled.ok) return sendProblem(response, enrolled.code, enrolled.message);
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(enrolled.value));
}

async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAXIMUM_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // undefined fits no schema: the caller says what is wrong
  }
}

/** The login name of a uid as the system's name service says (files, LDAP ...); `uid-N` where it knows none. */
function loginNameOf(uid: number): Promise<string> {
  return new Promise((resolve) => {
    execFile('/usr/bin/id', ['-nu', String(uid)], { timeout: 5 * SECOND }, (error, stdout) =>
      resolve(error || stdout.trim() === '' ? `uid-${uid}` : stdout.trim()),
    );
  });
}

function sendProblem(response: ServerResponse, code: ProblemCode, detail: string): void {
  const problem = makeProblem(code, detail);
  response.writeHead(problem.status, { 'content-type': 'application/problem+json' });
  response.end(JSON.stringify(problem));
}
