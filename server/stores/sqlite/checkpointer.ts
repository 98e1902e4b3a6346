/** The copying connection: brings what is in the write-ahead log into the database while the writer goes on. */
import { DatabaseSync } from 'node:sqlite';

export class Checkpointer {
  readonly #database: DatabaseSync;

  constructor(file: string) {
    this.#database = new DatabaseSync(file, { timeout: 5_000 });
    this.#database.exec(
      'PRAGMA synchronous = FULL; PRAGMA checkpoint_fullfsync = ON; PRAGMA trusted_schema = OFF;',
    );
  }

  /** Copies as far as no reader is in the way; waits for nobody. */
  copy(): void {
    this.#database.exec('PRAGMA wal_checkpoint(PASSIVE)');
  }

  close(): void {
    this.#database.close();
  }
}
