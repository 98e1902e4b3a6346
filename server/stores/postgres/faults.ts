/**
 * What a database says when something fails, as errors of ours: with the code and the sentence, without the values of
 * rows, which PostgreSQL puts into details and which may be names.
 */
import pg from 'pg';

/** SQLSTATE of what the functions of schema.ts raise. */
export const NOT_OWNER = 'UO001';
export const TAIL_MOVED = 'UO002';

/** The database refused, or could not be reached. */
export class DatabaseFault extends Error {
  /** SQLSTATE, or the system's code of a connection that failed; null: neither. */
  readonly code: string | null;
  /** true: nobody answered, so that the fate of a write is unknown and a read may be tried again. */
  readonly isUnreachable: boolean;

  constructor(message: string, code: string | null, isUnreachable: boolean) {
    super(message);
    this.code = code;
    this.isUnreachable = isUnreachable;
  }
}

/** 57P01 to 57P03: the server is stopped, crashed, or starts. 53300: it has no connection left. */
const AWAY = new Set(['57P01', '57P02', '57P03', '53300']);
const RETRIED_WRITES = new Set(['40001', '40P01']);

export function faultOf(error: unknown): Error {
  if (error instanceof DatabaseFault) return error;
  if (error instanceof pg.DatabaseError) {
    const code = error.code ?? null;
    const isAway = code !== null && (AWAY.has(code) || code.startsWith('08'));
    const hint = code === '53100' ? ' (its disk is full)' : '';
    return new DatabaseFault(`PostgreSQL: ${error.message}${hint}`, code, isAway);
  }
  if (!(error instanceof Error)) return new DatabaseFault(String(error), null, true);
  // What is thrown before a word of PostgreSQL is read: the connection, its end, its TLS.
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null;
  return new DatabaseFault(`PostgreSQL cannot be reached: ${error.message || code}`, code, true);
}

export const isUnreachable = (error: unknown): boolean =>
  error instanceof DatabaseFault && error.isUnreachable;

export const hasCode = (error: unknown, code: string): boolean =>
  error instanceof DatabaseFault && error.code === code;

/** Two transactions stood in each other's way; the one that was ended did nothing and may be tried again. */
export const isCollision = (error: unknown): boolean =>
  error instanceof DatabaseFault && error.code !== null && RETRIED_WRITES.has(error.code);
