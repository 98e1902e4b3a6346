/**
 * Secrets that this server hands out: how they are made and how they are kept. Each is 256 random bits, shown once,
 * and kept as one SHA-256 hash; a guess is hopeless, so no slow password function is needed.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Says at a glance, and to secret scanners, what was found lying about. */
const PREFIXES = {
  enrollment: 'ushe_',
  device: 'ushd_',
  admin: 'usha_',
  adminSession: 'ushs_',
  cluster: 'ushc_',
} as const;
export type SecretKind = keyof typeof PREFIXES;

/** @returns 48 characters: a prefix of 5 and 32 bytes as base64url */
export function makeSecret(kind: SecretKind): string {
  return PREFIXES[kind] + randomBytes(32).toString('base64url');
}

/** What is stored and looked up instead of the secret: 64 hexadecimal digits. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret, 'utf8').digest('hex');
}

/** Takes the same time wherever two secrets differ. */
export function isSameSecret(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(hashSecret(one)), Buffer.from(hashSecret(other)));
}

/** The token of an `Authorization: Bearer ...` header (RFC 6750); null: there is none. */
export function bearerToken(header: string | undefined): string | null {
  const match = /^Bearer +([A-Za-z0-9._~+/=-]{1,200})$/i.exec(header ?? '');
  return match?.[1] ?? null;
}
