/**
 * The admin's token and the browsers that signed in with it: made, checked, renewed. Both are long random secrets of
 * which only hashes are kept. A new token ends the old one and every browser session made with it.
 */
import { failure, type Outcome, success } from '../../shared/outcome.ts';
import type { Clock, NewId } from '../../shared/time.ts';
import { hashSecret, makeSecret } from '../agents/secrets.ts';
import type { AdminTokenRow, RecordChange, Records } from '../stores/records.ts';
import { findRenewal, removeRenewal } from './admin-renewal.ts';

export interface AdminTokenParts {
  readonly records: Records;
  readonly clock: Pick<Clock, 'wallMs'>;
  readonly newId: NewId;
  readonly config: { readonly serverDir: string };
}

/** Who asks, once that is known. */
export interface Admin {
  readonly tokenId: string;
  readonly kind: AdminTokenRow['kind'];
  readonly expiresAtMs: number | null;
}

const isValid = (row: AdminTokenRow, nowMs: number): boolean =>
  row.revokedAtMs === null && (row.expiresAtMs === null || row.expiresAtMs > nowMs);

/** One token is valid; every earlier one and every browser session made with it is not any more. */
async function replaceToken(hash: string, { records, clock }: AdminTokenParts): Promise<void> {
  const nowMs = clock.wallMs();
  const revoked = (await records.adminTokens.all())
    .filter((row) => isValid(row, nowMs))
    .map((row): RecordChange => ({ record: 'adminToken', op: 'put', row: { ...row, revokedAtMs: nowMs } }));
  const row: AdminTokenRow = {
    // Made of the hash, so that doing it twice at the same time is doing it once.
    tokenId: `admin-${hash.slice(0, 16)}`,
    hash,
    kind: 'token',
    label: 'admin',
    createdAtMs: nowMs,
    expiresAtMs: null,
    revokedAtMs: null,
  };
  await records.write([...revoked, { record: 'adminToken', op: 'put', row }]);
}

/** Takes a token that `usher admin token` left for this server. Written down before the file goes: a crash repeats it. */
async function takeRenewal(parts: AdminTokenParts): Promise<void> {
  const { serverDir } = parts.config;
  const renewal = await findRenewal(serverDir);
  if (renewal === null) return;
  if ((await parts.records.adminTokens.byHash(renewal.hash)) === null)
    await replaceToken(renewal.hash, parts);
  await removeRenewal(serverDir);
}

/** @returns the token of a server that never had one; null: it has one, and it cannot be shown again */
export async function firstAdminToken(parts: AdminTokenParts): Promise<string | null> {
  await takeRenewal(parts);
  const rows = await parts.records.adminTokens.all();
  if (rows.some(({ kind }) => kind === 'token')) return null;
  const token = makeSecret('admin');
  await replaceToken(hashSecret(token), parts);
  return token;
}

/** @returns null: the secret is not known, revoked or expired, or of the other kind */
export async function findAdmin(
  secret: string,
  kind: AdminTokenRow['kind'],
  parts: AdminTokenParts,
): Promise<Admin | null> {
  const { records, clock } = parts;
  await takeRenewal(parts);
  const row = await records.adminTokens.byHash(hashSecret(secret));
  if (row === null || row.kind !== kind || !isValid(row, clock.wallMs())) return null;
  return { tokenId: row.tokenId, kind, expiresAtMs: row.expiresAtMs };
}

/** A browser signs in: the token against a session of limited length. */
export async function signIn(
  token: string,
  lastsMs: number,
  parts: AdminTokenParts,
): Promise<Outcome<{ readonly session: string; readonly expiresAtMs: number }, 'BAD_TOKEN'>> {
  const { records, clock, newId } = parts;
  if ((await findAdmin(token, 'token', parts)) === null)
    return failure('BAD_TOKEN', 'The token is not valid. `usher admin token` on the server makes a new one.');
  const nowMs = clock.wallMs();
  const session = makeSecret('adminSession');
  const expiresAtMs = nowMs + lastsMs;
  const over = (await records.adminTokens.all())
    .filter((row) => row.kind === 'session' && !isValid(row, nowMs))
    .map(({ tokenId }): RecordChange => ({ record: 'adminToken', op: 'delete', key: { tokenId } }));
  const row: AdminTokenRow = {
    tokenId: newId(),
    hash: hashSecret(session),
    kind: 'session',
    label: 'browser',
    createdAtMs: nowMs,
    expiresAtMs,
    revokedAtMs: null,
  };
  await records.write([...over, { record: 'adminToken', op: 'put', row }]);
  return success({ session, expiresAtMs });
}

export async function signOut(tokenId: string, { records }: AdminTokenParts): Promise<void> {
  await records.write([{ record: 'adminToken', op: 'delete', key: { tokenId } }]);
}
