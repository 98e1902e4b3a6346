/**
 * [L110] [L111] What one instance keeps in memory beside the ledger, kept right on all: tells the others what its own
 * agents and admins did, and takes in what the others tell.
 */
import type { Logger } from 'pino';
import type { AgentHub } from '../agents/agent-hub.ts';
import type { Directory } from '../agents/directory.ts';
import { loadPresence, type Presence } from '../agents/presence.ts';
import type { ProductShelf } from '../agents/product-shelf.ts';
import type { Announcer } from '../announcer.ts';
import type { ReadModel } from '../read-model.ts';
import type { RecordChange } from '../stores/records.ts';
import type { Cluster } from './cluster.ts';
import type { Grapevine } from './grapevine.ts';
import type { ClusterStore, RecordKey } from './ports.ts';

/** Activity of sessions, told to the others as soon as an agent says it. */
export function sharedPresence(presence: Presence, grapevine: Grapevine): Presence {
  return {
    ...presence,
    learn(facts) {
      const changed = presence.learn(facts);
      if (changed.length > 0) grapevine.learned(changed.map((id) => [id, presence.activityOf(id)] as const));
      return changed;
    },
  };
}

/** Products: changed by one instance at a time, on what the database has; learned names are told to the others. */
export function sharedShelf(shelf: ProductShelf, grapevine: Grapevine, store: ClusterStore): ProductShelf {
  const alone = <T>(work: () => Promise<T>): Promise<T> =>
    store.exclusively('catalog', async () => {
      await shelf.reload();
      return work();
    });
  return {
    ...shelf,
    learnName(productId, name) {
      shelf.learnName(productId, name);
      if (shelf.get(productId) === null) grapevine.named(productId, name);
    },
    put: (product, nowMs) => alone(() => shelf.put(product, nowMs)),
    remove: (productId) => alone(() => shelf.remove(productId)),
  };
}

export interface NeighborhoodParts {
  readonly cluster: Cluster;
  readonly store: ClusterStore;
  readonly directory: Directory;
  readonly presence: Presence;
  readonly shelf: ProductShelf;
  readonly hub: AgentHub;
  readonly readModel: ReadModel;
  readonly announcer: Announcer;
  readonly log: Logger;
}

/** From now on what others tell takes effect here. */
export function joinNeighborhood(parts: NeighborhoodParts): void {
  const { cluster, directory, presence, shelf, readModel, announcer, log } = parts;
  /** Sessions of which others told while everything is read again: what is read may be older than that. */
  const told = new Set<string>();
  let reading = 0;
  // One after the other: what was read first must not be kept over what was read later.
  let last: Promise<void> = Promise.resolve();
  const inTurn = (work: () => Promise<void>): void => {
    last = last.then(work).catch((error: unknown) => {
      log.warn({ err: error }, 'what other servers changed could not be read; it is read again later');
    });
  };
  cluster.listen({
    onActivity(sessions) {
      for (const [sessionId, activity] of sessions) {
        presence.note(sessionId, activity);
        if (reading > 0) told.add(sessionId);
      }
      const poolIds = new Set(sessions.flatMap(([sessionId]) => readModel.poolsOfSession(sessionId)));
      if (poolIds.size > 0) announcer.announce({ poolIds });
    },
    onNames(names) {
      for (const [productId, name] of names) shelf.learnName(productId, name);
    },
    onMet(row) {
      directory.noteAgent(row);
      announcer.announce({ workstationIds: new Set([row.workstationId]) });
    },
    onWorkstations(places) {
      const workstationIds = new Set(places.map(({ workstationId }) => workstationId));
      if (workstationIds.size > 0) announcer.announce({ workstationIds });
    },
    onRecords(keys) {
      if (keys !== null) return inTurn(() => readRecords(keys, parts));
      if (reading++ === 0) told.clear();
      return inTurn(() => readEverything(parts, told).finally(() => reading--));
    },
  });
}

async function readEverything(parts: NeighborhoodParts, told: ReadonlySet<string>): Promise<void> {
  const { cluster, store, directory, presence, shelf, announcer } = parts;
  await directory.reload();
  await shelf.reload();
  const openIds = [...cluster.ledger.state().sessions.keys()];
  const fresh = await loadPresence(store.records, openIds);
  for (const sessionId of openIds) {
    const activity = fresh.activityOf(sessionId);
    if (activity !== null && !told.has(sessionId)) presence.note(sessionId, activity);
  }
  await dropRevoked(parts);
  announcer.announce({ isEverything: true, isCatalogChanged: true });
}

async function readRecords(keys: readonly RecordKey[], parts: NeighborhoodParts): Promise<void> {
  const { store, directory, shelf, announcer } = parts;
  const changes: RecordChange[] = [];
  for (const key of keys) changes.push(...(await readAgain(key, store)));
  // Somebody new is named in no view yet; somebody known is named in more than are worth finding out.
  const isViewed = keys.some(
    ({ record, key }) =>
      record === 'contact' ||
      record === 'group' ||
      (record === 'person' && directory.person(key.userId ?? '') !== null),
  );
  directory.remember(changes);
  if (keys.some(({ record }) => record === 'credential')) await dropRevoked(parts);
  const productIds = new Set(keysOf(keys, 'product', 'productId'));
  if (productIds.size > 0) {
    await shelf.reload();
    announcer.announce({ isCatalogChanged: true, productIds });
  }
  const workstationIds = new Set(keysOf(keys, 'workstation', 'workstationId'));
  if (workstationIds.size > 0) announcer.announce({ workstationIds });
  if (isViewed) announcer.announce({ isEverything: true });
}

function keysOf(keys: readonly RecordKey[], record: string, column: string): string[] {
  return keys.flatMap((one) => (one.record === record ? (one.key[column] ?? []) : []));
}

/** A row that is gone is taken out; records that nobody keeps in memory are not read. */
async function readAgain({ record, key }: RecordKey, { records }: ClusterStore): Promise<RecordChange[]> {
  const { userId = '', workstationId = '', groupId = '' } = key;
  switch (record) {
    case 'person': {
      const row = await records.people.get(userId);
      return [row ? { record, op: 'put', row } : { record, op: 'delete', key: { userId } }];
    }
    case 'workstation': {
      const row = await records.workstations.get(workstationId);
      return [row ? { record, op: 'put', row } : { record, op: 'delete', key: { workstationId } }];
    }
    case 'contact': {
      const row = await records.contacts.get(userId);
      return [row ? { record, op: 'put', row } : { record, op: 'delete', key: { userId } }];
    }
    case 'group': {
      const row = (await records.groups.all()).find((group) => group.groupId === groupId);
      return [row ? { record, op: 'put', row } : { record, op: 'delete', key: { groupId } }];
    }
    default:
      return [];
  }
}

/** Whoever is connected here with a credential that is not valid any more is sent away. */
async function dropRevoked({ store, hub }: NeighborhoodParts): Promise<void> {
  const connected = hub.credentials();
  const rows = await store.records.credentials.byHashes(connected.map(({ hash }) => hash));
  const valid = new Set(
    rows.filter(({ revokedAtMs }) => revokedAtMs === null).map(({ credentialId }) => credentialId),
  );
  hub.drop(connected.filter(({ credentialId }) => !valid.has(credentialId)));
}
