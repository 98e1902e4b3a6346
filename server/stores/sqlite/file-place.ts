/**
 * Whether the files that a connection has open are still the ones that stand under their names. A database whose folder
 * was removed or replaced takes writes as before, into files that nobody finds again: nothing may be acknowledged then.
 */
import { statSync } from 'node:fs';

const PARTS = ['', '-wal', '-shm'] as const;

export class FilePlace {
  readonly #file: string;
  readonly #known = new Map<string, string>();

  constructor(file: string) {
    this.#file = file;
    this.check();
  }

  /** Throws with a sentence; what was not there at the first time is learned when it appears. */
  check(): void {
    for (const part of PARTS) {
      const path = `${this.#file}${part}`;
      const known = this.#known.get(part);
      const found = statSync(path, { throwIfNoEntry: false });
      const identity = found ? `${found.dev} ${found.ino}` : undefined;
      if (known === undefined && identity !== undefined) this.#known.set(part, identity);
      if (known === undefined || known === identity) continue;
      throw new Error(
        identity === undefined
          ? `${path} is not where it was: put it back, or restore a backup and start the server again`
          : `${path} was replaced by another file while the server ran: start the server again`,
      );
    }
  }
}
