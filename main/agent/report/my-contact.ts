/** How this person can be reached, read from and written to the server with the agent's own credential. */
import type { WishFailure } from '../../../shared/agent-api.ts';
import { type OwnContact, ownContactSchema } from '../../../shared/contact.ts';
import { failure, type Outcome, success } from '../../../shared/outcome.ts';
import { problemSchema } from '../../../shared/rest/common.ts';
import type { CredentialStore } from './credential-store.ts';
import { askServer, requestErrorWord } from './server-request.ts';

const PATH = '/api/v1/me/contact';

export interface MyContact {
  read(): Promise<Outcome<OwnContact, WishFailure>>;
  write(contact: OwnContact): Promise<Outcome<OwnContact, WishFailure>>;
}

export function createMyContact(credentials: Pick<CredentialStore, 'read'>): MyContact {
  async function ask(method: 'GET' | 'PUT', body?: OwnContact): Promise<Outcome<OwnContact, WishFailure>> {
    const enrolled = await credentials.read();
    if (enrolled === null)
      return failure('OFFLINE', 'This workstation is not enrolled at a server yet. Try again when it is.');
    const { serverUrl, credential } = enrolled;
    try {
      const { status, value } = await askServer({ serverUrl, method, path: PATH, token: credential, body });
      const contact = ownContactSchema.safeParse(value);
      if (status === 200 && contact.success) return success(contact.data);
      const problem = problemSchema.safeParse(value);
      if (problem.success) return failure(problem.data.code, problem.data.detail);
      return failure(
        'REFUSED',
        `The server does not know this yet (HTTP ${status}). It may be an older one.`,
      );
    } catch (error) {
      const why = requestErrorWord(error);
      return failure(
        'OFFLINE',
        `The server cannot be reached (${why}). Nothing was changed; try again later.`,
      );
    }
  }
  return { read: () => ask('GET'), write: (contact) => ask('PUT', contact) };
}
