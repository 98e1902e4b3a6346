/** The panel's files as the loopback server gives them: only what lies in its folder, with the strict policy. */
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

/** Stands in index.html where the nonce of the component library's `<style>` elements goes. */
const NONCE_PLACEHOLDER = '__CSP_NONCE__';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
};

export interface PageFile {
  readonly type: string;
  readonly body: Buffer | string;
  /** Names of built files carry a hash of their content. */
  readonly isImmutable: boolean;
}

/** Scripts are files; styles may also be elements that carry this answer's nonce. */
export function pagePolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** A path made of plain names only, or null: nothing that could mean another folder, drive or stream passes. */
export function plainSegments(pathname: string): readonly string[] | null {
  let decoded: string;
  try {
    decoded = decodeURIComponent(pathname);
  } catch {
    // Not UTF-8 behind its percent signs: no file of ours is called so.
    return null;
  }
  const segments = decoded.slice(1).split('/');
  const isPlain = segments.every((segment) => /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(segment));
  return isPlain && !decoded.includes('..') ? segments : null;
}

/** @returns null: there is no such file */
export async function readPageFile(
  panelDir: string,
  pathname: string,
  nonce: string,
): Promise<PageFile | null> {
  const segments = pathname === '/' ? ['index.html'] : plainSegments(pathname);
  const type = segments && TYPES[extname(segments.at(-1) ?? '')];
  if (!segments || !type) return null;
  try {
    const body = await readFile(join(panelDir, ...segments));
    if (segments.length === 1 && segments[0] === 'index.html')
      return { type, body: body.toString('utf8').replaceAll(NONCE_PLACEHOLDER, nonce), isImmutable: false };
    return { type, body, isImmutable: segments[0] === 'assets' };
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EISDIR'))
      return null;
    throw new Error('a file of the panel cannot be read', { cause: error });
  }
}
