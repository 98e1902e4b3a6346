/** Which server serves this account: an own embedded one, or that of the first account of this machine. Pure. */

/** A server of another account of this machine that can be joined through its door. */
export interface Door {
  readonly dir: string;
  /** uid of the account whose server it is. */
  readonly ownerUid: number;
  readonly url: string;
}

export interface RoleFacts {
  /** `--own-server`. */
  readonly wantsOwnServer: boolean;
  /** This data folder has a server's data already. */
  readonly hasOwnServerData: boolean;
  /** The door this data folder joined earlier. */
  readonly joinedBefore: Door | null;
  /** Doors of other accounts whose servers answer now, oldest first. */
  readonly openDoors: readonly Door[];
}

export type Role =
  | { readonly kind: 'embedded' }
  /** `isOpen`: false while that server does not run; the agent host goes on recording until it does. */
  | { readonly kind: 'join'; readonly door: Door; readonly isOpen: boolean };

/**
 * Own data comes first: pools and history of an account never vanish because somebody else started a server. An
 * account that joined once stays with that server, also while it is down.
 */
export function decideRole(facts: RoleFacts): Role {
  if (facts.wantsOwnServer || facts.hasOwnServerData) return { kind: 'embedded' };
  const { joinedBefore } = facts;
  if (joinedBefore) {
    const open = facts.openDoors.find((door) => door.ownerUid === joinedBefore.ownerUid);
    return { kind: 'join', door: open ?? joinedBefore, isOpen: open !== undefined };
  }
  const [first] = facts.openDoors;
  return first ? { kind: 'join', door: first, isOpen: true } : { kind: 'embedded' };
}
