/** Snapshots that older versions kept, brought to the form of today. Pure. What was new since then gets what it was before: nothing. */
import { DEFAULT_PRIORITY_CLASS } from '../../shared/domain.ts';
import type { StateImage } from './snapshot-image.ts';
import { type MemoryImage, NO_MEMORY } from './snapshot-memory.ts';

/** Grows when the form changes: an older server must not guess what a newer one meant. */
export const SNAPSHOT_FORM = 2;

/** Form 1: lines lay with the products, before people were told apart. */
type FirstForm = Omit<
  StateImage,
  'groups' | 'pools' | 'products' | 'tickets' | 'leases' | keyof MemoryImage
> & {
  readonly pools: readonly Omit<StateImage['pools'][number], 'isWorking' | 'isQuiet'>[];
  readonly products: readonly (StateImage['products'][number] & {
    readonly line: readonly { readonly ticketId: string; readonly overtaken: number }[];
  })[];
  readonly tickets: readonly Omit<
    StateImage['tickets'][number],
    'later' | 'overtaken' | 'fairShareClasses' | 'groupClass'
  >[];
  readonly leases: readonly Omit<StateImage['leases'][number], 'warning' | 'borrowedFrom'>[];
};

/** @param image a snapshot's body of any form that was ever written; throws for a newer one */
export function inTodaysForm(image: StateImage): StateImage {
  if (image.form === SNAPSHOT_FORM) return image;
  if (image.form === 1) return fromFirst(image as unknown as FirstForm);
  throw new Error(
    `This snapshot has form ${image.form}; this version of Usher reads up to ${SNAPSHOT_FORM}. Use the newer one.`,
  );
}

function fromFirst(image: FirstForm): StateImage {
  const overtaken = new Map(
    image.products.flatMap(({ line }) => line.map((entry) => [entry.ticketId, entry.overtaken] as const)),
  );
  return {
    ...image,
    ...NO_MEMORY,
    form: SNAPSHOT_FORM,
    groups: [],
    pools: image.pools.map((pool) => ({ ...pool, isWorking: true, isQuiet: false })),
    products: image.products.map(({ productId, alternatives }) => ({ productId, alternatives })),
    tickets: image.tickets.map((ticket) => ({
      ...ticket,
      later: null,
      fairShareClasses: 0,
      groupClass: DEFAULT_PRIORITY_CLASS,
      overtaken: overtaken.get(ticket.ticketId) ?? 0,
    })),
    leases: image.leases.map((lease) => ({ ...lease, borrowedFrom: null, warning: null })),
  };
}
