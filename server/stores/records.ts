/**
 * The port to everything the server keeps beside the ledger: people, workstations, tokens, usage, settings.
 * Reads are small repositories; writes are plain data (`RecordChange`), so that they can also ride in the transaction
 * of a ledger decision or of an agent's acknowledged facts. No SQL and no rule of the ledger lives here.
 */
import type { DenialReason, Take } from '../../shared/domain.ts';
import type { DenialCount, DenialQuery, UserTally } from './tallies.ts';
import type { UsageDays } from './usage-days.ts';
import type { UsageGrantRow, UsageIntervalRow, UsageSessionRow } from './usage-rows.ts';

export type { UsageGrantRow, UsageIntervalRow, UsageSessionRow } from './usage-rows.ts';

/** Who a `userId` is. The only place with a name; erasing the row leaves the ledger's audit whole. */
export interface PersonRow {
  readonly userId: string;
  readonly name: string;
  readonly simulated: boolean;
  readonly createdAtMs: number;
}

/** An account as the operating system or directory asserts it. Several may mean one person. */
export interface AccountRow {
  readonly authority: string;
  /** uid, SID, or whatever is stable at the authority; case-folded by the caller where case does not count. */
  readonly accountId: string;
  readonly userId: string;
  /** Login name as shown. */
  readonly name: string;
}

/** How a person can be reached, and whether colleagues may see it. Gone with the person. */
export interface ContactRow {
  readonly userId: string;
  readonly mail: string | null;
  readonly phone: string | null;
  readonly chatUrl: string | null;
  /** true: everybody who may see the pools; false: admins only. */
  readonly isVisible: boolean;
  /** An own entry is not overwritten by an import. */
  readonly source: 'import' | 'admin' | 'self';
  readonly changedAtMs: number;
}

/** Name of a group; who belongs to it is in the ledger, by ids. */
export interface GroupRow {
  readonly groupId: string;
  readonly name: string;
  readonly createdAtMs: number;
}

export interface WorkstationRow {
  readonly workstationId: string;
  readonly name: string;
  readonly platform: 'linux' | 'win32' | 'darwin';
  readonly osVersion: string;
  /** Group that the enrollment token was limited to. */
  readonly workstationGroup: string | null;
  readonly simulated: boolean;
  readonly enrolledAtMs: number;
}

/** The agent of one person on one workstation, as it was at its last contact. */
export interface AgentRow {
  readonly workstationId: string;
  readonly userId: string;
  readonly loginSessionId: string | null;
  readonly agentVersion: string | null;
  readonly lastContactMs: number | null;
  readonly sensors: { readonly processes: string; readonly idle: string } | null;
}

/** A device credential. `hash` is looked up directly: one fast hash of a long random secret. */
export interface CredentialRow {
  readonly credentialId: string;
  readonly hash: string;
  readonly userId: string;
  readonly workstationId: string;
  readonly authority: string;
  readonly accountId: string;
  /** The agent's data folder; another one with the same credential must enroll again. */
  readonly instanceId: string;
  readonly createdAtMs: number;
  readonly revokedAtMs: number | null;
}

export interface EnrollmentTokenRow {
  readonly tokenId: string;
  readonly hash: string;
  readonly label: string;
  readonly workstationGroup: string | null;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  readonly revokedAtMs: number | null;
  readonly uses: number;
}

/** An admin's token, or a browser that signed in with one. */
export interface AdminTokenRow {
  readonly tokenId: string;
  readonly hash: string;
  readonly kind: 'token' | 'session';
  readonly label: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number | null;
  readonly revokedAtMs: number | null;
}

/** A request that found no seat. Written by the ledger's projection. */
export interface DenialRow {
  readonly denialId: string;
  readonly atMs: number;
  readonly userId: string;
  readonly productId: string;
  readonly sessionId: string | null;
  readonly reason: DenialReason;
  /** Pools with free units that this request could not have; null in rows of older versions. */
  readonly freeElsewhere: readonly Take[] | null;
  /** Set when the session got a seat within the pool's tolerance: a false denial. */
  readonly provedFalseAtMs: number | null;
}

/** Any JSON under a name: server settings, signing keys, schema of the shipped catalog. */
export interface SettingRow {
  readonly name: string;
  readonly value: unknown;
}

/** A product the admin added or changed; `product` has the shape of shared/catalog.ts and is checked by its reader. */
export interface ProductRow {
  readonly productId: string;
  readonly product: unknown;
  readonly changedAtMs: number;
}

/** Every kind of record with its row and the columns that are its key. */
export interface RecordTypes {
  person: { row: PersonRow; key: 'userId' };
  contact: { row: ContactRow; key: 'userId' };
  group: { row: GroupRow; key: 'groupId' };
  account: { row: AccountRow; key: 'authority' | 'accountId' };
  workstation: { row: WorkstationRow; key: 'workstationId' };
  agent: { row: AgentRow; key: 'workstationId' | 'userId' };
  credential: { row: CredentialRow; key: 'credentialId' };
  enrollmentToken: { row: EnrollmentTokenRow; key: 'tokenId' };
  adminToken: { row: AdminTokenRow; key: 'tokenId' };
  usageSession: { row: UsageSessionRow; key: 'sessionId' };
  usageInterval: { row: UsageIntervalRow; key: 'sessionId' | 'intervalId' };
  usageGrant: { row: UsageGrantRow; key: 'sessionId' | 'leaseId' };
  denial: { row: DenialRow; key: 'denialId' };
  setting: { row: SettingRow; key: 'name' };
  product: { row: ProductRow; key: 'productId' };
}
export type RecordName = keyof RecordTypes;
export type RowOf<K extends RecordName> = RecordTypes[K]['row'];
export type KeyOf<K extends RecordName> = Pick<RowOf<K>, RecordTypes[K]['key'] & keyof RowOf<K>>;

/**
 * One write. `put` replaces the row with the same key or adds it. `patch` changes only the named columns of a row that
 * exists and does nothing where none does. `delete` of what is not there does nothing.
 */
export type RecordChange = {
  [K in RecordName]:
    | { readonly record: K; readonly op: 'put'; readonly row: RowOf<K> }
    | { readonly record: K; readonly op: 'patch'; readonly key: KeyOf<K>; readonly set: Partial<RowOf<K>> }
    | { readonly record: K; readonly op: 'delete'; readonly key: KeyOf<K> };
}[RecordName];

export interface PageRequest {
  readonly limit: number;
  /** From the page before; null: the first page. */
  readonly cursor: string | null;
}
export interface Page<T> {
  readonly items: readonly T[];
  /** null: this was the last page. */
  readonly cursor: string | null;
}

export interface UsageQuery {
  readonly productId?: string;
  readonly userId?: string;
  /** Sessions that overlap [fromMs, toMs). */
  readonly fromMs?: number;
  readonly toMs?: number;
}

/** Reads. Each sees all writes that were acknowledged before it was asked, and never waits for a running write. */
export interface Records {
  readonly people: {
    get(userId: string): Promise<PersonRow | null>;
    /** By userId. */
    page(request: PageRequest): Promise<Page<PersonRow>>;
  };
  readonly contacts: {
    get(userId: string): Promise<ContactRow | null>;
    all(): Promise<readonly ContactRow[]>;
  };
  readonly groups: {
    all(): Promise<readonly GroupRow[]>;
  };
  readonly accounts: {
    get(authority: string, accountId: string): Promise<AccountRow | null>;
    all(): Promise<readonly AccountRow[]>;
    /** Of all these people, in no order. */
    ofUsers(userIds: readonly string[]): Promise<readonly AccountRow[]>;
  };
  readonly workstations: {
    get(workstationId: string): Promise<WorkstationRow | null>;
    /** By workstationId. */
    page(request: PageRequest): Promise<Page<WorkstationRow>>;
  };
  readonly agents: {
    get(workstationId: string, userId: string): Promise<AgentRow | null>;
    ofWorkstation(workstationId: string): Promise<readonly AgentRow[]>;
    all(): Promise<readonly AgentRow[]>;
  };
  readonly credentials: {
    /** In no order; hashes that nobody has are missing. */
    byHashes(hashes: readonly string[]): Promise<readonly CredentialRow[]>;
    ofWorkstation(workstationId: string): Promise<readonly CredentialRow[]>;
    ofUser(userId: string): Promise<readonly CredentialRow[]>;
  };
  readonly enrollmentTokens: {
    get(tokenId: string): Promise<EnrollmentTokenRow | null>;
    byHash(hash: string): Promise<EnrollmentTokenRow | null>;
    all(): Promise<readonly EnrollmentTokenRow[]>;
  };
  readonly adminTokens: {
    byHash(hash: string): Promise<AdminTokenRow | null>;
    all(): Promise<readonly AdminTokenRow[]>;
  };
  readonly usage: {
    session(sessionId: string): Promise<UsageSessionRow | null>;
    /** Newest start first. */
    sessions(query: UsageQuery, request: PageRequest): Promise<Page<UsageSessionRow>>;
    /** Of all these sessions, by session, then start. */
    intervals(sessionIds: readonly string[]): Promise<readonly UsageIntervalRow[]>;
    grants(sessionIds: readonly string[]): Promise<readonly UsageGrantRow[]>;
    /** Of one pool, newest beginning first. */
    recentGrants(poolId: string, limit: number): Promise<readonly UsageGrantRow[]>;
    /** Everybody who started one of the products at `fromMs` or later: how often, and when last. */
    usersOf(productIds: readonly string[], fromMs: number): Promise<readonly UserTally[]>;
  };
  readonly usageDays: UsageDays;
  readonly denials: {
    /** Newest first. */
    page(query: DenialQuery, request: PageRequest): Promise<Page<DenialRow>>;
    /** How many, by product, reason and whether they were proved false, in steps of DENIAL_STEP_MS. */
    counts(range: { readonly fromMs: number; readonly toMs: number }): Promise<readonly DenialCount[]>;
  };
  readonly settings: {
    get(name: string): Promise<unknown>;
  };
  readonly products: {
    get(productId: string): Promise<ProductRow | null>;
    all(): Promise<readonly ProductRow[]>;
  };
  /** All changes in one transaction, durable when the promise resolves; rejects whole or not at all. */
  write(changes: readonly RecordChange[]): Promise<void>;
}
