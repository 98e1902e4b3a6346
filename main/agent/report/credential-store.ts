/**
 * Who this agent is to its server: the instance id of the data folder, and the device credential, in the system's key
 * store where there is one, else in a file that only its owner can read. Says which.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { AgentState } from '../../../shared/agent-api.ts';
import { idSchema } from '../../../shared/domain-schemas.ts';
import type { NewId } from '../../../shared/time.ts';
import { errorText, type Log } from '../log.ts';
import type { KeyStore } from './key-store.ts';

export type CredentialStorage = AgentState['credentialStorage'];

export interface Enrolled {
  readonly serverUrl: string;
  readonly workstationId: string;
  readonly userId: string;
  readonly credential: string;
}

const identitySchema = z.strictObject({
  version: z.literal(1),
  instanceId: idSchema,
  /** Kept beyond a credential: a workstation that enrolls again is still the same one. */
  workstationId: idSchema.nullable(),
  enrolled: z
    .strictObject({
      serverUrl: z.string().min(1),
      workstationId: idSchema,
      userId: idSchema,
      /** null: the credential lies in the key store. */
      credential: z.string().min(20).max(200).nullable(),
    })
    .nullable(),
});
type Identity = z.infer<typeof identitySchema>;

export interface CredentialStoreOptions {
  readonly dir: string;
  readonly newId: NewId;
  readonly keyStore: KeyStore | null;
  readonly log: Log;
}

export class CredentialStore {
  readonly #options: CredentialStoreOptions;
  readonly #path: string;
  #identity: Identity;

  constructor(options: CredentialStoreOptions) {
    this.#options = options;
    this.#path = join(options.dir, 'identity.json');
    mkdirSync(options.dir, { recursive: true, mode: 0o700 });
    this.#identity = this.#load();
  }

  /** Made when the data folder was made; a copied credential shows itself by another one. */
  get instanceId(): string {
    return this.#identity.instanceId;
  }
  get storage(): CredentialStorage {
    const { enrolled } = this.#identity;
    if (!enrolled) return 'none';
    return enrolled.credential === null ? 'key-store' : 'owner-only-file';
  }
  /** The server this agent enrolled at, also when its credential cannot be read now. */
  get serverUrl(): string | null {
    return this.#identity.enrolled?.serverUrl ?? null;
  }
  get workstationId(): string | null {
    return this.#identity.workstationId;
  }

  async read(): Promise<Enrolled | null> {
    const { enrolled, instanceId } = this.#identity;
    if (!enrolled) return null;
    const credential = enrolled.credential ?? (await this.#options.keyStore?.read(instanceId)) ?? null;
    return credential === null ? null : { ...enrolled, credential };
  }

  async write(enrolled: Enrolled): Promise<void> {
    const { keyStore } = this.#options;
    const { credential, ...rest } = enrolled;
    const isInKeyStore = (await keyStore?.write(this.instanceId, credential)) ?? false;
    const { workstationId } = enrolled;
    const kept = { ...rest, credential: isInKeyStore ? null : credential };
    this.#save({ ...this.#identity, workstationId, enrolled: kept });
  }

  /** The credential is void. @param isCopy true: the server says it belongs to another agent, so this becomes a new one */
  async forget(isCopy: boolean): Promise<void> {
    await this.#options.keyStore?.remove(this.instanceId);
    const { newId } = this.#options;
    const fresh = isCopy && { instanceId: newId(), workstationId: null };
    this.#save({ ...this.#identity, enrolled: null, ...fresh });
  }

  #load(): Identity {
    if (existsSync(this.#path)) {
      try {
        return identitySchema.parse(JSON.parse(readFileSync(this.#path, 'utf8')));
      } catch (error) {
        // Never overwritten in place: a person may want to look at it.
        const aside = `${this.#path}.damaged`;
        this.#options.log.warn(
          'the identity file is damaged and was moved aside; this workstation enrolls again',
          {
            error: errorText(error).slice(0, 200),
            movedAsideTo: aside,
          },
        );
        renameSync(this.#path, aside);
      }
    }
    const instanceId = this.#options.newId();
    const fresh: Identity = { version: 1, instanceId, workstationId: null, enrolled: null };
    this.#write(fresh);
    return fresh;
  }

  #save(identity: Identity): void {
    this.#write(identity);
    this.#identity = identity;
  }

  /** Whole or not at all, and readable by its owner only from its first moment. */
  #write(identity: Identity): void {
    const temporary = `${this.#path}.new`;
    const file = openSync(temporary, 'w', 0o600);
    try {
      writeSync(file, `${JSON.stringify(identity, null, 2)}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, this.#path);
  }
}
