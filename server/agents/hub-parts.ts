/** What the hub, its members and their desk know of each other. Types only. */
import type { Logger } from 'pino';
import type { CloseName } from '../../shared/protocol.ts';
import type { Clock, NewId } from '../../shared/time.ts';
import type { Announcer } from '../announcer.ts';
import type { ServerTiming } from '../config.ts';
import type { Ledger } from '../ledger/ports.ts';
import type { ReadModel } from '../read-model.ts';
import type { AgentRow, CredentialRow, Records } from '../stores/records.ts';
import type { AgentSession } from './agent-session.ts';
import type { Directory } from './directory.ts';
import type { Neighbors } from './neighbors.ts';
import type { FeedReader } from './pool-feed.ts';
import type { Presence } from './presence.ts';
import type { ProductShelf } from './product-shelf.ts';

export interface HubParts {
  readonly ledger: Ledger;
  readonly records: Records;
  readonly directory: Directory;
  readonly presence: Presence;
  readonly shelf: ProductShelf;
  readonly readModel: ReadModel;
  readonly announcer: Announcer;
  /** Agents of other instances. */
  readonly neighbors: Neighbors;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly timing: ServerTiming;
  readonly maximumBufferedBytes: number;
  readonly log: Logger;
}

/** What a connection tells the hub about itself. */
export interface HubRegistry {
  /** This connection is the credential's one from now on; an older one is replaced. */
  take(agent: HubMember): void;
  joined(agent: HubMember): void;
  left(agent: HubMember & FeedReader, name: CloseName | 'GONE'): void;
  flagCopied(credential: CredentialRow): void;
  /** The agent's row, to be shown at once and written down soon. */
  met(row: AgentRow): void;
  /** The catalog message of the moment, encoded once for all. */
  catalogMessage(): Buffer;
  watch(agent: FeedReader, isWatching: boolean): void;
}

/** One connection as the hub sees it. */
export interface HubMember {
  readonly credential: CredentialRow;
  readonly session: AgentSession;
  /** null before hello. */
  readonly agentVersion: string | null;
  /** Sends what is said about this person, unless it is what was said last. */
  pushMine(): void;
  pushCatalog(): void;
}
