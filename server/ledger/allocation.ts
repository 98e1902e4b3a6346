/**
 * How the units of one pool are divided among groups and people: the arithmetic alone. Pure; knows no state. A pool that
 * divides nothing has no Usage at all, and its decisions cost nothing of this.
 */
import type { Allocation, GroupId, GroupShare, UserId } from '../../shared/domain.ts';

/** One share with what is out. */
export interface ShareNode {
  readonly share: GroupShare;
  /** Place in `Usage.nodes` of the nearest group above that has a share too; -1: there is none. */
  readonly above: number;
  /** Units of leases and open offers of everybody who belongs to the group. */
  usedUnits: number;
  /** Units of leases that others borrowed from it. */
  lentUnits: number;
}

/** What is out of a pool, by person and by group. Kept by evolve. */
export interface Usage {
  /** A group comes after those above it; otherwise in the order of the settings. */
  readonly nodes: readonly ShareNode[];
  readonly unitsPerUser: number | null;
  readonly lending: Allocation['lending'];
  readonly unitsByUser: Map<UserId, number>;
}

/** Some units that somebody of these groups might take. */
export interface Taken {
  readonly groupIds: readonly GroupId[];
  readonly units: number;
}

const NOTHING: Taken = { groupIds: [], units: 0 };

/** @param chainOf the groups above one, nearest first */
export function usageFor(
  { shares, unitsPerUser, lending }: Allocation,
  chainOf: (groupId: GroupId) => readonly GroupId[],
): Usage {
  const placeOf = new Map<GroupId, number>();
  const nodes: ShareNode[] = [];
  const shareOf = new Map(shares.map((share) => [share.groupId, share]));
  const place = (share: GroupShare): number => {
    const known = placeOf.get(share.groupId);
    if (known !== undefined) return known;
    const aboveId = chainOf(share.groupId).find((groupId) => shareOf.has(groupId));
    const above = aboveId === undefined ? undefined : shareOf.get(aboveId);
    const node = { share, above: above ? place(above) : -1, usedUnits: 0, lentUnits: 0 };
    placeOf.set(share.groupId, nodes.length);
    return nodes.push(node) - 1;
  };
  for (const share of shares) place(share);
  return { nodes, unitsPerUser, lending, unitsByUser: new Map() };
}

/**
 * [L122] Units that are kept for others than somebody of these groups.
 * @param isAsked [L125] whether a group's unused reservation counts now; null: every one does
 * @param taken counted as if they were out already
 */
export function keptUnits(
  { nodes }: Usage,
  groupIds: readonly GroupId[],
  isAsked: ((groupId: GroupId) => boolean) | null,
  taken: Taken = NOTHING,
): number {
  return keptWith(nodes, groupIds, ({ share, usedUnits }) => {
    if (isAsked && !isAsked(share.groupId)) return 0;
    const used = taken.groupIds.includes(share.groupId) ? usedUnits + taken.units : usedUnits;
    return Math.max(0, share.reservedUnits - used);
  });
}

/** [L29] Units that somebody of these groups could never get, even if nothing were out. */
export function neverUnits({ nodes, lending }: Usage, groupIds: readonly GroupId[]): number {
  return lending === 'never' ? keptWith(nodes, groupIds, ({ share }) => share.reservedUnits) : 0;
}

/** Sums from the leaves up: what a group needs, and how much of that is kept from its own members. */
function keptWith(
  nodes: readonly ShareNode[],
  groupIds: readonly GroupId[],
  ownNeed: (node: ShareNode) => number,
): number {
  const needBelow = new Array<number>(nodes.length).fill(0);
  const keptBelow = new Array<number>(nodes.length).fill(0);
  let kept = 0;
  for (let at = nodes.length - 1; at >= 0; at--) {
    const node = nodes[at];
    if (!node) continue;
    const need = Math.max(ownNeed(node), needBelow[at] ?? 0);
    const isMember = groupIds.includes(node.share.groupId);
    const keptHere = isMember ? (keptBelow[at] ?? 0) : need;
    if (node.above < 0) {
      kept += keptHere;
      continue;
    }
    needBelow[node.above] = (needBelow[node.above] ?? 0) + need;
    keptBelow[node.above] = (keptBelow[node.above] ?? 0) + keptHere;
  }
  return kept;
}

/** [L123] Units that the caps leave to somebody of these groups; Infinity: none has a cap. */
export function capRoom({ nodes }: Usage, groupIds: readonly GroupId[], taken: Taken = NOTHING): number {
  let room = Number.POSITIVE_INFINITY;
  if (groupIds.length === 0) return room;
  for (const { share, usedUnits } of nodes) {
    const { groupId, capUnits } = share;
    if (capUnits === null || !groupIds.includes(groupId)) continue;
    const used = taken.groupIds.includes(groupId) ? usedUnits + taken.units : usedUnits;
    room = Math.min(room, capUnits - used);
  }
  return room;
}

/** [L124] Units that one person may still get; Infinity: there is no limit. */
export function userRoom({ unitsPerUser, unitsByUser }: Usage, userId: UserId): number {
  if (unitsPerUser === null) return Number.POSITIVE_INFINITY;
  return unitsPerUser - (unitsByUser.get(userId) ?? 0);
}

/**
 * [L125] From which group somebody borrows a unit that is kept for others; null: from nobody.
 * @param freeAfter units that are free once they have it
 */
export function lenderOf(usage: Usage, groupIds: readonly GroupId[], freeAfter: number): GroupId | null {
  if (usage.lending === 'never' || freeAfter >= keptUnits(usage, groupIds, null)) return null;
  const others = usage.nodes.filter(({ share }) => !groupIds.includes(share.groupId));
  const unused = (node: ShareNode) => node.share.reservedUnits - node.usedUnits;
  const lender =
    others.find((node) => unused(node) > node.lentUnits) ?? others.find((node) => unused(node) > 0);
  return lender?.share.groupId ?? null;
}
