/** Request, Response and Headers as far as `protocol.handle` and the shell use them: whole bodies, no streams. */

export class Headers {
  readonly #values = new Map<string, string>();

  constructor(entries: Readonly<Record<string, string>> = {}) {
    for (const [name, value] of Object.entries(entries)) this.#values.set(name.toLowerCase(), value);
  }

  get(name: string): string | null {
    return this.#values.get(name.toLowerCase()) ?? null;
  }

  entries(): IterableIterator<[string, string]> {
    return this.#values.entries();
  }
}

export class Request {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;

  constructor(
    url: string,
    { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> } = {},
  ) {
    this.url = url;
    this.method = method;
    this.headers = new Headers(headers);
  }
}

export class Response {
  readonly status: number;
  readonly headers: Headers;
  readonly #body: Uint8Array | string | null;

  constructor(
    body: Uint8Array | string | null = null,
    { status = 200, headers = {} }: { status?: number; headers?: Record<string, string> } = {},
  ) {
    this.#body = body;
    this.status = status;
    this.headers = new Headers(headers);
  }

  async bytes(): Promise<Buffer> {
    return Buffer.from(this.#body ?? '');
  }
}
