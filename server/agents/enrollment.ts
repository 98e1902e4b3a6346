/**
 * How an agent gets its credential: for an enrollment token over the network, or through the door, where the kernel
 * says who asks. Decides who a new account is and which workstation it joins.
 */
import { failure, type Outcome, success } from '../../shared/outcome.ts';
import type { EnrollAnswer, EnrollRequest } from '../../shared/rest.ts';
import type { Clock, NewId } from '../../shared/time.ts';
import type { CredentialRow, RecordChange, Records } from '../stores/records.ts';
import type { Directory } from './directory.ts';
import { hashSecret, makeSecret } from './secrets.ts';

/** The setting that names the workstation on which this server runs. */
const HOME_SETTING = 'home-workstation';

export type EnrollFailure =
  | 'ENROLLMENT_TOKEN_UNKNOWN'
  | 'ENROLLMENT_TOKEN_EXPIRED'
  | 'ENROLLMENT_TOKEN_REVOKED'
  | 'ACCOUNT_MISMATCH'
  | 'WORKSTATION_UNKNOWN';

export interface Enrollment {
  /** Given to the agent host that is started together with this server; valid as long as this process runs. */
  readonly ownToken: string;
  withToken(token: string | null, request: EnrollRequest): Promise<Outcome<EnrollAnswer, EnrollFailure>>;
  /** @param asserted the account at the other end of the door, as the kernel says */
  throughDoor(
    request: EnrollRequest,
    asserted: { readonly uid: number; readonly loginName: string },
  ): Promise<Outcome<EnrollAnswer, EnrollFailure>>;
  /** For whoever else makes people and accounts: an account that enrolls meanwhile must not become two people. */
  whileNobodyEnrolls<T>(work: () => Promise<T>): Promise<T>;
}

export interface EnrollmentParts {
  readonly records: Records;
  readonly directory: Directory;
  readonly clock: Clock;
  readonly newId: NewId;
  /** uid of this process as text; null where there are none. */
  readonly ownAccountId: string | null;
  /** Runs it while nobody enrolls at another server either. */
  readonly exclusively: <T>(work: () => Promise<T>) => Promise<T>;
  /** Sets apart the workstations on which several servers of one database run; '' for a single one. */
  readonly homeName: string;
  /** Whether this account's agent is connected there from another data folder than this one. */
  readonly hasOtherAgent: (workstationId: string, userId: string, instanceId: string) => boolean;
  /** Credentials that are not valid any more. */
  readonly onRevoked: (credentials: readonly CredentialRow[]) => void;
  readonly onEnrolled: (workstationId: string) => void;
}

interface Place {
  readonly workstationId: string;
  readonly changes: readonly RecordChange[];
}

export function createEnrollment(parts: EnrollmentParts): Enrollment {
  const { records, directory, clock, newId } = parts;
  const ownToken = makeSecret('enrollment');
  const ownTokenHash = hashSecret(ownToken);
  // One at a time: two agents of one new account must not become two people.
  let last: Promise<unknown> = Promise.resolve();
  function oneAtATime<T>(work: () => Promise<T>): Promise<T> {
    const run = last.then(() => parts.exclusively(work));
    last = run.catch(() => {});
    return run;
  }

  async function spendToken(token: string | null): Promise<Outcome<readonly RecordChange[], EnrollFailure>> {
    const hash = token === null ? null : hashSecret(token);
    if (hash === ownTokenHash) return success([]);
    const row = hash === null ? null : await records.enrollmentTokens.byHash(hash);
    if (row === null)
      return failure(
        'ENROLLMENT_TOKEN_UNKNOWN',
        'This server does not know the token. Ask its admin for one.',
      );
    if (row.revokedAtMs !== null)
      return failure('ENROLLMENT_TOKEN_REVOKED', 'The token was revoked. Ask the admin for another one.');
    if (row.expiresAtMs <= clock.wallMs())
      return failure('ENROLLMENT_TOKEN_EXPIRED', 'The token has expired. Ask the admin for another one.');
    return success([{ record: 'enrollmentToken', op: 'put', row: { ...row, uses: row.uses + 1 } }]);
  }

  /** The person behind an account, found by authority and login name without regard to case, or made. */
  async function findPerson({
    account,
  }: EnrollRequest): Promise<{ userId: string; changes: RecordChange[] }> {
    const key = { authority: account.authority, accountId: account.name.toLowerCase() };
    const known = await records.accounts.get(key.authority, key.accountId);
    if (known) return { userId: known.userId, changes: [] };
    const userId = newId();
    const simulated = account.authority === 'simulated';
    return {
      userId,
      changes: [
        {
          record: 'person',
          op: 'put',
          row: { userId, name: account.name, simulated, createdAtMs: clock.wallMs() },
        },
        { record: 'account', op: 'put', row: { ...key, userId, name: account.name } },
      ],
    };
  }

  function makeWorkstation({ workstation, account }: EnrollRequest, workstationId: string): RecordChange {
    const { name, platform, osVersion } = workstation;
    return {
      record: 'workstation',
      op: 'put',
      row: {
        ...{ workstationId, name, platform, osVersion },
        workstationGroup: null,
        simulated: account.authority === 'simulated',
        enrolledAtMs: clock.wallMs(),
      },
    };
  }

  function newPlace(request: EnrollRequest): Place {
    const workstationId = newId();
    return { workstationId, changes: [makeWorkstation(request, workstationId)] };
  }

  /** A second agent of the same account beside a running one has a data folder, and so a life, of its own. */
  function joinOrStandBeside(request: EnrollRequest, workstationId: string, userId: string): Place {
    if (parts.hasOtherAgent(workstationId, userId, request.instanceId)) return newPlace(request);
    return { workstationId, changes: [] };
  }

  async function findHome(request: EnrollRequest, userId: string): Promise<Place> {
    const known = await records.settings.get(HOME_SETTING + parts.homeName);
    if (typeof known === 'string' && directory.workstation(known) !== null)
      return joinOrStandBeside(request, known, userId);
    const place = newPlace(request);
    const row = { name: HOME_SETTING + parts.homeName, value: place.workstationId };
    return { ...place, changes: [...place.changes, { record: 'setting', op: 'put', row }] };
  }

  async function findPlace(
    request: EnrollRequest,
    userId: string,
    isHome: boolean,
  ): Promise<Outcome<Place, 'WORKSTATION_UNKNOWN'>> {
    const { workstationId } = request.workstation;
    if (isHome && workstationId === null) return success(await findHome(request, userId));
    if (workstationId === null) return success(newPlace(request));
    if ((await records.workstations.get(workstationId)) === null)
      return failure(
        'WORKSTATION_UNKNOWN',
        'This server does not know that workstation. Enroll without naming one.',
      );
    return success(joinOrStandBeside(request, workstationId, userId));
  }

  async function issue(
    request: EnrollRequest,
    isHome: boolean,
    tokenChanges: readonly RecordChange[],
  ): Promise<Outcome<EnrollAnswer, EnrollFailure>> {
    const { userId, changes: personChanges } = await findPerson(request);
    const place = await findPlace(request, userId, isHome);
    if (!place.ok) return place;
    const { workstationId } = place.value;
    const credential = makeSecret('device');
    const nowMs = clock.wallMs();
    const row: CredentialRow = {
      credentialId: newId(),
      hash: hashSecret(credential),
      ...{ userId, workstationId },
      authority: request.account.authority,
      accountId: request.account.id,
      instanceId: request.instanceId,
      createdAtMs: nowMs,
      revokedAtMs: null,
    };
    const replaced = (await records.credentials.ofWorkstation(workstationId)).filter(
      (other) => other.userId === userId && other.revokedAtMs === null,
    );
    await directory.write([
      ...tokenChanges,
      ...personChanges,
      ...place.value.changes,
      ...replaced.map(
        (other) => ({ record: 'credential', op: 'put', row: { ...other, revokedAtMs: nowMs } }) as const,
      ),
      { record: 'credential', op: 'put', row },
    ]);
    parts.onRevoked(replaced);
    parts.onEnrolled(workstationId);
    return success({ credential, workstationId, userId });
  }

  return {
    ownToken,
    whileNobodyEnrolls: oneAtATime,
    withToken: (token, request) =>
      oneAtATime(async () => {
        const use = await spendToken(token);
        if (!use.ok) return use;
        const { authority, id } = request.account;
        const isHome =
          token !== null &&
          hashSecret(token) === ownTokenHash &&
          authority === 'unix' &&
          id === parts.ownAccountId;
        return issue(request, isHome, use.value);
      }),
    throughDoor: (request, { uid, loginName }) =>
      oneAtATime(async () => {
        const { authority, id } = request.account;
        if (authority !== 'unix' || id !== String(uid))
          return failure(
            'ACCOUNT_MISMATCH',
            'The account of the request is not the one that opened the door.',
          );
        const account = { authority, id, name: loginName };
        return issue({ ...request, account }, true, []);
      }),
  };
}
