/** The store that a server was told to use: PostgreSQL where an address was given, else SQLite in its data folder. */
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Clock } from '../shared/time.ts';
import type { ServerConfig } from './config.ts';
import { openClusterStore } from './stores/postgres/cluster-store.ts';
import { openSqliteStore } from './stores/sqlite/sqlite-store.ts';
import type { ServerStore } from './stores/store.ts';
import type { StoreMeter } from './stores/store-meter.ts';

export const DATABASE_FILE = 'usher.db';

/** @param workerEntry the bundled code of the SQLite threads */
export function openStore(
  { databaseUrl, serverDir, dataDir }: Pick<ServerConfig, 'databaseUrl' | 'serverDir' | 'dataDir'>,
  clock: Clock,
  log: Logger,
  workerEntry: URL,
  meter: StoreMeter,
): Promise<ServerStore> {
  if (databaseUrl === null)
    return openSqliteStore({
      file: join(serverDir, DATABASE_FILE),
      workerEntry,
      meter,
      archiveDir: join(dataDir, 'archive'),
    });
  return openClusterStore({
    url: databaseUrl,
    clock,
    meter,
    onProblem: (sentence, cause) => log.warn({ err: cause }, sentence),
  });
}
