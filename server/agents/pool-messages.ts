/**
 * Cuts views of pools into messages that fit the wire. Pure. Each view becomes JSON once, whoever gets it; sizes are
 * bytes of that JSON. Of a very full pool the first rows are shown, and how many are left out.
 */
import { MAXIMUM_MESSAGE_BYTES } from '../../shared/protocol.ts';
import { type PoolView, type ProductView, poolViewSchema, productViewSchema } from '../../shared/views.ts';

/** A view as JSON, checked, ready to be put into a message. */
export type ViewJson = string;

/** Room for the frame around the pools, and for rounding. */
const ROOM_BYTES = MAXIMUM_MESSAGE_BYTES - 16_384;
/** Rows of holders, and as many of the queue, that a person may want to scroll through. */
export const MAXIMUM_ROWS = 200;

/** Holders and queue cut to what a person reads, and to a common share where that does not fit. */
export function fitPool(pool: PoolView, roomBytes: number = ROOM_BYTES): PoolView {
  let fitted = withRows(pool, MAXIMUM_ROWS, MAXIMUM_ROWS);
  for (let bytes = sizeOf(fitted); bytes > roomBytes; bytes = sizeOf(fitted)) {
    const share = Math.min(0.9, roomBytes / bytes);
    if (fitted.holders.length + fitted.queue.length === 0) break;
    fitted = withRows(fitted, fitted.holders.length * share, fitted.queue.length * share);
  }
  return fitted;
}

function withRows(pool: PoolView, holders: number, queue: number): PoolView {
  if (pool.holders.length <= holders && pool.queue.length <= queue) return pool;
  const before = pool.leftOut ?? { holders: 0, queue: 0 };
  const shown = { holders: pool.holders.slice(0, holders), queue: pool.queue.slice(0, queue) };
  const leftOut = {
    holders: before.holders + pool.holders.length - shown.holders.length,
    queue: before.queue + pool.queue.length - shown.queue.length,
  };
  return { ...pool, ...shown, leftOut };
}

/** @throws when the view does not fit the protocol: a programming error, never sent */
export function poolJson(pool: PoolView, roomBytes: number = ROOM_BYTES): ViewJson {
  const bounded = poolViewSchema.parse(withRows(pool, MAXIMUM_ROWS, MAXIMUM_ROWS));
  const json = JSON.stringify(bounded);
  return Buffer.byteLength(json) < roomBytes ? json : JSON.stringify(fitPool(bounded, roomBytes));
}

/** @throws when the view does not fit the protocol: a programming error, never sent */
export function productJson(product: ProductView): ViewJson {
  return JSON.stringify(productViewSchema.parse(product));
}

interface Parts {
  readonly pools: string[];
  readonly removedPoolIds: string[];
  readonly products: string[];
}

/** The things to tell, as the texts of as few messages as fit; at least one. Only the first may be `full`. */
export function poolTexts(
  told: {
    readonly full: boolean;
    readonly pools: readonly ViewJson[];
    readonly removedPoolIds: readonly string[];
    readonly products: readonly ViewJson[];
  },
  roomBytes: number = ROOM_BYTES,
): string[] {
  const texts: string[] = [];
  let parts: Parts = { pools: [], removedPoolIds: [], products: [] };
  let usedBytes = 0;
  const close = () => texts.push(textOf(told.full && texts.length === 0, parts));
  const add = (list: keyof Parts, json: string) => {
    const bytes = Buffer.byteLength(json) + 1;
    if (usedBytes > 0 && usedBytes + bytes > roomBytes) {
      close();
      parts = { pools: [], removedPoolIds: [], products: [] };
      usedBytes = 0;
    }
    parts[list].push(json);
    usedBytes += bytes;
  };
  for (const poolId of told.removedPoolIds) add('removedPoolIds', JSON.stringify(poolId));
  for (const product of told.products) add('products', product);
  for (const pool of told.pools) add('pools', pool);
  close();
  return texts;
}

const textOf = (full: boolean, { pools, removedPoolIds, products }: Parts): string =>
  `{"type":"pools","full":${full},"pools":[${pools.join()}],` +
  `"removedPoolIds":[${removedPoolIds.join()}],"products":[${products.join()}]}`;

const sizeOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value)) + 1;
