/** Serves the panel's files as app://panel, from the bundle only, with the policy on every answer. */
import { randomBytes } from 'node:crypto';
import { readFile, realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { protocol, type Session } from 'electron';
import { type Log, messageOf } from './log.ts';
import {
  contentSecurityPolicy,
  mediaTypeOf,
  NONCE_PLACEHOLDER,
  resolvePanelAddress,
} from './panel-address.ts';

/** Once, before `ready`. Standard gives the page a real origin, without which no sender can be checked. */
export function registerPanelScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges: { standard: true, secure: true } }]);
}

function respond(status: number, mediaType: string, body: Uint8Array | string, nonce: string): Response {
  // A view over bytes of a plain buffer; the types of Node's Buffer leave shared memory open.
  return new Response(typeof body === 'string' ? body : new Uint8Array(body), {
    status,
    headers: {
      'content-type': mediaType,
      'content-security-policy': contentSecurityPolicy(nonce),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    },
  });
}

const refuse = (status: number, sentence: string): Response =>
  respond(status, 'text/plain; charset=utf-8', sentence, freshNonce());

const freshNonce = (): string => randomBytes(16).toString('base64');

/** A link inside the folder must not lead out of it either, so the real paths are compared. */
async function isInside(dir: string, path: string): Promise<boolean> {
  const way = relative(await realpath(dir), await realpath(path));
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`);
}

/** Answers one request for a file of the panel. */
export async function answerPanelFile(
  panelDir: string,
  request: { readonly url: string; readonly method: string },
): Promise<Response> {
  if (request.method !== 'GET') return refuse(405, 'Files of the panel can only be read.');
  const names = resolvePanelAddress(request.url);
  if (!names.ok) return refuse(names.code === 'FOREIGN_ADDRESS' ? 403 : 400, names.message);
  const path = join(panelDir, ...names.value);
  const mediaType = mediaTypeOf(path);
  if (!mediaType) return refuse(404, 'The panel has no such file.');
  try {
    if (!(await isInside(panelDir, path))) return refuse(400, 'This address leads out of the panel.');
    const content = await readFile(path);
    const nonce = freshNonce();
    if (!mediaType.startsWith('text/html')) return respond(200, mediaType, content, nonce);
    return respond(200, mediaType, content.toString('utf8').replaceAll(NONCE_PLACEHOLDER, nonce), nonce);
  } catch (thrown) {
    const isMissing = thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
    return isMissing
      ? refuse(404, 'The panel has no such file. If the panel stays empty, build or install Usher again.')
      : refuse(500, `The panel's file cannot be read: ${messageOf(thrown)}`);
  }
}

/** After `ready`, for the one session that the panel's window uses. */
export function servePanelFiles(session: Session, panelDir: string, log: Log): void {
  session.protocol.handle('app', async (request) => {
    const response = await answerPanelFile(panelDir, request);
    if (response.status !== 200) log.warn('app-protocol', `refused a request with ${response.status}`);
    return response;
  });
}
