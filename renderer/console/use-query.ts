/** Reading REST in a page: what was read before is shown at once and read again; a change reads everything again. */
import { createContext, useCallback, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import type { z } from 'zod';
import { invariant, type Outcome } from '../../shared/outcome.ts';
import { pageOf } from '../../shared/rest.ts';
import type { Api } from './api.ts';

/** Answers by path, shared by all pages of one signed-in console. */
export interface QueryCache {
  get(path: string): Outcome<unknown> | undefined;
  put(path: string, outcome: Outcome<unknown>): void;
  subscribe(listener: () => void): () => void;
}

export function makeQueryCache(): QueryCache {
  const answers = new Map<string, Outcome<unknown>>();
  const listeners = new Set<() => void>();
  return {
    get: (path) => answers.get(path),
    put(path, outcome) {
      // A failed reading does not take away what is shown.
      if (!outcome.ok && answers.get(path)?.ok) return;
      answers.set(path, outcome);
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export interface ConsoleData {
  readonly api: Api;
  readonly cache: QueryCache;
}

export const ConsoleDataContext = createContext<ConsoleData | null>(null);

export function useConsoleData(): ConsoleData {
  const data = useContext(ConsoleDataContext);
  invariant(data, 'pages are drawn inside the signed-in console');
  return data;
}

export interface Query<T> {
  /** null: not read yet. */
  readonly outcome: Outcome<T> | null;
  readonly refresh: () => Promise<void>;
}

/** Lists are read whole, page by page, up to this many items; a page that may meet more says so. */
const PAGE_ITEMS = 1000;
export const LONGEST_LIST = 20 * PAGE_ITEMS;

/** @param most no more items than this are read, in the server's order */
export function useList<T>(path: string, item: z.ZodType<T>, most = LONGEST_LIST): Query<readonly T[]> {
  return useReading(`${path} ${most}`, ({ api }) => readList(api, path, item, most));
}

export function useOne<T>(path: string, schema: z.ZodType<T>): Query<T> {
  return useReading(path, ({ api }) => api.send('GET', path, schema));
}

async function readList<T>(
  api: Api,
  path: string,
  item: z.ZodType<T>,
  most: number,
): Promise<Outcome<readonly T[]>> {
  const schema = pageOf(item);
  const items: T[] = [];
  let cursor: string | null = null;
  while (items.length < most) {
    const limit = Math.min(PAGE_ITEMS, most - items.length);
    const query: string = `limit=${limit}${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
    const answer: Outcome<z.infer<typeof schema>> = await api.send(
      'GET',
      `${path}${path.includes('?') ? '&' : '?'}${query}`,
      schema,
    );
    if (!answer.ok) return answer;
    items.push(...answer.value.items);
    cursor = answer.value.cursor;
    if (cursor === null) break;
  }
  return { ok: true, value: items };
}

/** @param key names the question: the same one is read once for all who ask it */
function useReading<T>(key: string, read: (data: ConsoleData) => Promise<Outcome<T>>): Query<T> {
  const data = useConsoleData();
  const [reader] = useState(() => ({ read }));
  reader.read = read;
  const outcome = useSyncExternalStore(data.cache.subscribe, () => data.cache.get(key));
  const refresh = useCallback(async () => {
    data.cache.put(key, await reader.read(data));
  }, [data, key, reader]);
  useEffect(() => void refresh(), [refresh]);
  return { outcome: (outcome as Outcome<T> | undefined) ?? null, refresh };
}
