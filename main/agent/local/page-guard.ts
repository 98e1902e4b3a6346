/**
 * Who may speak to the loopback page server. Every program and every page of this machine's browser can reach it, so
 * an address works once, a cookie names the browser that used it, and requests of other pages are refused.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type Clock, HOUR } from '../../../shared/time.ts';

/** An address that nobody opened goes stale. */
const ADDRESS_LIFE_MS = 12 * HOUR;
const MAXIMUM_OPEN_ADDRESSES = 100;
const MAXIMUM_BROWSERS = 100;

export class PageGuard {
  readonly #clock: Clock;
  /** One-time tokens and when they go stale. */
  readonly #tokens = new Map<string, number>();
  readonly #browsers = new Set<string>();
  #port = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  listensAt(port: number): void {
    this.#port = port;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** A fresh address that lets one browser in, once. */
  makeAddress(): string {
    const token = randomBytes(24).toString('base64url');
    this.#tokens.set(token, this.#clock.monotonicMs() + ADDRESS_LIFE_MS);
    const [oldest] = this.#tokens.keys();
    if (this.#tokens.size > MAXIMUM_OPEN_ADDRESSES && oldest !== undefined) this.#tokens.delete(oldest);
    return `${this.origin}/enter?token=${token}`;
  }

  /** @returns the cookie of a browser that came with a good address, which is used up now */
  enter(token: string): string | null {
    const known = [...this.#tokens.keys()].find((one) => isSame(one, token));
    const staleAtMs = known === undefined ? 0 : (this.#tokens.get(known) ?? 0);
    if (known !== undefined) this.#tokens.delete(known);
    if (known === undefined || this.#clock.monotonicMs() >= staleAtMs) return null;
    const browser = randomBytes(24).toString('base64url');
    this.#browsers.add(browser);
    const [oldest] = this.#browsers;
    if (this.#browsers.size > MAXIMUM_BROWSERS && oldest !== undefined) this.#browsers.delete(oldest);
    return `${this.#cookieName}=${browser}; HttpOnly; SameSite=Strict; Path=/`;
  }

  /** The name by which we were asked is ours: a foreign name that points here (DNS rebinding) is refused. */
  isOurHost({ headers }: IncomingMessage): boolean {
    return headers.host === `127.0.0.1:${this.#port}` || headers.host === `localhost:${this.#port}`;
  }

  /** A socket is asked for by our own page. Browsers always say whose page it is. */
  isOurOrigin({ headers }: IncomingMessage): boolean {
    return headers.origin === this.origin || headers.origin === `http://localhost:${this.#port}`;
  }

  isKnownBrowser({ headers }: IncomingMessage): boolean {
    const given = (headers.cookie ?? '')
      .split(';')
      .map((pair) => pair.trim())
      .flatMap((pair) =>
        pair.startsWith(`${this.#cookieName}=`) ? [pair.slice(this.#cookieName.length + 1)] : [],
      );
    return [...this.#browsers].some((browser) => given.some((one) => isSame(browser, one)));
  }

  /** Cookies do not know ports: without the number, agents of two accounts would take each other's. */
  get #cookieName(): string {
    return `usher_panel_${this.#port}`;
  }
}

function isSame(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
