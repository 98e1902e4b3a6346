/**
 * The pools for everybody who watches them: one collector, each view computed and encoded once, the same bytes to all.
 * Who does not read fast enough is told later what then is true; nobody waits for the slowest.
 */
import type { Cancel, Clock } from '../../shared/time.ts';
import type { ReadModel } from '../read-model.ts';
import { type Coalescer, createCoalescer } from './coalescer.ts';
import { poolJson, poolTexts, productJson, type ViewJson } from './pool-messages.ts';

/** Pool changes go out at most this often. */
export const PUSH_PERIOD_MS = 50;
/** One reader gets so much on average: half a megabyte a second, however busy the pools are. */
const BYTES_PER_MS = 500;
/** A view is used again for those who begin to watch, but not when it is older: silence ends a row without an event. */
const KEPT_MS = 2_000;

/** One who watches. */
export interface FeedReader {
  sendEncoded(data: Buffer): void;
  isKeepingUp(): boolean;
}

/** What was not told yet: `pool` or `product` and its id. */
type Pending = `pool:${string}` | `product:${string}`;

export class PoolFeed {
  readonly #readModel: ReadModel;
  readonly #clock: Clock;
  readonly #readers = new Set<FeedReader>();
  /** What those who are behind have missed. */
  readonly #missed = new Map<FeedReader, Set<Pending>>();
  readonly #collected: Coalescer<Pending>;
  /** Views of pools that did not change since they were encoded; kept while somebody watches. */
  readonly #encoded = new Map<string, { readonly atMs: number; readonly json: ViewJson | null }>();
  #snapshot: { readonly atMs: number; readonly messages: readonly Buffer[] } | null = null;
  /** Changed since the snapshot was made: whoever gets it now is told of these next. */
  readonly #changedSince = new Set<Pending>();
  #cancelRetry: Cancel | null = null;
  /** To each reader, in the last delivery. */
  #toldBytes = 0;

  constructor(readModel: ReadModel, clock: Clock) {
    this.#readModel = readModel;
    this.#clock = clock;
    this.#collected = createCoalescer<Pending>({
      ...{ clock, periodMs: PUSH_PERIOD_MS },
      mayDeliver: () => true,
      deliver: (pending) => this.#tell(pending),
      restMs: () => this.#restMs(),
    });
  }

  /** Sends everything now, and changes from now on. */
  watch(reader: FeedReader): void {
    this.#readers.add(reader);
    this.#missed.delete(reader);
    for (const message of this.#everything()) reader.sendEncoded(message);
    // Too slow for even this, it may be gone by now.
    if (this.#changedSince.size > 0 && this.#readers.has(reader))
      this.#missed.set(reader, new Set(this.#changedSince));
    this.#retryLater();
  }

  unwatch(reader: FeedReader): void {
    this.#readers.delete(reader);
    this.#missed.delete(reader);
    if (this.#readers.size === 0) this.#forgetAll();
  }

  changed(poolIds: Iterable<string>, productIds: Iterable<string>): void {
    if (this.#readers.size === 0) return;
    const pending: Pending[] = [];
    for (const poolId of poolIds) {
      this.#encoded.delete(poolId);
      pending.push(`pool:${poolId}`);
    }
    for (const productId of productIds) pending.push(`product:${productId}`);
    if (this.#snapshot !== null) for (const one of pending) this.#changedSince.add(one);
    this.#collected.add(pending);
  }

  /** Nothing that was sent before can be relied on. */
  changedEverywhere(): void {
    this.#forgetAll();
    for (const reader of [...this.#readers]) this.watch(reader);
  }

  stop(): void {
    this.#collected.stop();
    this.#cancelRetry?.();
    this.#readers.clear();
  }

  #forgetAll(): void {
    this.#snapshot = null;
    this.#changedSince.clear();
    this.#encoded.clear();
  }

  #everything(): readonly Buffer[] {
    const nowMs = this.#clock.monotonicMs();
    if (this.#snapshot === null || nowMs - this.#snapshot.atMs > KEPT_MS) {
      const pools = this.#readModel.poolIds().flatMap((poolId) => this.#poolJson(poolId, KEPT_MS) ?? []);
      const products = this.#readModel.products().map(productJson);
      const texts = poolTexts({ full: true, pools, removedPoolIds: [], products });
      this.#changedSince.clear();
      this.#snapshot = { atMs: nowMs, messages: texts.map((text) => Buffer.from(text)) };
    }
    return this.#snapshot.messages;
  }

  #tell(pending: ReadonlySet<Pending>): void {
    const messages = this.#messagesOf(pending);
    this.#toldBytes = bytesOf(messages);
    for (const reader of [...this.#readers]) {
      const missed = this.#missed.get(reader);
      if (missed) for (const one of pending) missed.add(one);
      else if (!reader.isKeepingUp()) this.#missed.set(reader, new Set(pending));
      else for (const message of messages) reader.sendEncoded(message);
    }
    this.#retryLater();
  }

  /** Those who are behind may have caught up: they are told how it stands now. */
  #retryLater(): void {
    if (this.#missed.size === 0 || this.#cancelRetry !== null) return;
    this.#cancelRetry = this.#clock.setTimer(
      () => {
        this.#cancelRetry = null;
        this.#retry();
        this.#retryLater();
      },
      Math.max(PUSH_PERIOD_MS, this.#restMs()),
    );
  }

  /** Those who missed the same get the same bytes. */
  #retry(): void {
    const encoded = new Map<string, readonly Buffer[]>();
    for (const [reader, missed] of [...this.#missed]) {
      if (!reader.isKeepingUp()) continue;
      this.#missed.delete(reader);
      const key = [...missed].sort().join(' ');
      const messages = encoded.get(key) ?? this.#messagesOf(missed);
      encoded.set(key, messages);
      this.#toldBytes = Math.max(this.#toldBytes, bytesOf(messages));
      for (const message of messages) reader.sendEncoded(message);
    }
  }

  #restMs(): number {
    return this.#toldBytes / BYTES_PER_MS;
  }

  #messagesOf(pending: ReadonlySet<Pending>): Buffer[] {
    const pools: ViewJson[] = [];
    const removedPoolIds: string[] = [];
    const products: ViewJson[] = [];
    for (const one of pending) {
      const id = one.slice(one.indexOf(':') + 1);
      if (one.startsWith('product:')) {
        products.push(productJson(this.#readModel.product(id)));
        continue;
      }
      const json = this.#poolJson(id, Number.POSITIVE_INFINITY);
      if (json === null) removedPoolIds.push(id);
      else pools.push(json);
    }
    return poolTexts({ full: false, pools, removedPoolIds, products }).map((text) => Buffer.from(text));
  }

  /** null: no such pool. */
  #poolJson(poolId: string, notOlderMs: number): ViewJson | null {
    const nowMs = this.#clock.monotonicMs();
    const known = this.#encoded.get(poolId);
    if (known && nowMs - known.atMs <= notOlderMs) return known.json;
    const view = this.#readModel.pool(poolId);
    const json = view === null ? null : poolJson(view);
    this.#encoded.set(poolId, { atMs: nowMs, json });
    return json;
  }
}

const bytesOf = (messages: readonly Buffer[]): number =>
  messages.reduce((sum, { length }) => sum + length, 0);
