/** The server's REST interface as an admin's script sees it. */
import type { z } from 'zod';
import {
  type LeaseResource,
  ledgerEventResourceSchema,
  type OfferResource,
  type PoolResource,
  type TicketResource,
  type UsageRecord,
  type WorkstationResource,
} from '../../shared/rest.ts';

export type LedgerEventResource = z.infer<typeof ledgerEventResourceSchema>;

export interface Denial {
  readonly denialId: string;
  readonly userName: string;
  readonly productId: string;
  readonly reason: string;
}

interface Page<T> {
  readonly items: T[];
  readonly cursor: string | null;
}

export class Rest {
  readonly #baseUrl: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#baseUrl = `${url.replace(/\/$/, '')}/api/v1`;
    this.#token = token;
  }

  async send<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.#baseUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return (text === '' ? null : JSON.parse(text)) as T;
  }

  /** Every page of a list. */
  async all<T>(path: string): Promise<T[]> {
    const items: T[] = [];
    let cursor: string | null = null;
    do {
      const query: string = `limit=1000${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
      const page: Page<T> = await this.send('GET', `${path}${path.includes('?') ? '&' : '?'}${query}`);
      items.push(...page.items);
      cursor = page.cursor;
    } while (cursor !== null);
    return items;
  }

  /** What is left out gets the defaults of the product. */
  createPool(poolId: string, settings: object, productIds: readonly string[]): Promise<PoolResource> {
    return this.send('POST', '/pools', { poolId, settings: { name: poolId, ...settings }, productIds });
  }
  pool(poolId: string): Promise<PoolResource> {
    return this.send('GET', `/pools/${poolId}`);
  }
  pools(): Promise<PoolResource[]> {
    return this.all('/pools');
  }
  leases(): Promise<LeaseResource[]> {
    return this.all('/leases');
  }
  tickets(): Promise<TicketResource[]> {
    return this.all('/tickets');
  }
  offers(): Promise<OfferResource[]> {
    return this.all('/offers');
  }
  usage(): Promise<UsageRecord[]> {
    return this.all('/usage');
  }
  denials(): Promise<Denial[]> {
    return this.all('/denials');
  }
  workstations(): Promise<WorkstationResource[]> {
    return this.all('/workstations');
  }
  async events(): Promise<LedgerEventResource[]> {
    return (await this.all('/events')).map((event) => ledgerEventResourceSchema.parse(event));
  }
}
