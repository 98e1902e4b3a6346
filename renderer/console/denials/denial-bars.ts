/** Where the bars of the denial chart stand, in the units of its drawing. Pure. */
import type { DenialReport } from '../../../shared/rest.ts';

export const CHART = { width: 960, height: 180, left: 34, top: 10, bottom: 156 } as const;

export interface Bar {
  readonly day: string;
  readonly x: number;
  readonly width: number;
  /** Upper edges of the false denials, and of the others below them. */
  readonly top: number;
  readonly middle: number;
}

export interface Bars {
  readonly bars: readonly Bar[];
  readonly ticks: readonly { readonly y: number; readonly value: number }[];
  readonly labels: readonly { readonly x: number; readonly text: string }[];
}

/** 1, 2, 5, 10, 20, 50 …: the least that three steps of it cover. */
export function stepFor(most: number): number {
  for (let power = 1; ; power *= 10)
    for (const step of [1, 2, 5]) if (step * power * 3 >= most) return step * power;
}

const LABELS = 8;

export function barsOf(days: DenialReport['days']): Bars {
  const { width, left, top, bottom } = CHART;
  const most = Math.max(1, ...days.map(({ denials, falseDenials }) => denials + falseDenials));
  const step = stepFor(most);
  const ceiling = Math.ceil(most / step) * step;
  const yOf = (value: number) => bottom - ((bottom - top) * value) / ceiling;
  const slot = (width - left) / Math.max(1, days.length);
  const barWidth = Math.max(2, Math.min(28, slot * 0.7));
  const centerOf = (index: number) => left + slot * (index + 0.5);
  const labelEvery = Math.max(1, Math.ceil(days.length / LABELS));
  return {
    bars: days.map(({ day, denials, falseDenials }, index) => ({
      day: `${day}: ${denials}, ${falseDenials}`,
      x: centerOf(index) - barWidth / 2,
      width: barWidth,
      middle: yOf(denials),
      top: yOf(denials + falseDenials),
    })),
    ticks: Array.from({ length: ceiling / step + 1 }, (_, index) => ({
      value: index * step,
      y: yOf(index * step),
    })),
    labels: days.flatMap(({ day }, index) =>
      index % labelEvery === 0 ? [{ x: centerOf(index), text: day.slice(5) }] : [],
    ),
  };
}
