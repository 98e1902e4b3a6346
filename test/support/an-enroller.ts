/** An enroller on a data folder of its own, as agent.ts makes it. */
import { SILENT_LOG } from '../../main/agent/log.ts';
import { CredentialStore } from '../../main/agent/report/credential-store.ts';
import { createEnroller, type Enroller, type ServerAccess } from '../../main/agent/report/enroll.ts';
import type { EnrollRequest } from '../../shared/rest.ts';

let ids = 0;

export interface EnrollerDriver {
  readonly enroller: Enroller;
  readonly store: CredentialStore;
}

export function anEnroller(
  dir: string,
  access: ServerAccess,
  account: Partial<EnrollRequest['account']> = {},
): EnrollerDriver {
  const store = new CredentialStore({
    dir,
    newId: () => `instance-e${++ids}`,
    keyStore: null,
    log: SILENT_LOG,
  });
  const enroller = createEnroller({
    store,
    access,
    workstation: { name: 'cad-07', platform: 'linux', osVersion: 'Debian 12' },
    account: { authority: 'unix', id: '4711', name: 'ana', ...account },
  });
  return { enroller, store };
}
