/**
 * The one schema between the agent host and its faces (shell, panel, command): names and types only, so that the
 * preload stays tiny. agent-api-codec.ts holds the decoders, one for each name. A new message is one line here
 * and one decoder there.
 */
import type { OwnContact } from './contact.ts';
import type { Activity, HandoverAnswer, ProductId, SessionId } from './domain.ts';
import type { Outcome } from './outcome.ts';
import type { Mine, PoolView, ProductView, SessionSeat } from './views.ts';

/** Contact with the server, as the faces show it. */
export type ConnectionState =
  | { readonly state: 'enrolling' }
  | { readonly state: 'connecting'; readonly sinceMs: number }
  | { readonly state: 'online'; readonly sinceMs: number }
  | {
      readonly state: 'offline';
      readonly sinceMs: number;
      readonly nextTryAtMs: number | null;
      readonly reason: string;
    }
  /** The server refused for good; `code` is the name of the close code or of the enrollment error. */
  | { readonly state: 'refused'; readonly sinceMs: number; readonly code: string; readonly message: string };

export interface SensorHealth {
  readonly source: string;
  readonly state: 'working' | 'fallback' | 'failed';
  readonly detail?: string;
}

/** One use of a product in this login session. */
export interface MySession {
  readonly sessionId: SessionId;
  readonly productId: ProductId;
  readonly productName: string;
  readonly startedAtMs: number;
  readonly processCount: number;
  readonly origin: 'application' | 'hold';
  readonly activity: Activity;
  /** null: the server has not said yet. */
  readonly seat: SessionSeat | null;
}

/** A wish whose answer is not here yet; shown as pending until `deadlineMs`, then forgotten. */
export interface PendingWish {
  readonly wishId: string;
  readonly type:
    | 'queue'
    | 'leave'
    | 'claim'
    | 'decline'
    | 'release'
    | 'defer'
    | 'ask-holder'
    | 'answer-handover';
  /** The product, ticket, offer, session, lease or request the wish is about. */
  readonly subjectId: string;
  readonly deadlineMs: number;
}

/** Everything a face needs to draw itself. Always whole. */
export interface AgentState {
  readonly asOfMs: number;
  readonly agentVersion: string;
  readonly connection: ConnectionState;
  readonly userName: string;
  readonly workstationName: string;
  /** Where the credential is kept, in words for a person. */
  readonly credentialStorage: 'key-store' | 'owner-only-file' | 'none';
  readonly sensors: {
    readonly processes: SensorHealth;
    readonly idle: SensorHealth;
    readonly power: SensorHealth;
  };
  /** Products that the catalog can recognize here. */
  readonly watchedProducts: number;
  readonly sessions: readonly MySession[];
  readonly mine: Mine;
  /** null until the server sent them; the agent asks for them while a face is attached. */
  readonly pools: {
    readonly asOfMs: number;
    readonly pools: readonly PoolView[];
    readonly products: readonly ProductView[];
  } | null;
  readonly pendingWishes: readonly PendingWish[];
  /** Facts that the server has not acknowledged yet. */
  readonly outboxWaiting: number;
}

/** Asks without changing anything. */
export interface AgentQueries {
  state: { readonly input: null; readonly output: AgentState };
  /** A fresh address of the panel for a browser, with a one-time token. */
  panelAddress: { readonly input: null; readonly output: { readonly url: string } };
}

export type WishFailure = 'OFFLINE' | 'EXPIRED' | 'NOT_FOUND' | 'REFUSED' | (string & {});

/** Wishes and steering. What the server must decide is answered when it has decided, or `OFFLINE` after a few seconds. */
export interface AgentCommands {
  queue: {
    readonly input: { readonly productId: string };
    readonly output: Outcome<
      { readonly ticketId: string | null; readonly offerId: string | null },
      WishFailure
    >;
  };
  leave: { readonly input: { readonly ticketId: string }; readonly output: Outcome<null, WishFailure> };
  claim: { readonly input: { readonly offerId: string }; readonly output: Outcome<null, WishFailure> };
  decline: { readonly input: { readonly offerId: string }; readonly output: Outcome<null, WishFailure> };
  /** `comeBackAtMs` on this workstation's clock books a place for then; null or absent: none. */
  release: {
    readonly input: { readonly sessionId: string; readonly comeBackAtMs?: number | null | undefined };
    readonly output: Outcome<null, WishFailure>;
  };
  /** "Not now": the place in the queue is kept, and nothing is offered for so long. */
  defer: {
    readonly input: { readonly ticketId: string; readonly forMs: number };
    readonly output: Outcome<null, WishFailure>;
  };
  /** Asks whoever holds this seat to hand it over; `isNamed`: they are told who asks. */
  askHolder: {
    readonly input: { readonly leaseId: string; readonly productId: string; readonly isNamed: boolean };
    readonly output: Outcome<null, WishFailure>;
  };
  answerHandover: {
    readonly input: { readonly handoverId: string; readonly answer: HandoverAnswer };
    readonly output: Outcome<null, WishFailure>;
  };
  /**
   * `usher wait`: a session of `productId` that lives as long as the caller's connection. Processes below `pid` count
   * as this session, not as sessions of their own.
   */
  hold: {
    readonly input: { readonly productId: string; readonly pid: number };
    readonly output: Outcome<{ readonly sessionId: string }, WishFailure>;
  };
  endHold: { readonly input: { readonly sessionId: string }; readonly output: Outcome<null, WishFailure> };
  dismissNotice: {
    readonly input: { readonly noticeId: string };
    readonly output: Outcome<null, WishFailure>;
  };
  /** How this person can be reached, as the server has it. */
  myContact: { readonly input: null; readonly output: Outcome<OwnContact, WishFailure> };
  setContact: { readonly input: OwnContact; readonly output: Outcome<OwnContact, WishFailure> };
  /** Ends the agent host in order (supervisor and packages only). */
  shutdown: { readonly input: null; readonly output: Outcome<null> };
}

export type QueryName = keyof AgentQueries;
export type CommandName = keyof AgentCommands;

export const QUERY_NAMES = ['state', 'panelAddress'] as const satisfies readonly QueryName[];
export const COMMAND_NAMES = [
  'queue',
  'leave',
  'claim',
  'decline',
  'release',
  'defer',
  'askHolder',
  'answerHandover',
  'hold',
  'endHold',
  'dismissNotice',
  'myContact',
  'setContact',
  'shutdown',
] as const satisfies readonly CommandName[];
/** What a page may ask for: everything but steering the host and holding a seat for a process. */
export const PAGE_COMMAND_NAMES = [
  'queue',
  'leave',
  'claim',
  'decline',
  'release',
  'defer',
  'askHolder',
  'answerHandover',
  'dismissNotice',
  'myContact',
  'setContact',
] as const satisfies readonly CommandName[];
export type PageCommandName = (typeof PAGE_COMMAND_NAMES)[number];

/** Links the panel may ask the shell to open: a name, never an address. */
export const LINK_NAMES = ['help', 'console'] as const;
export type LinkName = (typeof LINK_NAMES)[number];

/** What the panel sees of its carrier: Electron's preload or a loopback socket, with the same shape. */
export interface PanelBridge {
  readonly carrier: 'electron' | 'browser';
  state(): Promise<AgentState>;
  queue(input: AgentCommands['queue']['input']): Promise<AgentCommands['queue']['output']>;
  leave(input: AgentCommands['leave']['input']): Promise<AgentCommands['leave']['output']>;
  claim(input: AgentCommands['claim']['input']): Promise<AgentCommands['claim']['output']>;
  decline(input: AgentCommands['decline']['input']): Promise<AgentCommands['decline']['output']>;
  release(input: AgentCommands['release']['input']): Promise<AgentCommands['release']['output']>;
  defer(input: AgentCommands['defer']['input']): Promise<AgentCommands['defer']['output']>;
  askHolder(input: AgentCommands['askHolder']['input']): Promise<AgentCommands['askHolder']['output']>;
  answerHandover(
    input: AgentCommands['answerHandover']['input'],
  ): Promise<AgentCommands['answerHandover']['output']>;
  dismissNotice(
    input: AgentCommands['dismissNotice']['input'],
  ): Promise<AgentCommands['dismissNotice']['output']>;
  myContact(input: null): Promise<AgentCommands['myContact']['output']>;
  setContact(input: OwnContact): Promise<AgentCommands['setContact']['output']>;
  openLink(name: LinkName): Promise<void>;
  /** Calls `listener` with every new state; returns the unsubscribe. */
  onState(listener: (state: AgentState) => void): () => void;
  /** Calls `listener` when the carrier loses or regains the agent host. */
  onCarrier(listener: (isConnected: boolean) => void): () => void;
}
