/** The console's way to REST: typed by the schemas of shared/rest.ts, errors as outcomes with the server's codes. */
import { z } from 'zod';
import { failure, type Outcome, success } from '../../shared/outcome.ts';
import { problemSchema } from '../../shared/rest.ts';
import { consoleText } from '../../shared/strings-console.ts';

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

export interface Api {
  /**
   * @param path below /api/v1, with its query
   * @param schema what a good answer looks like; null: the answer has no body
   */
  send<T>(method: Method, path: string, schema: z.ZodType<T>, body?: unknown): Promise<Outcome<T>>;
  send(method: Method, path: string, schema: null, body?: unknown): Promise<Outcome<null>>;
  /** A file as it is, in place of a body. */
  sendFile<T>(path: string, schema: z.ZodType<T>, file: Blob): Promise<Outcome<T>>;
}

export interface ApiPorts {
  readonly fetch: (path: string, init: RequestInit) => Promise<Response>;
  /** The server says that nobody is signed in. */
  readonly onSignedOut: () => void;
  /** For whoever looks into the browser's console. */
  readonly warn: (sentence: string, cause: unknown) => void;
}

async function problemOf(response: Response): Promise<Outcome<never>> {
  const problem = problemSchema.safeParse(await response.json().catch(() => null));
  if (problem.success) return failure(problem.data.code, problem.data.detail);
  return failure(`HTTP_${response.status}`, consoleText.badAnswer);
}

export function makeApi(ports: ApiPorts): Api {
  async function ask(
    method: Method,
    path: string,
    schema: z.ZodType | null,
    content: { readonly type: string; readonly body: BodyInit } | null,
  ): Promise<Outcome<unknown>> {
    let response: Response;
    try {
      response = await ports.fetch(`/api/v1${path}`, {
        method,
        credentials: 'same-origin',
        headers: content === null ? {} : { 'content-type': content.type },
        ...(content === null ? {} : { body: content.body }),
      });
    } catch (error) {
      ports.warn('the server cannot be reached', error);
      return failure('UNREACHABLE', consoleText.unreachable);
    }
    if (!response.ok) {
      const problem = await problemOf(response);
      if (response.status === 401 && path !== '/session') ports.onSignedOut();
      return problem;
    }
    if (schema === null || response.status === 204) return success(null);
    const decoded = schema.safeParse(await response.json().catch(() => undefined));
    if (decoded.success) return success(decoded.data);
    ports.warn(`the answer of ${path} does not fit`, z.prettifyError(decoded.error));
    return failure('BAD_ANSWER', consoleText.badAnswer);
  }
  const send = (method: Method, path: string, schema: z.ZodType | null, body?: unknown) =>
    ask(
      method,
      path,
      schema,
      body === undefined ? null : { type: 'application/json', body: JSON.stringify(body) },
    );
  const sendFile = (path: string, schema: z.ZodType, file: Blob) =>
    ask('POST', path, schema, { type: 'text/csv', body: file });
  return { send, sendFile } as Api;
}
