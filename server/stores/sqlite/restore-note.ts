/** Writes into a restored database that it was restored, so that a doctor and a person can see it later. */
import { DatabaseSync } from 'node:sqlite';

export interface RestoreNote {
  readonly atMs: number;
  /** The last event of the backup; numbers after it were given once before. */
  readonly lastEvent: number;
}

const SETTING = 'last-restore';

export function noteRestore(file: string, note: RestoreNote): void {
  const database = new DatabaseSync(file);
  try {
    database
      .prepare('INSERT INTO settings VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value')
      .run(SETTING, JSON.stringify(note));
  } finally {
    database.close();
  }
}
