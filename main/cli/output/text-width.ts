/** How wide text is on a terminal, and how it is cut and made harmless. Pure. */

/** East Asian wide characters and emoji take two cells (Unicode TR 11; the blocks that terminals agree on). */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;
const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
const ESCAPE_SEQUENCES = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');
/** Controls of C0 and C1, and the marks that turn the direction of a line: a name must not steer the terminal. */
const STEERING = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** @returns `text` with everything that would steer a terminal shown as U+FFFD */
export function harmless(text: string): string {
  return text.replace(STEERING, '\ufffd');
}

/** @returns cells that `text` takes; color sequences take none */
export function textWidth(text: string): number {
  let cells = 0;
  for (const { segment } of segmenter.segment(text.replace(ESCAPE_SEQUENCES, '')))
    cells += WIDE.test(segment) ? 2 : 1;
  return cells;
}

/** Cuts text to `cells` cells; the last one becomes an ellipsis where something was cut, and colors go. */
export function cutToWidth(text: string, cells: number): string {
  if (textWidth(text) <= cells) return text;
  if (cells <= 0) return '';
  let kept = '';
  let used = 0;
  for (const { segment } of segmenter.segment(text.replace(ESCAPE_SEQUENCES, ''))) {
    const width = WIDE.test(segment) ? 2 : 1;
    if (used + width > cells - 1) break;
    kept += segment;
    used += width;
  }
  return `${kept.trimEnd()}…`;
}

export function padToWidth(text: string, cells: number, side: 'left' | 'right' = 'left'): string {
  const gap = ' '.repeat(Math.max(0, cells - textWidth(text)));
  return side === 'left' ? text + gap : gap + text;
}
