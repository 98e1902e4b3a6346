/** Which file of the panel an `app://` address means, and the policy that every answer carries. Pure. */
import { failure, type Outcome, success } from '../../shared/outcome.ts';

/** Stands in the panel's index.html where the nonce of its `<style>` elements goes. */
export const NONCE_PLACEHOLDER = '__CSP_NONCE__';

/** The component library inserts `<style>` elements, which only this answer's nonce allows; scripts are files. */
export function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** true: an address of the panel, judged by its parts and never by its beginning as text. */
export function isPanelAddress(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, host, username, password } = new URL(address);
  return protocol === 'app:' && host === 'panel' && username === '' && password === '';
}

function decodeSegment(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    // Not UTF-8 behind its percent signs: no file of ours has such a name.
    return null;
  }
}

/** Separators, drive letters, alternate streams, control characters, hidden and parent names: none is ours. */
function isPlainName(name: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not pass
  return name !== '' && !name.startsWith('.') && !/[/\\:\u0000-\u001f\u007f]/.test(name);
}

/**
 * @returns the names of folders and file below the panel's folder; the bare address means index.html
 */
export function resolvePanelAddress(
  address: string,
): Outcome<readonly string[], 'FOREIGN_ADDRESS' | 'OUTSIDE_PANEL'> {
  if (!isPanelAddress(address)) return failure('FOREIGN_ADDRESS', 'Only app://panel is served.');
  const { pathname } = new URL(address);
  if (pathname === '' || pathname === '/') return success(['index.html']);
  const names = pathname.slice(1).split('/').map(decodeSegment);
  const plain = names.filter((name): name is string => name !== null && isPlainName(name));
  if (plain.length !== names.length)
    return failure('OUTSIDE_PANEL', 'This address leads out of the panel and is not served.');
  return success(plain);
}

const MEDIA_TYPES: ReadonlyMap<string, string> = new Map([
  ['html', 'text/html; charset=utf-8'],
  ['js', 'text/javascript; charset=utf-8'],
  ['css', 'text/css; charset=utf-8'],
  ['svg', 'image/svg+xml'],
  ['png', 'image/png'],
  ['woff2', 'font/woff2'],
]);

/** null: the panel has no files of this kind, so nothing is served. */
export function mediaTypeOf(fileName: string): string | null {
  return MEDIA_TYPES.get(fileName.slice(fileName.lastIndexOf('.') + 1)) ?? null;
}
