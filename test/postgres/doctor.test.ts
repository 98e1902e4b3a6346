/** `usher doctor` on PostgreSQL: reads one moment while servers work, and finds what does not verify. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../server/clock.ts';
import { examineDatabase } from '../../server/commands/doctor.ts';
import { openPostgresStore } from '../../server/stores/postgres/postgres-store.ts';
import { aLedger } from '../support/a-ledger.ts';
import { type PostgresCluster, queryOnce, startPostgres } from '../support/a-postgres.ts';
import { FakeClock } from '../support/fake-clock.ts';

let cluster: PostgresCluster;
beforeAll(async () => {
  cluster = await startPostgres();
});
afterAll(() => cluster.stop());

const NOW_MS = new FakeClock().wallMs() + 1_000;

async function aUsedDatabase(): Promise<string> {
  const url = await cluster.createDatabase();
  const store = await openPostgresStore({ url, clock: systemClock });
  const t = await aLedger({ store, snapshotEvery: 10 });
  await t.counted('cad', { capacity: 2 });
  for (const name of ['ann', 'bob', 'cy', 'dee']) await t.start(name);
  await t.queue('cy');
  await t.end('ann');
  const report = await examineDatabase(url, NOW_MS);
  expect(report).toMatchObject({ ok: true, value: { isSound: true, facts: { sessions: 3, leases: 2 } } });
  await t.ledger.close();
  await store.close();
  return url;
}

it('[L176] finds nothing wrong with a ledger that was used, also while a server works on it', async () => {
  const report = await examineDatabase(await aUsedDatabase(), NOW_MS);

  if (!report.ok) throw new Error(report.message);
  expect(report.value.findings.filter(({ severity }) => severity !== 'note')).toEqual([]);
  expect(report.value.facts).toMatchObject({ firstEvent: 1, sessions: 3, leases: 2, waiting: 0 });
});

it.each([
  [`UPDATE ledger_events SET body = replace(body, 'ann', 'eve') WHERE event_number = 3`, 'was changed'],
  ['DELETE FROM ledger_events WHERE event_number = 5', 'missing'],
  ['DELETE FROM ledger_events WHERE event_number > 8', 'missing'],
])('[L85] [L176] finds damage: %s', async (sql, words) => {
  const url = await aUsedDatabase();
  await queryOnce(url, sql);

  const report = await examineDatabase(url, NOW_MS);

  if (!report.ok) throw new Error(report.message);
  expect(report.value.isSound).toBe(false);
  expect(report.value.findings.map(({ sentence }) => sentence).join(' ')).toContain(words);
});

it('[L87] refuses a newer schema, an empty database and one that is not there, without a password in its words', async () => {
  const url = await aUsedDatabase();
  await queryOnce(url, 'UPDATE usher_schema SET version = 99');
  const nowhere = new URL(url);
  nowhere.port = '1';

  const refusals = [
    await examineDatabase(url, NOW_MS),
    await examineDatabase(await cluster.createDatabase(), NOW_MS),
    await examineDatabase(nowhere.href, NOW_MS),
  ];

  expect(refusals.map((refusal) => !refusal.ok && refusal.code)).toEqual([
    'NEWER_SCHEMA',
    'NO_DATABASE',
    'UNREADABLE',
  ]);
  for (const refusal of refusals)
    expect(JSON.stringify(refusal)).not.toContain(decodeURIComponent(nowhere.password));
});
