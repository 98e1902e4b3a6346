/** What an agent is made of and what it gives back. Types only; agent.ts puts it together. */
import type { AgentState } from '../../shared/agent-api.ts';
import type { CatalogReading } from '../../shared/catalog-reading.ts';
import type { Cancel, Clock, NewId, Random } from '../../shared/time.ts';
import type { Log } from './log.ts';
import type { ConnectionTiming } from './report/connection.ts';
import type { ServerAccess } from './report/enroll.ts';
import type { KeyStore } from './report/key-store.ts';
import type { RetryTiming } from './report/reconnect.ts';
import type { OpenSocket } from './report/socket.ts';
import type { OsPorts } from './sensors/os/ports.ts';
import type { SensorSettings } from './sensors/sensors.ts';
import type { UnsavedWorkReader } from './sensors/unsaved-work.ts';

export interface AgentTiming {
  readonly usageIdleAfterMs: number;
  readonly retry: RetryTiming;
  readonly connection: ConnectionTiming;
  /** Left out: the sensors' own defaults for this system. */
  readonly sensors?: SensorSettings;
}

/** Where faces attach. */
export interface LocalOptions {
  readonly socketPath: string;
  /** uid of this process; undefined where there are none. */
  readonly uid: number | undefined;
  /** The built panel for browsers. */
  readonly panelDir: string;
  /** Where the panel's help leads; null: nowhere. */
  readonly helpUrl: string | null;
  /** A face asked the host to end. */
  readonly onShutdown: () => void;
}

export interface AgentOptions {
  readonly os: OsPorts;
  readonly clock: Clock;
  readonly random: Random;
  readonly newId: NewId;
  readonly openSocket: OpenSocket;
  readonly log: Log;
  /** Outbox and identity lie here; one agent at a time. */
  readonly agentDir: string;
  readonly catalog: CatalogReading;
  readonly access: ServerAccess;
  /** Machine setting: the workstation that every account of this machine belongs to. */
  readonly workstationId?: string | undefined;
  readonly agentVersion: string;
  /** Name and version of the system, for people. */
  readonly osVersion: string;
  /** Marked as simulated wherever it appears. */
  readonly isSimulated: boolean;
  readonly timing: AgentTiming;
  /** Left out: nothing can tell whether work is saved. */
  readonly unsavedWork?: UnsavedWorkReader;
  /** null: the credential goes into a file that only its owner can read. */
  readonly keyStore: KeyStore | null;
  /** null: no faces (simulated colleagues have none). */
  readonly local: LocalOptions | null;
}

export type AgentFailure = 'IN_USE' | 'UNUSABLE' | 'FOLDER_NOT_OURS' | 'FOLDER_OPEN' | 'NOT_A_SOCKET';

export interface Agent {
  state(): AgentState;
  /** The connection's part of `state()`, without drawing the rest. */
  isOffline(): boolean;
  onState(listener: (state: AgentState) => void): Cancel;
  /** It may work again now: the network came, a person asked. */
  hint(): void;
  /** Ends everything in order; what was observed is on the disk. Calling it again gives the same promise. */
  stop(): Promise<void>;
}
