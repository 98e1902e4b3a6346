/** Which server an admin command talks to, and with which token. */
import { failure, type Outcome, success } from '../../../shared/outcome.ts';
import { type Context, type Input, textOption } from '../context.ts';
import type { ExitName } from '../exit-codes.ts';
import { isAlive } from '../start/claim-folder.ts';
import { readHolder } from '../start/instance-lock.ts';
import { readKeptAdminToken } from './admin-token-file.ts';
import type { RestPorts } from './rest-client.ts';

/** The kept token goes to the server of this account only, never to an address that somebody typed. */
export async function findAdmin(context: Context, input: Input): Promise<Outcome<RestPorts, ExitName>> {
  const places = context.places(input);
  const given = textOption(input, 'server');
  if (given !== null && !/^https?:$/.test(URL.parse(given)?.protocol ?? ''))
    return failure('USAGE', `"${given}" is no address. Write it like https://usher.example.com.`);
  const local = readHolder(places.runDir, isAlive)?.serverUrl ?? null;
  const url = given ?? local;
  if (url === null)
    return failure(
      'NOT_RUNNING',
      'No Usher server runs for this account. Start it with `usher start`, or say which one: --server URL.',
    );
  const isLocal = local !== null && new URL(url).origin === new URL(local).origin;
  const kept = isLocal ? readKeptAdminToken(places) : null;
  const token = textOption(input, 'token') ?? context.environment.adminToken ?? kept;
  if (token === null)
    return failure(
      'NOT_ALLOWED',
      'This needs the admin token: --token T or USHER_ADMIN_TOKEN. `usher admin token` on the server’s machine makes a new one.',
    );
  return success({ url, token });
}
