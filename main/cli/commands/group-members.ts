/** `usher group members GROUP`: people whom a group names. */
import { pageOf, personResourceSchema } from '../../../shared/rest.ts';
import { findGroup } from '../admin/find-named.ts';
import { cells, printTable } from '../admin/print-table.ts';
import { callRestPages } from '../admin/rest-client.ts';
import { withAdmin } from '../admin/with-admin.ts';
import type { Context, Input } from '../context.ts';
import { withSimulatedMark } from '../words.ts';

export function run(context: Context, input: Input): Promise<number> {
  return withAdmin(context, input, async (admin) => {
    const group = await findGroup(admin, input.words[0] ?? '');
    if (!group.ok) return group;
    const { groupId, name } = group.value;
    const path = `/groups/${encodeURIComponent(groupId)}/members`;
    const people = await callRestPages(admin, path, pageOf(personResourceSchema));
    if (!people.ok) return people;
    const columns = [{ title: 'name', minimumWidth: 8 }, { title: 'logins' }];
    const rows = people.value.map((person) =>
      cells(
        withSimulatedMark(person.name, person.simulated),
        [...new Set(person.accounts.map(({ login }) => login))].join(', '),
      ),
    );
    const empty = `Nobody is in ${name} itself.`;
    return printTable(context, input, { groupId, people: people.value }, { columns, rows, empty });
  });
}
