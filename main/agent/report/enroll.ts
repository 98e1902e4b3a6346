/** How the agent comes to its credential: the kept one, else one for an enrollment token or through the door. */
import type { EnrollRequest } from '../../../shared/rest.ts';
import type { CredentialStorage, CredentialStore, Enrolled } from './credential-store.ts';
import { type EnrollFailure, readDoor, requestEnrollment } from './enroll-request.ts';

/** Where the server is, and by what right this agent may enroll there. */
export interface ServerAccess {
  /** undefined: the door says, or the server this agent enrolled at before. */
  readonly serverUrl?: string | undefined;
  readonly token?: string | undefined;
  /** The door folder of another account's server on this machine. */
  readonly doorDir?: string | undefined;
}

export type Obtained =
  | { readonly ok: true; readonly value: Enrolled; readonly isNew: boolean }
  | { readonly ok: false; readonly code: EnrollFailure; readonly message: string; readonly isFinal: boolean };

export interface Enroller {
  readonly storage: CredentialStorage;
  /** true: a credential is kept, so nobody need be asked. */
  readonly hasCredential: boolean;
  obtain(): Promise<Obtained>;
  /** The server refused the credential. @returns false: nothing is left to get another one with */
  refused(isCopy: boolean): Promise<boolean>;
}

export interface EnrollerOptions {
  readonly store: CredentialStore;
  readonly access: ServerAccess;
  readonly workstation: Omit<EnrollRequest['workstation'], 'workstationId'>;
  readonly account: EnrollRequest['account'];
  /** Machine setting: the workstation to which every account of this machine belongs. */
  readonly workstationId?: string | undefined;
}

export function createEnroller(options: EnrollerOptions): Enroller {
  const { store, access, workstation, account } = options;
  const mayEnroll = access.token !== undefined || access.doorDir !== undefined;

  async function enrollAt(
    serverUrl: string,
    socketPath: string | undefined,
    workstationId: string | null,
  ): Promise<Obtained> {
    const target = {
      serverUrl,
      ...(socketPath === undefined ? access.token !== undefined && { token: access.token } : { socketPath }),
    };
    const body = { instanceId: store.instanceId, workstation: { ...workstation, workstationId }, account };
    const answer = await requestEnrollment(target, body);
    // The server lost its data, or it is another one: then this machine is new to it.
    if (!answer.ok && answer.code === 'WORKSTATION_UNKNOWN' && workstationId !== null)
      return enrollAt(serverUrl, socketPath, null);
    if (!answer.ok) return refusal(answer.code, answer.message, answer.code !== 'TRY_LATER');
    const value = { serverUrl, ...answer.value };
    await store.write(value);
    return { ok: true, value, isNew: true };
  }

  return {
    get storage() {
      return store.storage;
    },
    get hasCredential() {
      return (
        store.storage !== 'none' && (access.serverUrl === undefined || store.serverUrl === access.serverUrl)
      );
    },
    async obtain() {
      const door = access.doorDir === undefined ? null : readDoor(access.doorDir);
      if (door && !door.ok) return refusal(door.code, door.message, door.code === 'BAD_DOOR');
      const serverUrl = door?.value.serverUrl ?? access.serverUrl ?? store.serverUrl;
      if (serverUrl === null)
        return refusal(
          'NO_SERVER',
          'No server is known. Start with: usher agent --server URL --token TOKEN',
          true,
        );
      const kept = store.serverUrl === serverUrl ? await store.read() : null;
      if (kept) return { ok: true, value: kept, isNew: false };
      if (!mayEnroll)
        return refusal(
          'NOT_ENROLLED',
          'This workstation is not enrolled there. Ask the admin for an enrollment token, then: usher agent --server URL --token TOKEN',
          true,
        );
      return enrollAt(serverUrl, door?.value.socketPath, options.workstationId ?? store.workstationId);
    },
    async refused(isCopy) {
      await store.forget(isCopy);
      return mayEnroll;
    },
  };
}

function refusal(code: EnrollFailure, message: string, isFinal: boolean): Obtained {
  return { ok: false, code, message, isFinal };
}
