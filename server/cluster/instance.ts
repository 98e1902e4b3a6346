/** One server among several, as the composition of a server sees it: its ledger, its neighbors, its end of every link. */
import type { Logger } from 'pino';
import { SECOND } from '../../shared/time.ts';
import type { Neighbors } from '../agents/neighbors.ts';
import type { Presence } from '../agents/presence.ts';
import type { ProductShelf } from '../agents/product-shelf.ts';
import type { ServerConfig } from '../config.ts';
import type { LedgerOptions } from '../ledger/ledger.ts';
import type { Ledger } from '../ledger/ports.ts';
import { Cluster, type ClusterStatus } from './cluster.ts';
import type { LinkEvents, LinkSocket } from './link.ts';
import { joinNeighborhood, type NeighborhoodParts, sharedPresence, sharedShelf } from './neighborhood.ts';
import { CLUSTER_TIMING, type ClusterStore } from './ports.ts';
import { ownServerId } from './server-id.ts';
import { createOpenLink } from './sockets.ts';

/** A start waits so long for an owner; then it serves all the same, and says that it is not ready. */
const JOIN_PATIENCE_MS = 10 * SECOND;
/** [L114] Further behind than this is not ready. */
const READY_LAG_EVENTS = 10_000;

export interface ServerInstance {
  readonly ledger: Ledger;
  readonly neighbors: Neighbors;
  /** Sets the workstation on which this server runs apart from those of the others. */
  readonly homeName: string;
  sharePresence(presence: Presence): Presence;
  shareShelf(shelf: ProductShelf): ProductShelf;
  /** From now on what others tell takes effect here. */
  share(parts: Omit<NeighborhoodParts, 'cluster' | 'store' | 'log'>): void;
  exclusively<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** @param url where other instances reach this one */
  join(url: string): Promise<void>;
  isSecret(secret: string): Promise<boolean>;
  accept(socket: LinkSocket): LinkEvents;
  status(): ClusterStatus;
  /** [L114] A sentence; null: it is ready. */
  whyNotReady(): string | null;
  /** Ends all links, so that the sockets of the HTTP server are free. */
  hangUp(): void;
  close(): Promise<void>;
}

export async function openInstance(
  store: ClusterStore,
  options: Omit<LedgerOptions, 'store'> & Pick<Required<LedgerOptions>, 'onProblem'>,
  config: ServerConfig,
  log: Logger,
): Promise<ServerInstance> {
  const cluster = await Cluster.open({
    ...options,
    store,
    timing: CLUSTER_TIMING,
    open: createOpenLink(options.clock, config.tls?.certPath ?? null),
    onRole: (role, epoch) => log.info({ role, epoch }, 'this server has a role among several'),
  });
  const { grapevine, ledger } = cluster;
  return {
    ledger,
    neighbors: grapevine,
    homeName: `:${await ownServerId(config.serverDir, options.newId)}`,
    sharePresence: (presence) => sharedPresence(presence, grapevine),
    shareShelf: (shelf) => sharedShelf(shelf, grapevine, store),
    share: (parts) => joinNeighborhood({ ...parts, cluster, store, log }),
    exclusively: (name, work) => store.exclusively(name, work),
    join: (url) => cluster.join(url, JOIN_PATIENCE_MS),
    isSecret: (secret) => cluster.isSecret(secret),
    accept: (socket) => cluster.accept(socket),
    status: () => cluster.status(),
    whyNotReady() {
      const { role, lagEvents } = cluster.status();
      if (role === 'no-owner')
        return 'No server owns the ledger, or its owner cannot be reached from here. The logs of the servers say why.';
      if (lagEvents > READY_LAG_EVENTS)
        return 'This server is behind the owner of the ledger and catches up.';
      return null;
    },
    hangUp: () => cluster.hangUp(),
    close: () => cluster.close(),
  };
}
