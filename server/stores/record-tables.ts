/** Tables and columns of the records, as data: one description for every store. */
import type { RecordName, RecordTypes, RowOf } from './records.ts';

/** How a value is kept: JSON and booleans are turned at the store's edge. Every column may be null. */
export type ColumnKind = 'text' | 'integer' | 'boolean' | 'json';

export interface TableSpec<K extends RecordName = RecordName> {
  readonly table: string;
  readonly key: readonly (RecordTypes[K]['key'] & string)[];
  readonly columns: { readonly [C in keyof RowOf<K> & string]: ColumnKind };
}

export const RECORD_TABLES: { readonly [K in RecordName]: TableSpec<K> } = {
  person: {
    table: 'people',
    key: ['userId'],
    columns: { userId: 'text', name: 'text', simulated: 'boolean', createdAtMs: 'integer' },
  },
  contact: {
    table: 'contacts',
    key: ['userId'],
    columns: {
      userId: 'text',
      mail: 'text',
      phone: 'text',
      chatUrl: 'text',
      isVisible: 'boolean',
      source: 'text',
      changedAtMs: 'integer',
    },
  },
  group: {
    table: 'person_groups',
    key: ['groupId'],
    columns: { groupId: 'text', name: 'text', createdAtMs: 'integer' },
  },
  account: {
    table: 'accounts',
    key: ['authority', 'accountId'],
    columns: { authority: 'text', accountId: 'text', userId: 'text', name: 'text' },
  },
  workstation: {
    table: 'workstations',
    key: ['workstationId'],
    columns: {
      workstationId: 'text',
      name: 'text',
      platform: 'text',
      osVersion: 'text',
      workstationGroup: 'text',
      simulated: 'boolean',
      enrolledAtMs: 'integer',
    },
  },
  agent: {
    table: 'agents',
    key: ['workstationId', 'userId'],
    columns: {
      workstationId: 'text',
      userId: 'text',
      loginSessionId: 'text',
      agentVersion: 'text',
      lastContactMs: 'integer',
      sensors: 'json',
    },
  },
  credential: {
    table: 'credentials',
    key: ['credentialId'],
    columns: {
      credentialId: 'text',
      hash: 'text',
      userId: 'text',
      workstationId: 'text',
      authority: 'text',
      accountId: 'text',
      instanceId: 'text',
      createdAtMs: 'integer',
      revokedAtMs: 'integer',
    },
  },
  enrollmentToken: {
    table: 'enrollment_tokens',
    key: ['tokenId'],
    columns: {
      tokenId: 'text',
      hash: 'text',
      label: 'text',
      workstationGroup: 'text',
      createdAtMs: 'integer',
      expiresAtMs: 'integer',
      revokedAtMs: 'integer',
      uses: 'integer',
    },
  },
  adminToken: {
    table: 'admin_tokens',
    key: ['tokenId'],
    columns: {
      tokenId: 'text',
      hash: 'text',
      kind: 'text',
      label: 'text',
      createdAtMs: 'integer',
      expiresAtMs: 'integer',
      revokedAtMs: 'integer',
    },
  },
  usageSession: {
    table: 'usage_sessions',
    key: ['sessionId'],
    columns: {
      sessionId: 'text',
      userId: 'text',
      workstationId: 'text',
      productId: 'text',
      startedAtMs: 'integer',
      endedAtMs: 'integer',
      endReason: 'text',
      usageIdleAfterMs: 'integer',
    },
  },
  usageInterval: {
    table: 'usage_intervals',
    key: ['sessionId', 'intervalId'],
    columns: {
      intervalId: 'text',
      sessionId: 'text',
      activity: 'json',
      fromMs: 'integer',
      toMs: 'integer',
      projectId: 'text',
    },
  },
  usageGrant: {
    table: 'usage_grants',
    key: ['sessionId', 'leaseId'],
    columns: { sessionId: 'text', leaseId: 'text', poolId: 'text', fromMs: 'integer', toMs: 'integer' },
  },
  denial: {
    table: 'denials',
    key: ['denialId'],
    columns: {
      denialId: 'text',
      atMs: 'integer',
      userId: 'text',
      productId: 'text',
      sessionId: 'text',
      reason: 'text',
      freeElsewhere: 'json',
      provedFalseAtMs: 'integer',
    },
  },
  setting: { table: 'settings', key: ['name'], columns: { name: 'text', value: 'json' } },
  product: {
    table: 'products',
    key: ['productId'],
    columns: { productId: 'text', product: 'json', changedAtMs: 'integer' },
  },
};

/** A row as a store handles it: column names as in the types, values already turned. */
export type PlainRow = Readonly<Record<string, unknown>>;

/** One question to a store. `after` continues behind the row with these values of the order's columns. */
export interface RecordQuery {
  readonly record: RecordName;
  readonly where: readonly Condition[];
  readonly order: readonly string[];
  readonly descending: boolean;
  readonly after: readonly (string | number)[] | null;
  readonly limit: number | null;
  /** Set: rows are counted instead of given; order, after and limit do not matter. */
  readonly tally?: TallySpec;
}

/** One result for each set of values of `by` and, with `step`, for each step of a time. */
export interface TallySpec {
  readonly by: readonly string[];
  /** Which step of so many ms since 1970 the column's instant falls into. */
  readonly step: { readonly column: string; readonly ms: number } | null;
  /** Column whose greatest value is asked for as well. */
  readonly newest: string | null;
}

/** What a tally gives beside the columns of `by`. */
export interface TallyNumbers {
  readonly tallyCount: number;
  readonly tallyStep: number | null;
  readonly tallyNewest: number | null;
}

/** from: equal or greater. open-or-above: the column is null (still going on) or greater, which no index helps to find. */
export type Condition =
  | {
      readonly column: string;
      readonly is: 'equal' | 'from' | 'below' | 'open-or-above';
      readonly value: string | number;
    }
  | { readonly column: string; readonly is: 'one-of'; readonly values: readonly string[] };
