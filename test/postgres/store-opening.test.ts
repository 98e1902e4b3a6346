/** Opening PostgreSQL: addresses, many servers that start at once, versions, and what the database must have. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { systemClock } from '../../server/clock.ts';
import { readPostgresUrl } from '../../server/stores/postgres/address.ts';
import { openPostgresStore } from '../../server/stores/postgres/postgres-store.ts';
import { openSqliteStore } from '../../server/stores/sqlite/sqlite-store.ts';
import { StoreRefusedError } from '../../server/stores/store.ts';
import { createDatabase, dropDatabase, queryOnce } from '../support/a-postgres.ts';
import type {} from '../support/postgres-setup.ts';

let url: string;

beforeAll(async () => {
  url = await createDatabase(inject('postgresUrl'));
});
afterAll(() => dropDatabase(url));

describe('opening', () => {
  it('[L87] is done by many servers at once on an empty database', async () => {
    const stores = await Promise.all(
      Array.from({ length: 6 }, () => openPostgresStore({ url, clock: systemClock })),
    );

    const loaded = await Promise.all(stores.map((store) => store.load()));

    expect(loaded.map(({ events }) => events.length)).toEqual([0, 0, 0, 0, 0, 0]);
    for (const store of stores) await store.close();
  });

  it('[L87] refuses a newer schema with a sentence', async () => {
    await queryOnce(url, 'UPDATE usher_schema SET version = version + 1');

    const opening = openPostgresStore({ url, clock: systemClock });

    await expect(opening).rejects.toThrow(StoreRefusedError);
    await expect(opening).rejects.toThrow('newer Usher');
    await queryOnce(url, 'UPDATE usher_schema SET version = version - 1');
  });

  it('changes nothing in a database that has everything, and so waits for nobody', async () => {
    const before = await queryOnce(url, 'SELECT oid, relname::text FROM pg_class ORDER BY oid');
    const holder = queryOnce(
      url,
      'BEGIN; LOCK TABLE people, usage_sessions IN ROW EXCLUSIVE MODE; SELECT pg_sleep(1)',
    );

    await (await openPostgresStore({ url, clock: systemClock })).close();

    expect(await queryOnce(url, 'SELECT oid, relname::text FROM pg_class ORDER BY oid')).toEqual(before);
    await holder;
  });

  it('has an index wherever SQLite has one', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'usher-indexes-'));
    const file = join(dir, 'usher.db');
    await (await openSqliteStore({ file })).close();
    const database = new DatabaseSync(file, { readOnly: true });
    const wanted = database
      .prepare("SELECT tbl_name AS name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
      .all()
      .map(({ name, sql }) => `${name} (${columnsIn(String(sql))})`);
    database.close();
    rmSync(dir, { recursive: true });

    const found = await queryOnce(
      url,
      'SELECT tablename::text AS name, indexdef AS sql FROM pg_indexes WHERE schemaname = current_schema()',
    );

    const there = found.map(({ name, sql }) => `${name} (${columnsIn(String(sql))})`);
    expect(there).toEqual(expect.arrayContaining(wanted));
    expect(wanted.length).toBeGreaterThan(6);
  });
});

const columnsIn = (sql: string): string =>
  /\(([^()]*)\)/.exec(sql)?.[1]?.replaceAll(/\s+/g, ' ').trim() ?? '';

describe('an address', () => {
  const remote = 'postgres://usher:s%20cret@db.example:5433/usher';

  it('is read whole', () => {
    expect(readPostgresUrl(`${remote}?sslmode=verify-full`)).toMatchObject({
      ok: true,
      value: {
        ...{ host: 'db.example', port: 5433, user: 'usher', password: 's cret', database: 'usher' },
        ssl: { rejectUnauthorized: true },
      },
    });
    expect(readPostgresUrl('postgresql:///usher?host=/var/run/postgresql')).toMatchObject({
      ok: true,
      value: { host: '/var/run/postgresql', port: 5432, ssl: false },
    });
    expect(readPostgresUrl(`${remote}?sslmode=require`)).toMatchObject({
      value: { ssl: { rejectUnauthorized: false } },
    });
    expect(readPostgresUrl('postgres://u@[::1]/usher')).toMatchObject({ value: { host: '::1', ssl: false } });
  });

  it.each([
    [remote, 'sslmode=verify-full'],
    [`${remote}?sslmode=prefer`, 'sslmode is prefer'],
    [`${remote}?sslmode=verify-full&sslrootcert=/no/such/file`, 'no such file'],
    [`${remote}?ssl=true`, 'parameter ssl'],
    ['postgres://usher@localhost', 'names no database'],
    ['mysql://usher@localhost/usher', 'neither postgres://'],
    ['not an address', 'not a URL'],
  ])('that cannot be used (%s) is refused without the password', (text, words) => {
    const refused = readPostgresUrl(text);

    expect(refused.ok).toBe(false);
    expect(!refused.ok && refused.message).toContain(words);
    expect(JSON.stringify(refused)).not.toContain('cret');
  });

  it('with a wrong password, or of nobody, is said plainly and without the password', async () => {
    const wrong = new URL(url);
    wrong.password = 'very-wrong';
    const nobody = new URL(url);
    nobody.port = '1';

    const errors = await Promise.all(
      [wrong, nobody].map((one) =>
        openPostgresStore({ url: one.href, clock: systemClock }).catch((error: unknown) => error),
      ),
    );

    expect(String(errors[0])).toContain('password authentication failed');
    expect(String(errors[1])).toContain('cannot be reached');
    const { inspect } = await import('node:util');
    expect(inspect(errors, { depth: 9, showHidden: true })).not.toMatch(/very-wrong|throw-away/);
  });
});
