/** What the two ends of a link need of a socket. Types and numbers only; sockets.ts has the real ones. */

/** Why a link was closed by one of its ends. */
export const LINK_CLOSE = {
  NOT_OWNER: 4601,
  BAD_MESSAGE: 4602,
  OTHER_VERSION: 4603,
  SILENT: 4604,
  TOO_SLOW: 4605,
  STOPPING: 4606,
} as const;
export type LinkClose = keyof typeof LINK_CLOSE;

/** Another instance that leaves more than this unread is cut off; it reads the database when it is back. */
export const MAXIMUM_UNREAD_BYTES = 64 * 1_048_576;

export interface LinkSocket {
  send(text: string): void;
  /** Bytes that the other end has not taken yet. */
  unreadBytes(): number;
  /** onClosed is called once, whoever closes. Closing twice does nothing. */
  close(why: LinkClose): void;
}

export interface LinkEvents {
  onText(text: string): void;
  onClosed(): void;
}

export interface OpenEvents extends LinkEvents {
  onOpen(): void;
  /** Why it could not be opened, or broke: comes before onClosed. */
  onFailed(cause: unknown): void;
}

/** Opens a link to another instance. onOpen comes before any text; a link that cannot be opened is closed at once. */
export type OpenLink = (url: string, secret: string, events: OpenEvents) => LinkSocket;
