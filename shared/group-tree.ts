/** Groups in the order in which a tree of them is read. Pure. */
interface Node {
  readonly groupId: string;
  readonly name: string;
  readonly parentId: string | null;
}

/** Each below the one it lies in, by name; one whose parent is not in the list stands at the top. */
export function treeOf<T extends Node>(
  groups: readonly T[],
): { readonly group: T; readonly depth: number }[] {
  const known = new Set(groups.map(({ groupId }) => groupId));
  const below = Map.groupBy(groups, ({ parentId }) =>
    parentId !== null && known.has(parentId) ? parentId : null,
  );
  const walk = (parentId: string | null, depth: number): { group: T; depth: number }[] =>
    (below.get(parentId) ?? [])
      .toSorted((left, right) => left.name.localeCompare(right.name))
      .flatMap((group) => [{ group, depth }, ...walk(group.groupId, depth + 1)]);
  return walk(null, 0);
}
