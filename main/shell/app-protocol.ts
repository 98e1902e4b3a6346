/** Serves the panel's files as app://panel, from the bundle only, with the policy on every answer. */
import { randomBytes } from 'node:crypto';
import { protocol, type Session } from 'electron';
import type { Log } from './log.ts';
import { contentSecurityPolicy } from './panel-address.ts';
import { readPanelFile } from './panel-files.ts';

/** Once, before `ready`. Standard gives the page a real origin, without which no sender can be checked. */
export function registerPanelScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges: { standard: true, secure: true } }]);
}

async function answer(panelDir: string, request: { url: string; method: string }): Promise<Response> {
  const nonce = randomBytes(16).toString('base64');
  const { status, mediaType, body } = await readPanelFile(panelDir, request, nonce);
  return new Response(body, {
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

/** After `ready`, for the one session that the panel's window uses. */
export function servePanelFiles(session: Session, panelDir: string, log: Log): void {
  session.protocol.handle('app', async (request) => {
    const response = await answer(panelDir, request);
    if (response.status !== 200) log.warn('app-protocol', `refused a request with ${response.status}`);
    return response;
  });
}
