/**
 * Ids that begin with the time at which they were made. Keys that are made one after another then lie side by side in
 * a database, and a commit writes a third less. Chance and time are handed in; nothing may be read off such an id.
 */
import type { NewId } from './time.ts';

/**
 * UUIDs of version 7 (RFC 9562, section 5.7): 48 bits of milliseconds, 74 bits of chance.
 * @param randomUuid gives a UUID of version 4, whose chance is taken over
 */
export function timeOrderedIds(wallMs: () => number, randomUuid: () => string): NewId {
  let madeAtMs = Number.NaN;
  let prefix = '';
  return () => {
    const nowMs = Math.max(0, Math.floor(wallMs()));
    if (nowMs !== madeAtMs) {
      madeAtMs = nowMs;
      const time = nowMs.toString(16).padStart(12, '0').slice(-12);
      prefix = `${time.slice(0, 8)}-${time.slice(8)}-7`;
    }
    return prefix + randomUuid().slice(15);
  };
}
