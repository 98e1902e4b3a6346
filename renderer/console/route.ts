/** Where the console is, in the address after '#': a page, the thing it is about, and its filters. */
import { useMemo, useSyncExternalStore } from 'react';

export const PAGE_NAMES = [
  'overview',
  'pools',
  'queue',
  'workstations',
  'people',
  'denials',
  'usage',
  'enrollment',
  'log',
] as const;
export type PageName = (typeof PAGE_NAMES)[number];

export interface Route {
  readonly page: PageName;
  /** The one pool the page is about; null: the list. */
  readonly subjectId: string | null;
  readonly query: Readonly<Record<string, string>>;
}

/** What every page is drawn with. */
export interface PageProps {
  readonly route: Route;
}

const isPageName = (name: string | undefined): name is PageName => PAGE_NAMES.some((page) => page === name);

/** Reads "#/pools/autocad?tab=queue"; whatever does not fit leads to the overview. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [page, subject] = path.split('/');
  return {
    page: isPageName(page) ? page : 'overview',
    subjectId: subject ? decode(subject) : null,
    query: Object.fromEntries(new URLSearchParams(query)),
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A broken escape in a pasted link names nothing that exists; the page says so.
    return text;
  }
}

export function hrefOf(
  page: PageName,
  subjectId?: string,
  query: Readonly<Record<string, string>> = {},
): string {
  const search = new URLSearchParams(query).toString();
  const subject = subjectId === undefined ? '' : `/${encodeURIComponent(subjectId)}`;
  return `#/${page}${subject}${search === '' ? '' : `?${search}`}`;
}

export function goTo(href: string): void {
  window.location.hash = href;
}

/** Changes filters without a new entry in the history. */
export function replaceRoute(href: string): void {
  history.replaceState(null, '', href);
  window.dispatchEvent(new HashChangeEvent('hashchange'));
}

function subscribe(notify: () => void): () => void {
  window.addEventListener('hashchange', notify);
  return () => window.removeEventListener('hashchange', notify);
}

export function useRoute(): Route {
  const hash = useSyncExternalStore(subscribe, () => window.location.hash);
  return useMemo(() => parseRoute(hash), [hash]);
}
