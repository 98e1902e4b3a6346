/** `usher person list [SEARCH]`: people with logins, groups and contact. */
import { pageOf, personResourceSchema } from '../../../shared/rest.ts';
import { contactText } from '../../../shared/strings-contact.ts';
import { readGroups } from '../admin/find-named.ts';
import { cells, printTable } from '../admin/print-table.ts';
import { callRestPages } from '../admin/rest-client.ts';
import { withAdmin } from '../admin/with-admin.ts';
import type { Context, Input } from '../context.ts';
import type { Column } from '../output/table.ts';
import { withSimulatedMark } from '../words.ts';

const COLUMNS: readonly Column[] = [
  { title: 'name', minimumWidth: 8 },
  { title: 'logins', minimumWidth: 6, dropOrder: 1 },
  { title: 'groups', minimumWidth: 6, dropOrder: 3 },
  { title: 'mail', minimumWidth: 8 },
  { title: 'phone', minimumWidth: 6, dropOrder: 4 },
  { title: 'seen by colleagues', dropOrder: 5 },
];

export function run(context: Context, input: Input): Promise<number> {
  return withAdmin(context, input, async (admin) => {
    const search = input.words[0];
    const path = search === undefined ? '/people' : `/people?${new URLSearchParams({ search })}`;
    const people = await callRestPages(admin, path, pageOf(personResourceSchema));
    if (!people.ok) return people;
    const groups = await readGroups(admin);
    if (!groups.ok) return groups;
    const nameOf = (id: string) => groups.value.find(({ groupId }) => groupId === id)?.name ?? id;
    const rows = people.value.map(({ name, simulated, accounts, groupIds, contact }) =>
      cells(
        withSimulatedMark(name, simulated),
        [...new Set(accounts.map(({ login }) => login))].join(', '),
        groupIds.map(nameOf).join(', '),
        contact?.mail ?? '',
        contact?.phone ?? '',
        contact === null ? '' : contact.isVisible ? contactText.visible : contactText.hidden,
      ),
    );
    const empty =
      search === undefined ? 'Nobody yet; `usher person import` adds people.' : 'Nobody fits that.';
    return printTable(context, input, { people: people.value }, { columns: COLUMNS, rows, empty });
  });
}
