/** A list as a table of the terminal, or one sentence where it is empty. */
import type { Context, Input } from '../context.ts';
import { type Column, formatTable, type Row } from '../output/table.ts';

export function printTable(
  context: Context,
  input: Input,
  json: unknown,
  { columns, rows, empty }: { columns: readonly Column[]; rows: readonly Row[]; empty: string },
): number {
  const { width, paint } = context.out;
  return context.answer(input, json, () =>
    rows.length === 0 ? [empty] : formatTable(columns, rows, { width: width(), paint }),
  );
}

export const cells = (...texts: readonly string[]): Row => texts.map((text) => ({ text }));
