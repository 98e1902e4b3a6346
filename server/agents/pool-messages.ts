/**
 * Cuts views of pools into messages that fit the wire. Pure. Sizes are measured in bytes of JSON; a single pool with
 * more rows than fit into one message is shown with its first rows, its numbers stay whole.
 */
import { MAXIMUM_MESSAGE_BYTES, type ServerMessage } from '../../shared/protocol.ts';
import type { PoolView, ProductView } from '../../shared/views.ts';

type PoolsMessage = Extract<ServerMessage, { type: 'pools' }>;

/** Room for the frame around the pools, and for rounding. */
const ROOM_BYTES = MAXIMUM_MESSAGE_BYTES - 16_384;

const sizeOf = (value: unknown): number => new TextEncoder().encode(JSON.stringify(value)).length + 1;

/** Holders and queue cut to a common share, so that the view fits. */
export function fitPool(pool: PoolView, roomBytes: number = ROOM_BYTES): PoolView {
  let fitted = pool;
  while (sizeOf(fitted) > roomBytes && fitted.holders.length + fitted.queue.length > 0) {
    const share = Math.min(0.9, roomBytes / sizeOf(fitted));
    fitted = {
      ...fitted,
      holders: fitted.holders.slice(0, Math.floor(fitted.holders.length * share)),
      queue: fitted.queue.slice(0, Math.floor(fitted.queue.length * share)),
    };
  }
  return fitted;
}

/** The things to tell, in as few messages as fit; at least one. Only the first may be `full`. */
export function poolMessages(
  told: {
    readonly full: boolean;
    readonly pools: readonly PoolView[];
    readonly removedPoolIds: readonly string[];
    readonly products: readonly ProductView[];
  },
  roomBytes: number = ROOM_BYTES,
): PoolsMessage[] {
  const messages: PoolsMessage[] = [];
  let current = emptyMessage(told.full);
  let usedBytes = 0;
  const add = (bytes: number, put: (message: PoolsMessage) => void) => {
    if (usedBytes > 0 && usedBytes + bytes > roomBytes) {
      messages.push(current);
      current = emptyMessage(false);
      usedBytes = 0;
    }
    put(current);
    usedBytes += bytes;
  };
  for (const id of told.removedPoolIds) add(sizeOf(id), (message) => message.removedPoolIds.push(id));
  for (const product of told.products) add(sizeOf(product), (message) => message.products.push(product));
  for (const pool of told.pools.map((view) => fitPool(view, roomBytes)))
    add(sizeOf(pool), (message) => message.pools.push(pool));
  return [...messages, current];
}

const emptyMessage = (full: boolean): PoolsMessage => ({
  type: 'pools',
  full,
  pools: [],
  removedPoolIds: [],
  products: [],
});
