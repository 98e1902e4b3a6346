/** Pages of lists that lie in memory: sorted by a key, the cursor is the last key seen. Pure. */
import type { Page, PageRequest } from '../stores/records.ts';

/** Opaque to whoever gets it, so that nobody builds one. */
export const encodeCursor = (key: string): string => Buffer.from(key, 'utf8').toString('base64url');
export const decodeCursor = (cursor: string): string => Buffer.from(cursor, 'base64url').toString('utf8');

/** @param keyOf distinct for every item; items are sorted by it, by code units */
export function pageOfList<T>(
  items: Iterable<T>,
  keyOf: (item: T) => string,
  { limit, cursor }: PageRequest,
): Page<T> {
  const after = cursor === null ? null : decodeCursor(cursor);
  const keyed = [...items]
    .map((item) => ({ item, key: keyOf(item) }))
    .filter(({ key }) => after === null || key > after)
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const page = keyed.slice(0, limit);
  const last = page.at(-1);
  const hasMore = keyed.length > page.length && last !== undefined;
  return { items: page.map(({ item }) => item), cursor: hasMore ? encodeCursor(last.key) : null };
}

/** The query's words as the stores want them. */
export const pageRequest = (query: { limit: number; cursor?: string | undefined }): PageRequest => ({
  limit: query.limit,
  cursor: query.cursor ?? null,
});
