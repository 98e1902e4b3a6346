/** Sorting and filtering of table rows. Pure. */

export type SortValue = string | number | null;

export interface ColumnOrder {
  readonly key: string;
  readonly isDescending: boolean;
}

/** Numbers by size, texts as people sort them ("cad-9" before "cad-10"), what is missing last. */
export function compareValues(left: SortValue, right: SortValue): number {
  if (left === null || right === null) return Number(left === null) - Number(right === null);
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  return String(left).localeCompare(String(right), 'en', { numeric: true, sensitivity: 'base' });
}

/** Lower case without accents, so that "jose" finds "José". */
export function foldText(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/** Whether every word of `filter` is somewhere in `text`. */
export function fitsFilter(text: string, filter: string): boolean {
  const words = foldText(filter).split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const folded = foldText(text);
  return words.every((word) => folded.includes(word));
}
