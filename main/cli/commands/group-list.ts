/** `usher group list`: groups as a tree, with members and shares. */
import { treeOf } from '../../../shared/group-tree.ts';
import { readGroups } from '../admin/find-named.ts';
import { cells, printTable } from '../admin/print-table.ts';
import { withAdmin } from '../admin/with-admin.ts';
import type { Context, Input } from '../context.ts';
import type { Column } from '../output/table.ts';

const COLUMNS: readonly Column[] = [
  { title: 'group', minimumWidth: 8 },
  { title: 'id', minimumWidth: 6, dropOrder: 2 },
  { title: 'members', align: 'right' },
  { title: 'shares of', minimumWidth: 6, dropOrder: 1 },
];

export function run(context: Context, input: Input): Promise<number> {
  return withAdmin(context, input, async (admin) => {
    const groups = await readGroups(admin);
    if (!groups.ok) return groups;
    // A table trims what stands before its cells, so depth is drawn.
    const rows = treeOf(groups.value).map(({ group, depth }) =>
      cells(
        `${depth === 0 ? '' : `${'· '.repeat(depth)}`}${group.name}`,
        group.groupId,
        String(group.members),
        group.poolIds.join(', '),
      ),
    );
    const empty = 'No groups yet; `usher group set` makes one.';
    return printTable(context, input, { groups: groups.value }, { columns: COLUMNS, rows, empty });
  });
}
