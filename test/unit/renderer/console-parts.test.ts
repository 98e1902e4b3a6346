import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeApi } from '../../../renderer/console/api.ts';
import { eventFacts } from '../../../renderer/console/log/event-words.ts';
import { countingChoices, keyOfId } from '../../../renderer/console/pools/counting.ts';
import { newRow } from '../../../renderer/console/pools/hours-draft.ts';
import { draftOf, settingsOf } from '../../../renderer/console/pools/pool-draft.ts';
import { hrefOf, PAGE_NAMES, parseRoute } from '../../../renderer/console/route.ts';
import { sumByProduct, usedShare } from '../../../renderer/console/usage/usage-sums.ts';
import { compareValues, fitsFilter } from '../../../renderer/kit/table-rows.ts';
import { poolSettingsSchema } from '../../../shared/domain-schemas.ts';
import { aboutSchema, type UsageRecord } from '../../../shared/rest.ts';

describe('the pool form', () => {
  const draft = { ...draftOf(null, 'UTC'), name: 'AutoCAD', capacity: '5' };

  it('sends settings that the server takes', () => {
    const settings = settingsOf(draft, null);
    expect(settings.ok && poolSettingsSchema.partial().safeParse(settings.value).success).toBe(true);
    expect(settings).toMatchObject({
      ok: true,
      value: { name: 'AutoCAD', capacity: 5, offerWindowMs: 300_000 },
    });
  });

  it.each([
    ['name', { name: '   ' }],
    ['capacity', { capacity: '' }],
    ['capacity', { capacity: '-1' }],
    ['capacity', { capacity: '2.5' }],
    ['capacity', { capacity: '1000001' }],
    ['instancesPerSeat', { instancesPerSeat: '0' }],
    ['offerMinutes', { offerMinutes: 'soon' }],
    ['maximumMissedOffers', { maximumMissedOffers: '0' }],
    ['overdraft', { overdraft: 'x' }],
    ['returnTickets', { returnTickets: '25' }],
    ['falseDenialSeconds', { falseDenialSeconds: '3601' }],
    ['fairShareHours', { fairShareHours: 'long' }],
    ['workingHours', { workingHours: { isOn: true, timeZone: 'UTC', rows: [] } }],
    ['quietHours', { quietHours: { isOn: true, timeZone: 'UTC', rows: [{ ...newRow(1), to: '07:00' }] } }],
  ])('names the field %s that does not fit', (field, over) => {
    expect(settingsOf({ ...draft, ...over }, null)).toMatchObject({ ok: false, code: field });
  });

  it('never sends what the schema would refuse, whatever was typed', () => {
    const typed = fc.oneof(fc.string(), fc.integer().map(String), fc.double().map(String));
    fc.assert(
      fc.property(typed, typed, typed, typed, (capacity, instancesPerSeat, offerMinutes, overdraft) => {
        const settings = settingsOf({ ...draft, capacity, instancesPerSeat, offerMinutes, overdraft }, null);
        if (settings.ok) expect(poolSettingsSchema.partial().safeParse(settings.value).success).toBe(true);
      }),
    );
  });

  it('keeps a counting rule that is not one of the usual ones', () => {
    expect(countingChoices(['device', 'user']).at(-1)).toEqual({
      value: 'device+user',
      label: 'each device and person',
    });
    expect(keyOfId('device+user', ['device', 'user'])).toEqual(['device', 'user']);
    expect(keyOfId('user', ['device', 'user'])).toEqual(['user']);
  });
});

describe('the address of the console', () => {
  it('comes back from what it was made of', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...PAGE_NAMES),
        fc.string({ minLength: 1 }),
        fc.string(),
        (page, subject, value) => {
          expect(parseRoute(hrefOf(page, subject, { value }))).toEqual({
            page,
            subjectId: subject,
            query: { value },
          });
        },
      ),
    );
  });

  it.each(['', '#', '#/', '#/nowhere', '#/../x', '#/%E0%A4%A'])('leads "%s" to the overview', (hash) => {
    expect(parseRoute(hash).page).toBe('overview');
  });

  it('survives a broken escape', () => {
    expect(parseRoute('#/pools/%E0%A4%A')).toMatchObject({ page: 'pools', subjectId: '%E0%A4%A' });
  });
});

describe('REST answers', () => {
  const api = (answer: () => Response | Promise<Response>) => {
    let signedOut = 0;
    const warn = () => {};
    const made = makeApi({ fetch: async () => answer(), onSignedOut: () => signedOut++, warn });
    return { ask: (path: string) => made.send('GET', path, aboutSchema), signedOut: () => signedOut };
  };

  it('give the server code and sentence of a problem', async () => {
    const problem = { type: 'x', title: 't', status: 409, code: 'POOL_EXISTS', detail: 'Give another name.' };
    const { ask } = api(() => Response.json(problem, { status: 409 }));
    expect(await ask('/about')).toEqual({ ok: false, code: 'POOL_EXISTS', message: 'Give another name.' });
  });

  it('say what to do when the server is away or speaks otherwise', async () => {
    expect(await api(() => Promise.reject(new TypeError('refused'))).ask('/about')).toMatchObject({
      code: 'UNREACHABLE',
    });
    expect(await api(() => new Response('<html>')).ask('/about')).toMatchObject({ code: 'BAD_ANSWER' });
    expect(await api(() => new Response('oops', { status: 502 })).ask('/about')).toMatchObject({
      code: 'HTTP_502',
    });
  });

  it('end the session on 401, but not where somebody signs in with a wrong token', async () => {
    const { ask, signedOut } = api(() => new Response('', { status: 401 }));
    await ask('/session');
    expect(signedOut()).toBe(0);
    await ask('/pools');
    expect(signedOut()).toBe(1);
  });
});

describe('tables', () => {
  it('sort numbers by size, texts as people do, and what is missing last', () => {
    expect([10, null, 9].toSorted(compareValues)).toEqual([9, 10, null]);
    expect(['cad-10', 'cad-9', 'Änne', 'adam'].toSorted(compareValues)).toEqual([
      'adam',
      'Änne',
      'cad-9',
      'cad-10',
    ]);
  });

  it('filter by words without accents', () => {
    expect(fitsFilter('José Ortega\ncad-12', 'jose 12')).toBe(true);
    expect(fitsFilter('José Ortega', 'jose lin')).toBe(false);
  });

  it('sum usage by product, and say which share was used', () => {
    const record = (over: Partial<UsageRecord>): UsageRecord => ({
      ...{ sessionId: 's', userId: 'u1', userName: 'Ana', workstationId: 'w', workstationName: 'cad-1' },
      ...{ productId: 'p', productName: 'P', startedAtMs: 0, endedAtMs: null, endReason: null },
      ...{ grantedMs: 100, actualMs: 40, overageMs: 5, usageIdleAfterMs: 300_000, grants: [], intervals: [] },
      simulated: false,
      ...over,
    });
    const [sum] = sumByProduct([record({}), record({ userId: 'u2', grantedMs: 60, actualMs: 60 })]);
    expect(sum).toMatchObject({ sessions: 2, people: 2, grantedMs: 160, actualMs: 100, overageMs: 10 });
    expect(usedShare({ grantedMs: 160, actualMs: 100 })).toBe(0.625);
    expect(usedShare({ grantedMs: 0, actualMs: 0 })).toBeNull();
  });

  it('tell the first facts of an event with names for ids', () => {
    const names = new Map([['u1', 'Ana Ruiz']]);
    const body = { sessionId: 's1', productId: 'freecad', userId: 'u1', units: 2, by: { kind: 'agent' } };
    expect(eventFacts(body, names)).toEqual([
      { name: 'person', value: 'Ana Ruiz' },
      { name: 'product', value: 'freecad' },
      { name: 'units', value: '2' },
    ]);
    expect(eventFacts(null, names)).toEqual([]);
  });
});
