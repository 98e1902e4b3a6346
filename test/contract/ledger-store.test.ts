/** What every store must do: the same suite on memory and on SQLite. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CommitUnit } from '../../server/ledger/ports.ts';
import { imageOf } from '../../server/ledger/snapshot.ts';
import { emptyDisk, openMemoryStore } from '../../server/stores/memory/memory-store.ts';
import { InvalidCursorError } from '../../server/stores/record-repositories.ts';
import { RECORD_TABLES } from '../../server/stores/record-tables.ts';
import { erasePerson, type RecordChange, type RecordName } from '../../server/stores/records.ts';
import { openSqliteStore } from '../../server/stores/sqlite/sqlite-store.ts';
import type { ServerStore } from '../../server/stores/store.ts';
import { aLedger } from '../support/a-ledger.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** Opens the same place again each time: what one store kept, the next one finds. */
interface Place {
  open(): Promise<ServerStore>;
  remove(): void;
}

const PLACES: Record<string, () => Place> = {
  memory: () => {
    const disk = emptyDisk();
    return { open: async () => openMemoryStore(disk), remove: () => undefined };
  },
  sqlite: () => {
    const dir = mkdtempSync(join(tmpdir(), 'usher-store-'));
    const file = join(dir, 'usher.db');
    return { open: () => openSqliteStore({ file }), remove: () => rmSync(dir, { recursive: true }) };
  },
};

let events = 0;
function aUnit(parts: Partial<CommitUnit> = {}): CommitUnit {
  events += 1;
  const commandId = `command-${events}`;
  const event = { kind: 'pool-removed', poolId: `pool ${events} \u{1f4a1}` } as const;
  const recorded = { eventNumber: events, atMs: 1, commandId, by: { kind: 'server' }, event } as const;
  return { commandId, atMs: 1, events: [recorded], answer: null, outbox: null, changes: [], ...parts };
}

const answer = { ok: false, code: 'NOT_FOUND', message: 'Gone.' } as const;

describe.each(Object.entries(PLACES))('the %s store', (_name, makePlace) => {
  let place: Place;
  let store: ServerStore;

  beforeEach(async () => {
    events = 0;
    place = makePlace();
    store = await place.open();
  });

  afterEach(async () => {
    await store.close();
    place.remove();
  });

  const reopen = async () => {
    await store.close();
    store = await place.open();
  };

  it('[L84] gives back events, answers and marks after it was closed', async () => {
    const units = [
      aUnit({ answer, outbox: { outboxId: 'a', seq: 1 } }),
      aUnit({ outbox: { outboxId: 'a', seq: 2 } }),
      aUnit({ outbox: { outboxId: 'b', seq: 7 } }),
    ];

    await store.append(units);
    await reopen();
    const loaded = await store.load();

    expect(loaded.snapshot).toBeNull();
    expect(loaded.events).toEqual(units.flatMap((unit) => unit.events));
    expect(loaded.answers).toEqual([{ commandId: 'command-1', answer }]);
    const marks = [...loaded.outboxMarks].sort((a, b) => a.outboxId.localeCompare(b.outboxId));
    expect(marks).toEqual([
      { outboxId: 'a', seq: 2 },
      { outboxId: 'b', seq: 7 },
    ]);
    expect([await store.answerOf('command-1'), await store.answerOf('command-2')]).toEqual([answer, null]);
    expect(await store.events(1, 1)).toEqual(units[1]?.events);
  });

  it('[L83] keeps a batch whole or not at all', async () => {
    await store.append([aUnit()]);
    const good = aUnit({ outbox: { outboxId: 'a', seq: 1 }, changes: [aPerson('ann')] });
    events += 5;

    await expect(store.append([good, aUnit()])).rejects.toThrow('does not follow');

    expect((await store.load()).events).toHaveLength(1);
    expect((await store.load()).outboxMarks).toEqual([]);
    expect(await store.records.people.get('ann')).toBeNull();
  });

  it('[L84] loads the newest snapshot and what came after it, and keeps two', async () => {
    for (let round = 1; round <= 3; round++) {
      await store.append([aUnit()]);
      await store.saveSnapshot({ eventNumber: events, body: { round } });
    }
    const late = aUnit();
    await store.append([late]);

    await reopen();

    expect(await store.load()).toMatchObject({
      snapshot: { eventNumber: 3, body: { round: 3 } },
      events: late.events,
    });
  });

  it('[L82] keeps batches that come together in the order in which they came', async () => {
    const units = Array.from({ length: 50 }, () => aUnit());

    await Promise.all(units.map((unit) => store.append([unit])));

    expect((await store.load()).events.map(({ eventNumber }) => eventNumber)).toEqual(
      units.map((_, index) => index + 1),
    );
  });

  it('[L80] keeps the first answer of an id', async () => {
    await store.append([aUnit({ commandId: 'same', answer })]);
    await store.append([aUnit({ commandId: 'same', answer: { ...answer, message: 'Other.' } })]);

    expect(await store.answerOf('same')).toEqual(answer);
  });

  it('[L84] carries a working ledger over a restart with the same state', async () => {
    const clock = new FakeClock();
    const first = await aLedger({ store, clock, snapshotEvery: 6 });
    await first.counted('cad', { capacity: 2 });
    for (const name of ['ann', 'bob', 'cy']) await first.start(name);
    await first.queue('cy');
    await first.queue('dee');
    await first.end('ann');
    const before = JSON.parse(JSON.stringify(imageOf(first.state)));
    await first.ledger.close();

    await reopen();
    const second = await aLedger({ store, clock });
    const after = JSON.parse(JSON.stringify(imageOf(second.state)));

    const grace = { eventNumber: before.eventNumber + 1, graceUntilMs: clock.wallMs() + 300_000 };
    expect(after).toEqual({ ...before, ...grace });
    expect(second.holders()).toEqual(['bob', 'cy']);
    await second.ledger.close();
  });

  it('[L86] writes usage and denials with the events that cause them', async () => {
    const t = await aLedger({ store });
    await t.counted('cad');
    await t.start('ann');
    await t.start('bob');
    await t.pass(1_000, 'ann', 'bob');
    await t.end('ann');
    const { usage, denials } = store.records;

    expect(await usage.session('ann')).toMatchObject({ userId: 'ann', endReason: 'exit' });
    const [grant] = await usage.grants(['ann', 'bob']);
    expect(grant).toMatchObject({ sessionId: 'ann', poolId: 'cad' });
    expect((grant?.toMs ?? 0) - (grant?.fromMs ?? 0)).toBe(1_000);
    expect((await denials.page({ limit: 9, cursor: null })).items).toMatchObject([{ userId: 'bob' }]);
    await t.ledger.close();
  });

  describe('its records', () => {
    it('[L86] come back as they were put, every kind of them, and go when deleted', async () => {
      for (const change of oneOfEach()) {
        await store.append([{ ...aUnit(), changes: [change] }]);
      }
      const { people, accounts, workstations, agents, credentials, settings, products } = store.records;

      expect(await people.get('ann')).toEqual(rowOf('person'));
      expect(await accounts.get('unix', '1000')).toEqual(rowOf('account'));
      expect(await workstations.get('w')).toEqual(rowOf('workstation'));
      expect(await agents.ofWorkstation('w')).toEqual([rowOf('agent')]);
      expect(await agents.all()).toEqual([rowOf('agent')]);
      expect(await credentials.byHash('c-hash')).toEqual(rowOf('credential'));
      expect(await store.records.enrollmentTokens.all()).toEqual([rowOf('enrollmentToken')]);
      expect(await store.records.enrollmentTokens.byHash('e-hash')).toEqual(rowOf('enrollmentToken'));
      expect(await store.records.adminTokens.byHash('a-hash')).toEqual(rowOf('adminToken'));
      expect(await settings.get('keys')).toEqual({ deep: [1, null, 'ü'] });
      expect(await settings.get('none')).toBeUndefined();
      expect(await products.get('cad')).toEqual(rowOf('product'));
      expect(await store.records.usage.intervals(['s'])).toEqual([rowOf('usageInterval')]);
      expect(await store.records.usage.interval('i')).toEqual(rowOf('usageInterval'));
      expect(await store.records.usage.grants(['s', 'none'])).toEqual([rowOf('usageGrant')]);
      expect(await store.records.usage.session('s')).toEqual(rowOf('usageSession'));

      await store.records.write(
        erasePerson('ann', await accounts.ofUser('ann'), await credentials.ofUser('ann')),
      );
      expect(await people.get('ann')).toBeNull();
      expect(await accounts.get('unix', '1000')).toBeNull();
      expect(await credentials.ofWorkstation('w')).toEqual([]);
      expect((await store.events(0, 100)).length).toBe(oneOfEach().length);
    });

    it('[L86] are replaced by put, changed by patch, and left alone by a patch of nobody', async () => {
      const { records } = store;
      await records.write([aPerson('ann'), aPerson('ann', 'Ann B.')]);
      await records.write([
        {
          record: 'agent',
          op: 'patch',
          key: { workstationId: 'w', userId: 'u' },
          set: { agentVersion: '2' },
        },
        ...oneOfEach().filter(({ record }) => record === 'agent'),
        {
          record: 'agent',
          op: 'patch',
          key: { workstationId: 'w', userId: 'ann' },
          set: { agentVersion: '2' },
        },
        { record: 'person', op: 'delete', key: { userId: 'never' } },
      ]);

      expect(await records.people.get('ann')).toMatchObject({ name: 'Ann B.' });
      expect(await records.agents.all()).toEqual([{ ...rowOf('agent'), agentVersion: '2' }]);
    });

    it('[L88] come in pages without a gap, in the promised order', async () => {
      const { records } = store;
      const session = (index: number): RecordChange => {
        const startedAtMs = Math.floor(index / 3) * 1_000;
        const row = {
          ...rowOf('usageSession'),
          sessionId: `s${index}`,
          startedAtMs,
          endedAtMs: startedAtMs + 500,
        };
        return { record: 'usageSession', op: 'put', row: row as never };
      };
      await records.write(Array.from({ length: 20 }, (_, index) => session(index)));

      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const page = await records.usage.sessions({ productId: 'cad' }, { limit: 7, cursor });
        seen.push(...page.items.map(({ sessionId }) => sessionId));
        cursor = page.cursor;
      } while (cursor !== null);

      expect(new Set(seen).size).toBe(20);
      expect(seen.slice(0, 3)).toEqual(['s19', 's18', 's17']);
      const overlapping = { fromMs: 1_400, toMs: 3_000 };
      const found = await records.usage.sessions(overlapping, { limit: 99, cursor: null });
      expect(found.items.map(({ startedAtMs }) => startedAtMs)).toEqual([
        2_000, 2_000, 2_000, 1_000, 1_000, 1_000,
      ]);
      const none = await records.usage.sessions({ userId: 'nobody' }, { limit: 9, cursor: null });
      expect(none).toEqual({ items: [], cursor: null });
      for (const bad of [
        'no json',
        Buffer.from('[1,2]').toString('base64url'),
        Buffer.from('{').toString('base64url'),
      ]) {
        await expect(records.people.page({ limit: 1, cursor: `${bad}` })).rejects.toThrow(InvalidCursorError);
      }
    });
  });
});

function aPerson(userId: string, name = 'Ann'): RecordChange {
  return { record: 'person', op: 'put', row: { userId, name, simulated: false, createdAtMs: 5 } };
}

function oneOfEach(): RecordChange[] {
  return (Object.keys(RECORD_TABLES) as RecordName[]).map(
    (record) => ({ record, op: 'put', row: rowOf(record) }) as unknown as RecordChange,
  );
}

/** A row with a value in every column of every kind, so that a column that a store forgets is seen. */
function rowOf(record: RecordName): Record<string, unknown> {
  const keys: Record<string, unknown> = {
    userId: 'ann',
    authority: 'unix',
    accountId: '1000',
    workstationId: 'w',
    sessionId: 's',
    intervalId: 'i',
    leaseId: 'l',
    name: record === 'setting' ? 'keys' : 'Ann "Ü" O’Hara',
    value: { deep: [1, null, 'ü'] },
    productId: 'cad',
    simulated: true,
    revokedAtMs: null,
    hash: record === 'adminToken' ? 'a-hash' : record === 'credential' ? 'c-hash' : 'e-hash',
  };
  const kinds = { text: 'text', integer: 1_767_600_000_000, boolean: false, json: { any: ['thing'] } };
  return Object.fromEntries(
    Object.entries(RECORD_TABLES[record].columns).map(([column, kind]) => [
      column,
      column in keys ? keys[column] : kinds[kind],
    ]),
  );
}
