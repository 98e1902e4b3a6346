/**
 * The few messages of the X11 protocol that ask for the idle time: connection setup, QueryExtension and
 * ScreenSaver QueryInfo (X Window System Protocol, X11R6.8, appendix B; MIT-SCREEN-SAVER extension 1.1).
 * Pure: bytes and values. Everything is little-endian: the client chooses, and we say so in the first byte.
 */

export interface Authorization {
  readonly name: string;
  readonly data: Buffer;
}

const LITTLE_ENDIAN = 0x6c;
const PROTOCOL_MAJOR = 11;
const QUERY_EXTENSION = 98;
const SCREEN_SAVER = 'MIT-SCREEN-SAVER';
const SCREEN_SAVER_QUERY_INFO = 1;

/** Every reply, event and error that we can receive has this size. */
export const MESSAGE_BYTES = 32;
/** The part of the setup answer that says how much follows. */
export const SETUP_HEAD_BYTES = 8;

const padded = (length: number) => (length + 3) & ~3;

export function encodeSetup(authorization: Authorization | undefined): Buffer {
  const name = Buffer.from(authorization?.name ?? '', 'latin1');
  const data = authorization?.data ?? Buffer.alloc(0);
  const message = Buffer.alloc(12 + padded(name.length) + padded(data.length));
  message[0] = LITTLE_ENDIAN;
  message.writeUInt16LE(PROTOCOL_MAJOR, 2);
  message.writeUInt16LE(name.length, 6);
  message.writeUInt16LE(data.length, 8);
  name.copy(message, 12);
  data.copy(message, 12 + padded(name.length));
  return message;
}

export function encodeQueryScreenSaver(): Buffer {
  const message = Buffer.alloc(8 + padded(SCREEN_SAVER.length));
  message[0] = QUERY_EXTENSION;
  message.writeUInt16LE(message.length / 4, 2);
  message.writeUInt16LE(SCREEN_SAVER.length, 4);
  message.write(SCREEN_SAVER, 8, 'latin1');
  return message;
}

export function encodeQueryIdle(majorOpcode: number, rootWindow: number): Buffer {
  const message = Buffer.alloc(8);
  message[0] = majorOpcode;
  message[1] = SCREEN_SAVER_QUERY_INFO;
  message.writeUInt16LE(2, 2);
  message.writeUInt32LE(rootWindow, 4);
  return message;
}

/** @returns how many bytes follow the head; undefined when this is no answer to a setup */
export function decodeSetupHead(
  head: Buffer,
): { readonly accepted: boolean; readonly restBytes: number } | undefined {
  const status = head[0];
  if (head.length < SETUP_HEAD_BYTES || status === undefined || status > 2) return undefined;
  return { accepted: status === 1, restBytes: head.readUInt16LE(6) * 4 };
}

/** @returns the root window of the first screen; undefined when the answer is torn */
export function decodeRootWindow(rest: Buffer): number | undefined {
  if (rest.length < 24) return undefined;
  const vendorBytes = padded(rest.readUInt16LE(16));
  const formats = rest[21] ?? 0;
  const screenOffset = 32 + vendorBytes + formats * 8;
  return rest.length >= screenOffset + 4 ? rest.readUInt32LE(screenOffset) : undefined;
}

export type ServerMessage =
  | { readonly kind: 'reply'; readonly bytes: Buffer }
  | { readonly kind: 'error'; readonly code: number }
  /** Nobody asked for it: keyboard mapping changes reach every client. */
  | { readonly kind: 'event' };

/** @param bytes exactly MESSAGE_BYTES */
export function decodeMessage(bytes: Buffer): ServerMessage {
  if (bytes[0] === 0) return { kind: 'error', code: bytes[1] ?? 0 };
  return bytes[0] === 1 ? { kind: 'reply', bytes } : { kind: 'event' };
}

/** @returns the opcode under which this server knows the extension; undefined when it has none */
export function decodeExtensionOpcode(reply: Buffer): number | undefined {
  return reply[8] === 1 ? reply[9] : undefined;
}

/** Milliseconds since the last input of any device of this display. 32 bits that the server itself wraps. */
export function decodeIdleMs(reply: Buffer): number {
  return reply.readUInt32LE(16);
}
