/** The form in which a state is kept: plain JSON. Types only; snapshot.ts makes and reads it. */
import type { Alternative, SessionId, UserId } from '../../shared/domain.ts';
import type { MemoryImage, WarningImage } from './snapshot-memory.ts';
import type { Checkout, Group, Lease, LeaseUse, Notice, Offer, Pool, Session, Ticket } from './state.ts';

export type PoolImage = Pick<
  Pool,
  'poolId' | 'settings' | 'observation' | 'observedCapacity' | 'isWorking' | 'isQuiet' | 'revision'
> & {
  readonly activePackIds: readonly string[];
  readonly checkouts: readonly Checkout[];
};
export type UseImage =
  | Extract<LeaseUse, { state: 'awaited' }>
  | { readonly state: 'used'; readonly holderKey: string; readonly sessionIds: readonly SessionId[] };

export type LeaseImage = Omit<Lease, 'use' | 'warning'> & {
  readonly use: UseImage;
  readonly warning: WarningImage | null;
};

export interface StateImage extends MemoryImage {
  readonly form: number;
  readonly eventNumber: number;
  readonly nextSequence: number;
  readonly nextReturnSequence: number;
  readonly graceUntilMs: number;
  readonly groups: readonly (Omit<Group, 'memberIds'> & { readonly memberIds: readonly UserId[] })[];
  readonly pools: readonly PoolImage[];
  readonly products: readonly {
    readonly productId: string;
    readonly alternatives: readonly Alternative[];
  }[];
  readonly notices: readonly (readonly [userId: string, notices: readonly Notice[]])[];
  readonly sessions: readonly Session[];
  readonly leases: readonly LeaseImage[];
  /** Where a ticket stands follows from the rest. */
  readonly tickets: readonly Omit<Ticket, 'lineKey'>[];
  readonly offers: readonly Offer[];
}
