/** What each line of a people file would change, against people who are known. */
import { describe, expect, it } from 'vitest';
import { createImportPlanner, type PeopleBook } from '../../../server/people/import-plan.ts';
import type { PersonLine } from '../../../server/people/person-csv.ts';
import type { AccountRow, ContactRow } from '../../../server/stores/records.ts';

const NOW = 1_000_000;
const anAccount = (authority: string, login: string, userId: string): AccountRow => ({
  ...{ authority, accountId: login, userId, name: login },
});
const aContact = (over: Partial<ContactRow> = {}): ContactRow => ({
  userId: 'u-ana',
  mail: 'ana@example.com',
  phone: null,
  chatUrl: null,
  isVisible: true,
  source: 'import',
  changedAtMs: 1,
  ...over,
});

function plannerOf(over: { accounts?: AccountRow[]; contact?: ContactRow | null; groupIds?: string[] } = {}) {
  const accounts = over.accounts ?? [anAccount('unix', 'ana', 'u-ana')];
  const book: PeopleBook = {
    accountsOf: (login) => accounts.filter(({ accountId }) => accountId === login),
    person: (userId) => ({ userId, name: 'Ana', simulated: false, createdAtMs: 1 }),
    contact: () => over.contact ?? null,
    groupIdsOf: () => over.groupIds ?? [],
    groups: () => [{ groupId: 'cad', name: 'CAD', createdAtMs: 1 }],
  };
  let made = 0;
  return createImportPlanner(book, {
    newId: () => `new-${++made}`,
    nowMs: NOW,
    idFromName: (name) => name.toLowerCase().replaceAll(' ', '-'),
  });
}
const aLine = (over: Partial<PersonLine> = {}): PersonLine => ({
  ...{ line: 2, login: 'Ana', authority: null },
  ...over,
});

describe('a line of an import', () => {
  it('finds its person by login without regard to case, and changes only what it says', () => {
    const plan = plannerOf().plan(aLine({ name: 'Ana Ruiz' }));

    expect(plan).toMatchObject({
      step: { kind: 'changed', changes: [{ field: 'name', from: 'Ana', to: 'Ana Ruiz' }] },
      records: [{ record: 'person', row: { userId: 'u-ana', name: 'Ana Ruiz', createdAtMs: 1 } }],
    });
  });

  it('changes nothing where everything is so already', () => {
    const line = aLine({ name: 'Ana', mail: 'ana@example.com', isVisible: true, groups: ['CAD'] });
    const plan = plannerOf({ contact: aContact(), groupIds: ['cad'] }).plan(line);

    expect(plan).toMatchObject({
      step: { kind: 'unchanged', changes: [] },
      records: [],
      joins: [],
      leaves: [],
    });
  });

  it('adds somebody new under both real authorities unless it names one', () => {
    const planner = plannerOf({ accounts: [] });

    expect(planner.plan(aLine({ login: 'Bob', name: 'Bob Ek', mail: 'bob@example.com' }))).toMatchObject({
      step: { kind: 'added' },
      records: [
        { record: 'account', row: { authority: 'unix', accountId: 'bob', userId: 'new-1', name: 'Bob' } },
        { record: 'account', row: { authority: 'windows', accountId: 'bob', userId: 'new-1' } },
        { record: 'person', row: { userId: 'new-1', name: 'Bob Ek' } },
        { record: 'contact', row: { userId: 'new-1', source: 'import', isVisible: true, changedAtMs: NOW } },
      ],
    });
    expect(planner.plan(aLine({ login: 'cem', authority: 'windows' }))).toMatchObject({
      records: [{ row: { authority: 'windows' } }, { row: { name: 'cem' } }],
    });
  });

  it('asks for the authority where a login means several people', () => {
    const accounts = [anAccount('unix', 'ana', 'u-1'), anAccount('windows', 'ana', 'u-2')];

    expect(plannerOf({ accounts }).plan(aLine())).toMatchObject({ line: 2, column: 'authority' });
    expect(plannerOf({ accounts }).plan(aLine({ authority: 'windows' }))).toMatchObject({
      step: { kind: 'unchanged' },
    });
  });

  it('is refused where an earlier line speaks of the same person, known or new', () => {
    const planner = plannerOf();
    planner.plan(aLine({ line: 2 }));
    planner.plan(aLine({ line: 3, login: 'new', authority: 'unix' }));

    expect(planner.plan(aLine({ line: 4 }))).toMatchObject({ line: 4, message: /Line 2/ });
    expect(planner.plan(aLine({ line: 5, login: 'NEW', authority: 'unix' }))).toMatchObject({ line: 5 });
    expect(planner.plan(aLine({ line: 6, login: 'new' }))).toMatchObject({ line: 6 });
  });

  it('leaves what a person wrote of themselves, and says so', () => {
    const contact = aContact({ source: 'self' });

    expect(plannerOf({ contact }).plan(aLine({ mail: 'other@example.com', name: 'Ana Ruiz' }))).toMatchObject(
      {
        step: { kind: 'changed', changes: [{ field: 'name' }], keepsOwnEntry: true },
        records: [{ record: 'person' }],
      },
    );
    expect(plannerOf({ contact }).plan(aLine({ mail: 'ana@example.com' }))).toMatchObject({
      step: { kind: 'unchanged', keepsOwnEntry: false },
    });
  });

  it('makes groups that nobody had, once, and joins and leaves as the field says', () => {
    const planner = plannerOf({ groupIds: ['old'] });
    const plan = planner.plan(aLine({ groups: ['cad', 'Bridge 12'] }));
    planner.plan(aLine({ line: 3, login: 'bob', groups: ['BRIDGE 12'] }));

    expect(plan).toMatchObject({
      joins: [{ groupId: 'cad' }, { groupId: 'bridge-12' }],
      leaves: [{ groupId: 'old' }],
      step: { changes: [{ field: 'groups', from: 'old', to: 'Bridge 12|CAD' }] },
    });
    expect(planner.newGroups()).toMatchObject([{ groupId: 'bridge-12', name: 'Bridge 12' }]);
  });
});
