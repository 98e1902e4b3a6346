/**
 * What the callers of the ledger benchmark do: each is one person with several products, who always has a next step
 * (acquire, release, queue, claim ...). Knows neither sockets nor stores; both ways of asking share it.
 */

import { randomUUID } from 'node:crypto';
import { timeOrderedIds } from '../../shared/ids.ts';

/** Sessions are named as agents name them. */
const newSessionId = timeOrderedIds(Date.now, randomUUID);

/** What a person sees of one product. */
export interface ProductState {
  readonly session: { readonly sessionId: string; readonly hasSeat: boolean } | null;
  readonly ticketId: string | null;
  readonly offerId: string | null;
  /** A seat claimed by button that waits for its application, by its id. */
  readonly awaitedId: string | null;
}

export type Step =
  | { readonly kind: 'start'; readonly sessionId: string }
  | { readonly kind: 'end' | 'release'; readonly sessionId: string }
  | { readonly kind: 'queue' }
  | { readonly kind: 'leave'; readonly ticketId: string }
  | { readonly kind: 'claim' | 'decline'; readonly offerId: string };

export const CALLERS = 64;
export const PRODUCTS = 8;
/** Seats of each product's pool: about a fifth of those who want one, so that there is always a queue. */
export const SEATS = 12;

export const productIdOf = (index: number): string => `product-${index}`;

/** The same numbers in each run: only time differs (Lehmer, modulus 2^31 - 1, multiplier 48271: Park and Miller 1993). */
export function seeded(seed: number): () => number {
  let value = (seed % 2_147_483_646) + 1;
  return () => {
    value = (value * 48_271) % 2_147_483_647;
    return (value - 1) / 2_147_483_646;
  };
}

/** Steps of one person. `look` says how a product stands; ids of sessions are made here, as agents make theirs. */
export class Caller {
  readonly name: string;
  readonly #random: () => number;
  #product = 0;

  constructor(name: string, seed: number) {
    this.name = name;
    this.#random = seeded(seed);
  }

  next(look: (productIndex: number) => ProductState): { readonly productIndex: number; readonly step: Step } {
    for (let tries = 0; tries < 2 * PRODUCTS; tries++) {
      this.#product = (this.#product + 1) % PRODUCTS;
      const step = this.#stepOf(look(this.#product), tries >= PRODUCTS);
      if (step) return { productIndex: this.#product, step };
    }
    throw new Error('a person always has a next step');
  }

  /** @param mustAct false: somebody who waits may go on waiting */
  #stepOf(seen: ProductState, mustAct: boolean): Step | null {
    const chance = this.#random();
    if (seen.offerId) return { kind: chance < 0.8 ? 'claim' : 'decline', offerId: seen.offerId };
    if (seen.session?.hasSeat) {
      return { kind: chance < 0.6 ? 'end' : 'release', sessionId: seen.session.sessionId };
    }
    if (seen.session && seen.ticketId === null) {
      return chance < 0.6 ? { kind: 'queue' } : { kind: 'end', sessionId: seen.session.sessionId };
    }
    if (seen.session)
      return chance < 0.2 || mustAct ? { kind: 'end', sessionId: seen.session.sessionId } : null;
    if (seen.ticketId) return chance < 0.1 || mustAct ? { kind: 'leave', ticketId: seen.ticketId } : null;
    if (seen.awaitedId === null && chance < 0.35) return { kind: 'queue' };
    return { kind: 'start', sessionId: newSessionId() };
  }
}

/** Times of acknowledgments of one stretch, and how many there were of each kind. */
export class Tally {
  readonly latenciesMs: number[] = [];
  readonly kinds: Record<string, number> = {};
  refused = 0;

  count(kind: string, latencyMs: number, isRefused: boolean): void {
    this.latenciesMs.push(latencyMs);
    this.kinds[kind] = (this.kinds[kind] ?? 0) + 1;
    if (isRefused) this.refused += 1;
  }
}
