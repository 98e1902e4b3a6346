/** Why there is no contact, in one sentence for a person: one table from the name of the closing. Pure. */
import type { ClosingName } from './connection.ts';

export const CLOSING_WORDS: Record<ClosingName, string> = {
  BAD_MESSAGE: 'Server and agent do not understand each other. Update the older one.',
  UNAUTHORIZED: 'The server does not accept this workstation any more. It must be enrolled again.',
  MUST_ENROLL_AGAIN: 'The credential was copied from another workstation. This one must be enrolled again.',
  TOO_OLD: 'This agent is too old for the server. Update Usher on this workstation.',
  TOO_NEW: 'The server is too old for this agent. It is tried again until the server is updated.',
  NOT_AGREED: 'Server and agent do not understand each other. Update the older one.',
  MESSAGE_TOO_LARGE: 'A message was too large. Update the older of server and agent.',
  REPLACED: 'Another agent host of this account took over.',
  HELLO_TIMEOUT: 'The server did not answer in time.',
  PING_TIMEOUT: 'The server stopped answering.',
  TOO_SLOW: 'This workstation did not keep up with the server.',
  SHUTTING_DOWN: 'The server is stopping or restarting.',
  OUT_OF_ORDER: 'Server and agent start over from the last acknowledged fact.',
  INTERNAL: 'The server failed and is tried again.',
  GONE: 'The connection was cut.',
  UNREACHABLE: 'The server cannot be reached.',
  STOPPED: 'Usher is stopping.',
};
