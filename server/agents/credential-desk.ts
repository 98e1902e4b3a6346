/**
 * Finds the credential behind the secret that an agent shows. Those who ask in one turn of the event loop are looked
 * up together: ten thousand who come back at once are a few hundred questions to the store.
 */
import type { CredentialRow, Records } from '../stores/records.ts';
import { hashSecret } from './secrets.ts';

const AT_ONCE = 500;

interface Asking {
  readonly hash: string;
  resolve(credential: CredentialRow | null): void;
  reject(error: unknown): void;
}

export class CredentialDesk {
  readonly #records: Records;
  #asking: Asking[] = [];

  constructor(records: Records) {
    this.#records = records;
  }

  /** @returns null: unknown or revoked */
  find(secret: string): Promise<CredentialRow | null> {
    return new Promise((resolve, reject) => {
      this.#asking.push({ hash: hashSecret(secret), resolve, reject });
      if (this.#asking.length === 1) setImmediate(() => this.#askAll());
    });
  }

  #askAll(): void {
    const everybody = this.#asking;
    this.#asking = [];
    for (let first = 0; first < everybody.length; first += AT_ONCE)
      void this.#ask(everybody.slice(first, first + AT_ONCE));
  }

  async #ask(some: readonly Asking[]): Promise<void> {
    try {
      const rows = await this.#records.credentials.byHashes(some.map(({ hash }) => hash));
      const valid = new Map(
        rows.filter(({ revokedAtMs }) => revokedAtMs === null).map((row) => [row.hash, row]),
      );
      for (const { hash, resolve } of some) resolve(valid.get(hash) ?? null);
    } catch (error) {
      for (const { reject } of some) reject(error);
    }
  }
}
