/** The name of a server's data folder, made once: what belongs to its machine is kept under it in the shared database. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { NewId } from '../../shared/time.ts';

const FILE = 'server-id.json';
const fileSchema = z.strictObject({ serverId: z.string().min(1).max(100) });

export async function ownServerId(serverDir: string, newId: NewId): Promise<string> {
  const path = join(serverDir, FILE);
  try {
    return fileSchema.parse(JSON.parse(await readFile(path, 'utf8'))).serverId;
  } catch {
    // None yet, or torn: another name costs this machine one more workstation in the lists, and nothing else.
    const serverId = newId();
    await mkdir(serverDir, { recursive: true, mode: 0o700 });
    await writeFile(`${path}.new`, JSON.stringify({ serverId }), { mode: 0o600 });
    await rename(`${path}.new`, path);
    return serverId;
  }
}
