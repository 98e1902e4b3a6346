/** Colors by meaning, only where the output is a terminal that wants them. */
import type { Tone } from '../../../shared/agent-view.ts';

export type Paint = (text: string, tone: Tone) => string;

/** Select Graphic Rendition codes (ECMA-48): of the sixteen colors that every theme keeps readable. */
const CODES: Record<Tone, readonly [on: number, off: number] | null> = {
  neutral: null,
  positive: [32, 39],
  info: [36, 39],
  attention: [1, 22],
  warning: [33, 39],
  muted: [2, 22],
};

export const paintNothing: Paint = (text) => text;

export const paintForTerminal: Paint = (text, tone) => {
  const code = CODES[tone];
  if (!code || text === '') return text;
  const start = String.fromCharCode(27);
  return `${start}[${code[0]}m${text}${start}[${code[1]}m`;
};
