/** Ids of new groups, made from their names. Pure. */

/** An id that people can read, apart from those that are taken. */
export function newGroupId(name: string, taken: ReadonlySet<string>, random: () => number): string {
  const base =
    name
      .normalize('NFKD')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 80)
      .replace(/-+$/, '') || 'group';
  if (!taken.has(base)) return base;
  return `${base}-${Math.floor(random() * 36 ** 4).toString(36)}`;
}
