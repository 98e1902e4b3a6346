/**
 * The admin's token and the browsers that signed in with it: made, checked, renewed. Both are long random secrets of
 * which only hashes are kept. A new token ends the old one and every browser session made with it.
 */
import { failure, type Outcome, success } from '../../shared/outcome.ts';
import type { Clock, NewId } from '../../shared/time.ts';
import { hashSecret, makeSecret } from '../agents/secrets.ts';
import type { AdminTokenRow, RecordChange, Records } from '../stores/records.ts';

export interface AdminTokenParts {
  readonly records: Records;
  readonly clock: Pick<Clock, 'wallMs'>;
  readonly newId: NewId;
}

/** Who asks, once that is known. */
export interface Admin {
  readonly tokenId: string;
  readonly kind: AdminTokenRow['kind'];
  readonly expiresAtMs: number | null;
}

const isValid = (row: AdminTokenRow, nowMs: number): boolean =>
  row.revokedAtMs === null && (row.expiresAtMs === null || row.expiresAtMs > nowMs);

/** @returns the new token, shown once; everything that was valid before is not any more */
export async function renewAdminToken({ records, clock, newId }: AdminTokenParts): Promise<string> {
  const token = makeSecret('admin');
  const nowMs = clock.wallMs();
  const revoked = (await records.adminTokens.all())
    .filter((row) => isValid(row, nowMs))
    .map((row): RecordChange => ({ record: 'adminToken', op: 'put', row: { ...row, revokedAtMs: nowMs } }));
  const row: AdminTokenRow = {
    tokenId: newId(),
    hash: hashSecret(token),
    kind: 'token',
    label: 'admin',
    createdAtMs: nowMs,
    expiresAtMs: null,
    revokedAtMs: null,
  };
  await records.write([...revoked, { record: 'adminToken', op: 'put', row }]);
  return token;
}

/** @returns the token of a server that never had one; null: it has one, and it cannot be shown again */
export async function firstAdminToken(parts: AdminTokenParts): Promise<string | null> {
  const rows = await parts.records.adminTokens.all();
  return rows.some(({ kind }) => kind === 'token') ? null : renewAdminToken(parts);
}

/** @returns null: the secret is not known, revoked or expired, or of the other kind */
export async function findAdmin(
  secret: string,
  kind: AdminTokenRow['kind'],
  { records, clock }: AdminTokenParts,
): Promise<Admin | null> {
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
