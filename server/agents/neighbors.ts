/**
 * Agents that are connected to other instances of the server, as far as this one must know: who is there, and which of
 * two connections of one credential is the newer one. A single server has no neighbors.
 */
import type { UserId, WorkstationId } from '../../shared/domain.ts';
import type { AgentRow } from '../stores/records.ts';

/** An agent's connection, as every instance sees it. */
export interface Connection {
  readonly credentialId: string;
  readonly workstationId: WorkstationId;
  readonly userId: UserId;
  /** The agent's data folder, not a server's instance. */
  readonly agentInstanceId: string;
  /** Its hello, on the wall clock of the server that it reached. */
  readonly sinceMs: number;
}

export interface Neighbors {
  /** Told to the others: an agent said hello here. Saying it again does nothing more. */
  joined(connection: Connection): void;
  left(connection: Connection): void;
  /** How an agent was at its hello, before that is written down. */
  met(row: AgentRow): void;
  copied(workstationId: WorkstationId, userId: UserId): void;
  /** Its credentials are not valid any more: what was copied is of no use. */
  cleared(workstationId: WorkstationId, userId: UserId): void;
  isConnected(
    workstationId: WorkstationId,
    userId: UserId,
    fits: (agentInstanceId: string) => boolean,
  ): boolean;
  isCopied(workstationId: WorkstationId, userId: UserId): boolean;
  /** [L109] Another instance has a newer connection with this credential than the one that was told last. */
  onReplaced(listener: (credentialId: string) => void): void;
}

export const NO_NEIGHBORS: Neighbors = {
  joined: () => {},
  left: () => {},
  met: () => {},
  copied: () => {},
  cleared: () => {},
  isConnected: () => false,
  isCopied: () => false,
  onReplaced: () => {},
};
