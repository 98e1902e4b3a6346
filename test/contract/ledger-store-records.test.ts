/** What every store must do with the records beside the ledger: one suite on memory, SQLite and PostgreSQL. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { erasureOf } from '../../server/people/erase.ts';
import { InvalidCursorError } from '../../server/stores/record-repositories.ts';
import { DENIAL_STEP_MS } from '../../server/stores/record-tallies.ts';
import type { DenialRow, RecordChange } from '../../server/stores/records.ts';
import type { ServerStore } from '../../server/stores/store.ts';
import type { DenialCount, DenialQuery } from '../../server/stores/tallies.ts';
import { aPerson, oneOfEach, rowOf, STORE_PLACES, type StorePlace, Units } from '../support/a-store.ts';

describe.each(Object.entries(STORE_PLACES))('the %s store', (_name, makePlace) => {
  let place: StorePlace;
  let store: ServerStore;
  let units: Units;

  beforeEach(async () => {
    units = new Units();
    place = makePlace();
    store = await place.open();
  });

  afterEach(async () => {
    await store.close();
    await place.remove();
  });

  describe('its records', () => {
    it('[L86] come back as they were put, every kind of them, and go when deleted', async () => {
      for (const change of oneOfEach()) {
        await store.append([units.next({ changes: [change] })]);
      }
      const { people, accounts, workstations, agents, credentials, settings, products } = store.records;

      expect(await people.get('ann')).toEqual(rowOf('person'));
      expect(await accounts.get('unix', '1000')).toEqual(rowOf('account'));
      expect(await workstations.get('w')).toEqual(rowOf('workstation'));
      expect(await agents.ofWorkstation('w')).toEqual([rowOf('agent')]);
      expect(await agents.all()).toEqual([rowOf('agent')]);
      expect(await credentials.byHashes(['c-hash', 'nobody'])).toEqual([rowOf('credential')]);
      expect(await store.records.enrollmentTokens.all()).toEqual([rowOf('enrollmentToken')]);
      expect(await store.records.enrollmentTokens.byHash('e-hash')).toEqual(rowOf('enrollmentToken'));
      expect(await store.records.adminTokens.byHash('a-hash')).toEqual(rowOf('adminToken'));
      expect(await settings.get('keys')).toEqual({ deep: [1, null, 'ü'] });
      expect(await settings.get('none')).toBeUndefined();
      expect(await products.get('cad')).toEqual(rowOf('product'));
      expect(await store.records.usage.intervals(['s'])).toEqual([rowOf('usageInterval')]);
      expect(await store.records.usage.grants(['s', 'none'])).toEqual([rowOf('usageGrant')]);
      expect(await store.records.usage.session('s')).toEqual(rowOf('usageSession'));

      await store.records.write(
        erasureOf({
          userId: 'ann',
          accounts: await accounts.ofUsers(['ann']),
          credentials: await credentials.ofUser('ann'),
          agents: [],
          ownWorkstations: [],
        }),
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

    it('[L133] count denials in steps of time, by product and reason, false ones apart, and are filtered', async () => {
      const { records } = store;
      const denial = (index: number, over: Partial<DenialRow>): RecordChange => ({
        record: 'denial',
        op: 'put',
        row: { ...(rowOf('denial') as unknown as DenialRow), denialId: `d${index}`, ...over },
      });
      const atMs = 100 * DENIAL_STEP_MS;
      await records.write([
        denial(1, { atMs, productId: 'cad', reason: 'reserved', provedFalseAtMs: null }),
        denial(2, { atMs: atMs + 1, productId: 'cad', reason: 'reserved', provedFalseAtMs: null }),
        denial(3, { atMs: atMs + 2, productId: 'cad', reason: 'reserved', provedFalseAtMs: atMs + 5 }),
        denial(4, {
          atMs: atMs + DENIAL_STEP_MS,
          productId: 'cae',
          reason: 'others-wait',
          provedFalseAtMs: null,
        }),
        denial(5, { atMs: atMs + 9 * DENIAL_STEP_MS, provedFalseAtMs: null }),
      ]);

      const counts = await records.denials.counts({ fromMs: atMs, toMs: atMs + 9 * DENIAL_STEP_MS });
      const key = ({ fromMs, productId, reason, isFalse, denials }: DenialCount) =>
        [fromMs / DENIAL_STEP_MS, productId, reason, isFalse, denials].join(' ');
      expect(counts.map(key).sort()).toEqual([
        ...['100 cad reserved false 2', '100 cad reserved true 1', '101 cae others-wait false 1'],
      ]);
      const idsOf = async (query: DenialQuery) =>
        (await records.denials.page(query, { limit: 9, cursor: null })).items.map(({ denialId }) => denialId);
      expect(await idsOf({ isFalse: true })).toEqual(['d3']);
      expect(await idsOf({ isFalse: false, productId: 'cad', toMs: atMs + 2 })).toEqual(['d2', 'd1']);
      expect(await idsOf({ reason: 'others-wait', fromMs: atMs + DENIAL_STEP_MS })).toEqual(['d4']);
    });

    it('count who started a product since when, and when last', async () => {
      const { records } = store;
      const session = (sessionId: string, over: object): RecordChange => ({
        record: 'usageSession',
        op: 'put',
        row: { ...rowOf('usageSession'), sessionId, ...over } as never,
      });
      await records.write([
        session('a', { userId: 'ann', productId: 'cad', startedAtMs: 1_000 }),
        session('b', { userId: 'ann', productId: 'cae', startedAtMs: 3_000 }),
        session('c', { userId: 'bob', productId: 'cad', startedAtMs: 2_000 }),
        session('d', { userId: 'bob', productId: 'cad', startedAtMs: 500 }),
        session('e', { userId: 'cem', productId: 'office', startedAtMs: 5_000 }),
      ]);

      const users = await records.usage.usersOf(['cad', 'cae'], 1_000);
      expect(users.toSorted((left, right) => (left.userId < right.userId ? -1 : 1))).toEqual([
        { userId: 'ann', sessions: 2, lastStartedAtMs: 3_000 },
        { userId: 'bob', sessions: 1, lastStartedAtMs: 2_000 },
      ]);
      expect(await records.usage.usersOf([], 0)).toEqual([]);
    });
  });
});
