/** The server's REST interface with an admin token; every answer is checked against its schema. */
import { z } from 'zod';
import { problemSchema } from '../../../shared/rest.ts';
import type { ExitName } from '../exit-codes.ts';

export interface RestPorts {
  readonly url: string;
  readonly token: string;
}

export interface RestRequest<T> {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Below /api/v1. */
  readonly path: string;
  readonly body?: unknown;
  /** A file sent as it is, in place of a body. */
  readonly csv?: Uint8Array;
  readonly schema: z.ZodType<T>;
}

/** For answers without a body. */
export const NO_BODY = z.null();

export type RestAnswer<T> =
  | { readonly ok: true; readonly value: T }
  /** `problem`: the server's stable code; null where it gave none. */
  | {
      readonly ok: false;
      readonly code: ExitName;
      readonly problem: string | null;
      readonly message: string;
    };

const ANSWER_LIMIT_MS = 10_000;
/** A file of 100,000 lines on a slow disk. */
const FILE_LIMIT_MS = 300_000;

function exitNameOf(status: number): ExitName {
  if (status === 401 || status === 403) return 'NOT_ALLOWED';
  if (status === 404) return 'NOT_FOUND';
  return status >= 500 ? 'FAILED' : 'REFUSED';
}

function refused(status: number, body: unknown): RestAnswer<never> {
  const code = exitNameOf(status);
  const problem = problemSchema.safeParse(body);
  if (!problem.success)
    return { ok: false, code, problem: null, message: `The server answered with status ${status}.` };
  return {
    ok: false,
    code,
    problem: problem.data.code,
    message: `${problem.data.detail} (${problem.data.code})`,
  };
}

function failed(code: ExitName, message: string): RestAnswer<never> {
  return { ok: false, code, problem: null, message };
}

/** @returns null where the text is no JSON */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function contentOf({ body, csv }: Pick<RestRequest<unknown>, 'body' | 'csv'>): {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: { readonly body?: string | Uint8Array<ArrayBuffer> };
} {
  if (csv !== undefined)
    return { headers: { 'content-type': 'text/csv' }, body: { body: new Uint8Array(csv) } };
  if (body === undefined) return { headers: {}, body: {} };
  return { headers: { 'content-type': 'application/json' }, body: { body: JSON.stringify(body) } };
}

export async function callRest<T>(
  { url, token }: RestPorts,
  request: RestRequest<T>,
): Promise<RestAnswer<T>> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(new URL(`/api/v1${request.path}`, url), {
      method: request.method,
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/json',
        ...contentOf(request).headers,
      },
      ...contentOf(request).body,
      redirect: 'error',
      signal: AbortSignal.timeout(request.csv === undefined ? ANSWER_LIMIT_MS : FILE_LIMIT_MS),
    });
    text = await response.text();
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    const reason =
      cause instanceof Error
        ? cause.message || ('code' in cause ? String(cause.code) : cause.name)
        : String(cause);
    return failed('OFFLINE', `The server at ${new URL(url).origin} cannot be reached (${reason}).`);
  }
  const isCsv = response.headers.get('content-type')?.startsWith('text/csv') ?? false;
  const body = isCsv ? text : parseJson(text);
  if (!response.ok) return refused(response.status, body);
  const result = request.schema.safeParse(body);
  if (result.success) return { ok: true, value: result.data };
  const where = result.error.issues[0]?.path.map(String).join('.') || 'its top';
  return failed(
    'FAILED',
    `The server's answer does not fit at ${where}: command and server are of different versions.`,
  );
}

const PAGE_LIMIT = 500;

/** @param path with its query @returns the items of all pages, `most` at most */
export async function callRestPages<T>(
  ports: RestPorts,
  path: string,
  schema: z.ZodType<{ items: T[]; cursor: string | null }>,
  most = Number.POSITIVE_INFINITY,
): Promise<RestAnswer<readonly T[]>> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const limit = String(Math.min(PAGE_LIMIT, most - items.length));
    const query = new URLSearchParams({ limit, ...(cursor === null ? {} : { cursor }) });
    const page: RestAnswer<{ items: T[]; cursor: string | null }> = await callRest(ports, {
      method: 'GET',
      path: `${path}${path.includes('?') ? '&' : '?'}${query}`,
      schema,
    });
    if (!page.ok) return page;
    items.push(...page.value.items);
    cursor = page.value.cursor;
  } while (cursor !== null && items.length < most);
  return { ok: true, value: items };
}
