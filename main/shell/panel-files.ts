/** Reads a file of the panel for an address: contained in the panel's folder, or a refusal. Knows nothing of Electron. */
import { readFile, realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { messageOf } from './log.ts';
import { mediaTypeOf, NONCE_PLACEHOLDER, resolvePanelAddress } from './panel-address.ts';

export interface PanelFile {
  readonly status: number;
  readonly mediaType: string;
  readonly body: Uint8Array<ArrayBuffer> | string;
}

const refuse = (status: number, body: string): PanelFile => ({
  status,
  mediaType: 'text/plain; charset=utf-8',
  body,
});

/** A link inside the folder must not lead out of it either, so the real paths are compared. */
async function isInside(dir: string, path: string): Promise<boolean> {
  const way = relative(await realpath(dir), await realpath(path));
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`);
}

/** @param nonce put into pages where their styles need it */
export async function readPanelFile(
  panelDir: string,
  request: { readonly url: string; readonly method: string },
  nonce: string,
): Promise<PanelFile> {
  if (request.method !== 'GET') return refuse(405, 'Files of the panel can only be read.');
  const names = resolvePanelAddress(request.url);
  if (!names.ok) return refuse(names.code === 'FOREIGN_ADDRESS' ? 403 : 400, names.message);
  const path = join(panelDir, ...names.value);
  const mediaType = mediaTypeOf(path);
  if (!mediaType) return refuse(404, 'The panel has no such file.');
  try {
    if (!(await isInside(panelDir, path))) return refuse(400, 'This address leads out of the panel.');
    const content = await readFile(path);
    const isPage = mediaType.startsWith('text/html');
    const body = isPage
      ? content.toString('utf8').replaceAll(NONCE_PLACEHOLDER, nonce)
      : new Uint8Array(content);
    return { status: 200, mediaType, body };
  } catch (thrown) {
    const isMissing = thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
    return isMissing
      ? refuse(404, 'The panel has no such file. If the panel stays empty, build or install Usher again.')
      : refuse(500, `The panel's file cannot be read: ${messageOf(thrown)}`);
  }
}
