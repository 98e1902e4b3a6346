/** Ids that people can read, made from names. Pure. */

/** kebab-case; null: nothing is left of the name. */
export function idFromName(name: string): string | null {
  const id = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 100)
    .replace(/-+$/, '');
  return id === '' ? null : id;
}
