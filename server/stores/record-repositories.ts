/** The repositories of records.ts over one function that answers queries: the same for every store. */
import { type Condition, type PlainRow, RECORD_TABLES, type RecordQuery } from './record-tables.ts';
import { countDenials, denialConditions, tallyUsers } from './record-tallies.ts';
import type { Page, PageRequest, RecordChange, RecordName, Records, RowOf, UsageQuery } from './records.ts';
import type { UsageDays } from './usage-days.ts';

/** The cursor of a page does not come from a page before it. */
export class InvalidCursorError extends Error {}

type Ask = (query: RecordQuery) => Promise<readonly PlainRow[]>;

export function recordsOver(
  ask: Ask,
  write: (changes: readonly RecordChange[]) => Promise<void>,
  usageDays: UsageDays,
): Records {
  const tables = new Tables(ask);
  return {
    people: {
      get: (userId) => tables.one('person', { userId }),
      page: (request) => tables.page('person', [], ['userId'], false, request),
    },
    contacts: {
      get: (userId) => tables.one('contact', { userId }),
      all: () => tables.all('contact', {}),
    },
    groups: {
      all: () => tables.all('group', {}),
    },
    accounts: {
      get: (authority, accountId) => tables.one('account', { authority, accountId }),
      all: () => tables.all('account', {}),
      ofUsers: (userIds) => tables.oneOf('account', 'userId', userIds, ['authority', 'accountId']),
    },
    workstations: {
      get: (workstationId) => tables.one('workstation', { workstationId }),
      page: (request) => tables.page('workstation', [], ['workstationId'], false, request),
    },
    agents: {
      get: (workstationId, userId) => tables.one('agent', { workstationId, userId }),
      ofWorkstation: (workstationId) => tables.all('agent', { workstationId }),
      all: () => tables.all('agent', {}),
    },
    credentials: {
      byHashes: (hashes) => tables.oneOf('credential', 'hash', hashes, ['credentialId']),
      ofWorkstation: (workstationId) => tables.all('credential', { workstationId }),
      ofUser: (userId) => tables.all('credential', { userId }),
    },
    enrollmentTokens: {
      get: (tokenId) => tables.one('enrollmentToken', { tokenId }),
      byHash: (hash) => tables.one('enrollmentToken', { hash }),
      all: () => tables.all('enrollmentToken', {}),
    },
    adminTokens: {
      byHash: (hash) => tables.one('adminToken', { hash }),
      all: () => tables.all('adminToken', {}),
    },
    usage: {
      session: (sessionId) => tables.one('usageSession', { sessionId }),
      sessions: (query, request) =>
        tables.page('usageSession', usageConditions(query), ['startedAtMs', 'sessionId'], true, request),
      intervals: (ids) => tables.ofSessions('usageInterval', ids, ['sessionId', 'fromMs', 'intervalId']),
      recentGrants: (poolId, limit) => tables.newest('usageGrant', { poolId }, ['fromMs', 'leaseId'], limit),
      grants: (ids) => tables.ofSessions('usageGrant', ids, ['sessionId', 'fromMs', 'leaseId']),
      usersOf: (productIds, fromMs) => tallyUsers(ask, productIds, fromMs),
    },
    usageDays,
    denials: {
      page: (query, request) =>
        tables.page('denial', denialConditions(query), ['atMs', 'denialId'], true, request),
      counts: (range) => countDenials(ask, range),
    },
    settings: {
      get: async (name) => (await tables.one('setting', { name }))?.value,
    },
    products: {
      get: (productId) => tables.one('product', { productId }),
      all: () => tables.all('product', {}),
    },
    write,
  };
}

function usageConditions({ productId, userId, fromMs, toMs }: UsageQuery): Condition[] {
  const conditions: Condition[] = [];
  if (productId !== undefined) conditions.push({ column: 'productId', is: 'equal', value: productId });
  if (userId !== undefined) conditions.push({ column: 'userId', is: 'equal', value: userId });
  if (toMs !== undefined) conditions.push({ column: 'startedAtMs', is: 'below', value: toMs });
  if (fromMs !== undefined) conditions.push({ column: 'endedAtMs', is: 'open-or-above', value: fromMs });
  return conditions;
}

class Tables {
  readonly #ask: Ask;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  async all<K extends RecordName>(record: K, equal: Record<string, string>): Promise<RowOf<K>[]> {
    const where = Object.entries(equal).map(([column, value]) => ({ column, is: 'equal', value }) as const);
    const order = RECORD_TABLES[record].key;
    return typed<K>(await this.#ask({ record, where, order, descending: false, after: null, limit: null }));
  }

  async one<K extends RecordName>(record: K, equal: Record<string, string>): Promise<RowOf<K> | null> {
    return (await this.all(record, equal))[0] ?? null;
  }

  async newest<K extends RecordName>(
    record: K,
    equal: Record<string, string>,
    order: readonly string[],
    limit: number,
  ): Promise<RowOf<K>[]> {
    const where = Object.entries(equal).map(([column, value]) => ({ column, is: 'equal', value }) as const);
    return typed<K>(await this.#ask({ record, where, order, descending: true, after: null, limit }));
  }

  async ofSessions<K extends RecordName>(
    record: K,
    sessionIds: readonly string[],
    order: readonly string[],
  ): Promise<RowOf<K>[]> {
    return this.oneOf(record, 'sessionId', sessionIds, order);
  }

  async oneOf<K extends RecordName>(
    record: K,
    column: string,
    values: readonly string[],
    order: readonly string[],
  ): Promise<RowOf<K>[]> {
    if (values.length === 0) return [];
    const where: Condition[] = [{ column, is: 'one-of', values }];
    return typed<K>(await this.#ask({ record, where, order, descending: false, after: null, limit: null }));
  }

  async page<K extends RecordName>(
    record: K,
    where: readonly Condition[],
    order: readonly string[],
    descending: boolean,
    { limit, cursor }: PageRequest,
  ): Promise<Page<RowOf<K>>> {
    const after = cursor === null ? null : afterCursor(cursor, order.length);
    const rows = await this.#ask({ record, where, order, descending, after, limit: limit + 1 });
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    return { items: typed<K>(items), cursor: rows.length > limit && last ? cursorAfter(last, order) : null };
  }
}

/** A store gives back what was put: the tables of record-tables.ts are the rows of records.ts. */
function typed<K extends RecordName>(rows: readonly PlainRow[]): RowOf<K>[] {
  return rows as unknown as RowOf<K>[];
}

function cursorAfter(row: PlainRow, order: readonly string[]): string {
  return Buffer.from(JSON.stringify(order.map((column) => row[column]))).toString('base64url');
}

function afterCursor(cursor: string, length: number): (string | number)[] {
  let values: unknown;
  try {
    values = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch (cause) {
    throw new InvalidCursorError('This cursor is not from a page before: ask without one.', { cause });
  }
  const isValue = (value: unknown) => typeof value === 'string' || typeof value === 'number';
  if (!Array.isArray(values) || values.length !== length || !values.every(isValue)) {
    throw new InvalidCursorError('This cursor is not from a page before: ask without one.');
  }
  return values;
}
