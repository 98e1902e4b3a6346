/** Where two pieces of plain JSON differ, in words. Pure. */

/** @returns the path to the first difference and both values, or null when they are equal */
export function firstDifference(one: unknown, other: unknown, path = ''): string | null {
  if (Object.is(one, other)) return null;
  if (Array.isArray(one) && Array.isArray(other)) return differenceOfParts(one, other, path);
  if (isRecord(one) && isRecord(other)) return differenceOfParts(one, other, path);
  return `${path === '' ? 'the whole' : path}: ${brief(one)} against ${brief(other)}`;
}

function differenceOfParts(
  one: Readonly<Record<string, unknown>> | readonly unknown[],
  other: Readonly<Record<string, unknown>> | readonly unknown[],
  path: string,
): string | null {
  const parts = new Map<string, unknown>(Object.entries(one));
  const others = new Map<string, unknown>(Object.entries(other));
  for (const key of new Set([...parts.keys(), ...others.keys()])) {
    const found = firstDifference(parts.get(key), others.get(key), path === '' ? key : `${path}.${key}`);
    if (found !== null) return found;
  }
  return null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const BRIEF_CHARACTERS = 60;

function brief(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > BRIEF_CHARACTERS ? `${text.slice(0, BRIEF_CHARACTERS)}…` : text;
}
