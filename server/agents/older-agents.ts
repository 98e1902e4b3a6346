/**
 * What agents of older minor versions are told: what they do not know is left out, because they refuse a message with a
 * field or a word that they do not know [P5]. Pure. docs/PROTOCOL.md has the table.
 */
import type { ServerMessage } from '../../shared/protocol.ts';
import type { Mine, PoolView } from '../../shared/views.ts';

type MineMessage = Extract<ServerMessage, { type: 'mine' }>;
type PoolsMessage = Extract<ServerMessage, { type: 'pools' }>;

const NOTICES_BEFORE_103: ReadonlySet<string> = new Set([
  'offer-missed',
  'ticket-ended-missed',
  'ticket-ended-admin',
  'ticket-ended-pool-gone',
  'lease-expired',
  'lease-admin',
]);
const DENIALS_BEFORE_103: ReadonlySet<string> = new Set(['no-free-seat', 'others-wait', 'pool-unknown']);

/** @param text one message as the newest version has it @returns the same for this version */
export function textForVersion(text: string, version: number): string {
  if (version >= 103) return text;
  const message = JSON.parse(text) as ServerMessage;
  if (message.type !== 'mine' && message.type !== 'pools') return text;
  return JSON.stringify(message.type === 'mine' ? mineBefore103(message) : poolsBefore103(message));
}

/** Messages that many agents get: each is made older once. */
const olderBytes = new WeakMap<Buffer, Buffer>();

export function bytesForVersion(bytes: Buffer, version: number): Buffer {
  if (version >= 103) return bytes;
  const known = olderBytes.get(bytes);
  if (known) return known;
  const older = Buffer.from(textForVersion(bytes.toString(), version));
  olderBytes.set(bytes, older);
  return older;
}

function mineBefore103({ type, mine }: MineMessage) {
  const { seats, tickets, offers, denials, notices } = mine;
  return {
    type,
    mine: {
      seats,
      tickets: tickets.map(ticketBefore103),
      offers,
      denials: denials.map((denial) => ({
        ...denial,
        reason: DENIALS_BEFORE_103.has(denial.reason) ? denial.reason : 'no-free-seat',
      })),
      notices: notices.filter(({ kind }) => NOTICES_BEFORE_103.has(kind)),
    },
  };
}

function ticketBefore103({
  aside: _aside,
  peopleAhead: _peopleAhead,
  fairShareClasses: _fairShareClasses,
  expectedWait: _expectedWait,
  ...ticket
}: Mine['tickets'][number]) {
  return ticket;
}

function poolsBefore103(message: PoolsMessage) {
  return { ...message, pools: message.pools.map(poolBefore103) };
}

function poolBefore103({ leftOut: _leftOut, ...pool }: PoolView) {
  const holders = pool.holders.map(
    ({ borrowed: _borrowed, contact: _contact, warnedUntilMs: _warnedUntilMs, ...holder }) => holder,
  );
  return { ...pool, holders };
}
