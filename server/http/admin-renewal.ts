/**
 * A renewed admin token on its way from the command to the server: a small file in the server's own folder with the
 * new token's hash. A running server takes it the next time somebody shows a token, a stopped one when it starts; so
 * no second process ever writes the database.
 */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const renewalSchema = z.strictObject({
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  createdAtMs: z.number().int(),
});
export type AdminRenewal = z.infer<typeof renewalSchema>;

const pathIn = (serverDir: string): string => join(serverDir, 'admin-token-renewal.json');

/** Replaces an earlier one that was not taken yet. */
export async function leaveRenewal(serverDir: string, renewal: AdminRenewal): Promise<void> {
  const path = pathIn(serverDir);
  await writeFile(`${path}.new`, JSON.stringify(renewal), { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/** @returns what waits there; null: nothing, or nothing that can be read */
export async function findRenewal(serverDir: string): Promise<AdminRenewal | null> {
  try {
    const renewal = renewalSchema.safeParse(JSON.parse(await readFile(pathIn(serverDir), 'utf8')));
    return renewal.success ? renewal.data : null;
  } catch {
    return null; // nobody renewed anything: the usual case
  }
}

export async function removeRenewal(serverDir: string): Promise<void> {
  await rm(pathIn(serverDir), { force: true });
}
