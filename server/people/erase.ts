/**
 * Erasing a person: their name, accounts, contact, credentials and agents go; what the ledger holds of them ends; the
 * events stay whole with an id that tells nothing any more.
 */
import type { AccountRow, AgentRow, CredentialRow, RecordChange, WorkstationRow } from '../stores/records.ts';

/** Everything that the records know of one person. */
export interface PersonTraces {
  readonly userId: string;
  readonly accounts: readonly AccountRow[];
  readonly credentials: readonly CredentialRow[];
  readonly agents: readonly AgentRow[];
  /** Workstations on which nobody else has an agent or a credential: their names often name their person. */
  readonly ownWorkstations: readonly WorkstationRow[];
}

/** What must go so that nothing tells any more who a person was. */
export function erasureOf(traces: PersonTraces): RecordChange[] {
  const { userId, accounts, credentials, agents, ownWorkstations } = traces;
  return [
    { record: 'person', op: 'delete', key: { userId } },
    { record: 'contact', op: 'delete', key: { userId } },
    ...accounts.map(
      ({ authority, accountId }): RecordChange => ({
        record: 'account',
        op: 'delete',
        key: { authority, accountId },
      }),
    ),
    ...credentials.map(
      ({ credentialId }): RecordChange => ({ record: 'credential', op: 'delete', key: { credentialId } }),
    ),
    ...agents.map(
      ({ workstationId }): RecordChange => ({
        record: 'agent',
        op: 'delete',
        key: { workstationId, userId },
      }),
    ),
    ...ownWorkstations.map(
      ({ workstationId }): RecordChange => ({ record: 'workstation', op: 'delete', key: { workstationId } }),
    ),
  ];
}
