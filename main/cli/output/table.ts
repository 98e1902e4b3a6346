/** Tables that fit the terminal: columns shrink first, then the least important ones go. Pure; colors come after. */
import type { Tone } from '../../../shared/agent-view.ts';
import type { Paint } from './paint.ts';
import { cutToWidth, harmless, padToWidth, textWidth } from './text-width.ts';

export interface Column {
  readonly title: string;
  /** The column shrinks down to this many cells; without it, it keeps its width. */
  readonly minimumWidth?: number;
  /** Columns with the highest number go first when the rest does not fit; without it, the column stays. */
  readonly dropOrder?: number;
  readonly align?: 'left' | 'right';
}

export interface Cell {
  readonly text: string;
  readonly tone?: Tone;
}

export type Row = readonly Cell[];

const GAP = 2;

interface Fit {
  readonly index: number;
  readonly column: Column;
  width: number;
}

function totalWidth(fits: readonly Fit[]): number {
  return fits.reduce((sum, fit) => sum + fit.width, 0) + GAP * Math.max(0, fits.length - 1);
}

/** Takes cells from the widest column that may still shrink. @returns false when none may */
function shrinkOnce(fits: readonly Fit[]): boolean {
  let widest: Fit | undefined;
  for (const fit of fits) {
    const minimum = fit.column.minimumWidth;
    if (minimum === undefined || fit.width <= minimum) continue;
    if (!widest || fit.width > widest.width) widest = fit;
  }
  if (!widest) return false;
  widest.width -= 1;
  return true;
}

function dropOne(fits: readonly Fit[]): readonly Fit[] {
  const order = (fit: Fit) => fit.column.dropOrder ?? -1;
  const last = fits.reduce<Fit | undefined>(
    (worst, fit) => (order(fit) > (worst ? order(worst) : -1) ? fit : worst),
    undefined,
  );
  return last ? fits.filter((fit) => fit !== last) : fits;
}

function naturalWidth(column: Column, index: number, rows: readonly Row[]): number {
  return Math.max(textWidth(column.title), ...rows.map((row) => textWidth(harmless(row[index]?.text ?? ''))));
}

/** @returns the columns that stay, with their widths, for `width` cells */
function fitColumns(columns: readonly Column[], rows: readonly Row[], width: number): readonly Fit[] {
  let kept = columns.map((_, index) => index);
  for (;;) {
    const fits: readonly Fit[] = kept.flatMap((index) => {
      const column = columns[index];
      return column ? [{ index, column, width: naturalWidth(column, index, rows) }] : [];
    });
    let mayShrink = true;
    while (mayShrink && totalWidth(fits) > width) mayShrink = shrinkOnce(fits);
    if (totalWidth(fits) <= width) return fits;
    const fewer = dropOne(fits);
    if (fewer.length === fits.length) return fits;
    kept = fewer.map((fit) => fit.index);
  }
}

/**
 * @param width cells of the terminal; Infinity where the output is no terminal
 * @returns lines without line ends, the titles first; no line is wider than `width` unless the columns that must stay are
 */
export function formatTable(
  columns: readonly Column[],
  rows: readonly Row[],
  { width, paint }: { readonly width: number; readonly paint: Paint },
): readonly string[] {
  const fits = fitColumns(columns, rows, width);
  const line = (cellOf: (fit: Fit) => Cell) =>
    fits
      .map((fit) => {
        const cell = cellOf(fit);
        const text = cutToWidth(harmless(cell.text).trim(), fit.width);
        return padToWidth(paint(text, cell.tone ?? 'neutral'), fit.width, fit.column.align ?? 'left');
      })
      .join(' '.repeat(GAP))
      .trimEnd();
  return [
    line((fit) => ({ text: fit.column.title.toUpperCase(), tone: 'muted' })),
    ...rows.map((row) => line((fit) => row[fit.index] ?? { text: '' })),
  ];
}
