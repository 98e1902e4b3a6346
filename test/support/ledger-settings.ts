/** What an admin's events make of the reference's pools, products and groups. Pools of license managers are left out. */
import type { LedgerEvent } from '../../server/ledger/events.ts';
import type { Reference } from './ledger-reference.ts';

export function learnSettings(reference: Reference, event: LedgerEvent): void {
  switch (event.kind) {
    case 'pool-configured': {
      if (event.settings.kind === 'managed') break;
      const known = reference.pool(event.poolId);
      const fresh = { poolId: event.poolId, packIds: [], lifted: [], isWorking: true, isQuiet: false };
      const { workingHours, quietHours } = event.settings;
      if (known) {
        known.settings = event.settings;
        const { packs, allocation } = event.settings;
        known.packIds = known.packIds.filter((id) => packs.some(({ packId }) => packId === id));
        known.lifted = known.lifted.filter((id) => allocation.denied.some(({ denyId }) => denyId === id));
        if (workingHours === null) known.isWorking = true;
        if (quietHours === null) known.isQuiet = false;
      }
      if (!known) reference.pools.push({ ...fresh, settings: event.settings });
      break;
    }
    case 'pool-removed':
      reference.pools = reference.pools.filter(({ poolId }) => poolId !== event.poolId);
      break;
    case 'product-configured':
      reference.products = reference.products.filter(({ productId }) => productId !== event.productId);
      reference.products.push({ productId: event.productId, ways: event.alternatives });
      break;
    case 'pack-started':
      reference.pool(event.poolId)?.packIds.push(event.packId);
      break;
    case 'pack-ended':
      Object.assign(reference.pool(event.poolId) ?? {}, {
        packIds: reference.pool(event.poolId)?.packIds.filter((id) => id !== event.packId),
      });
      break;
    case 'hours-changed':
      Object.assign(reference.pool(event.poolId) ?? {}, {
        [event.hours === 'working' ? 'isWorking' : 'isQuiet']: event.isWithin,
      });
      break;
    case 'deny-ended':
      reference.pool(event.poolId)?.lifted.push(event.denyId);
      break;
    case 'group-configured':
      reference.parents.set(event.groupId, event.parentId);
      break;
    case 'group-removed':
      reference.parents.delete(event.groupId);
      reference.members = reference.members.filter(({ groupId }) => groupId !== event.groupId);
      break;
    case 'members-changed':
      reference.members = reference.members.filter(
        (one) => one.groupId !== event.groupId || !event.removed.includes(one.userId),
      );
      reference.members.push(...event.added.map((userId) => ({ userId, groupId: event.groupId })));
  }
}
