/** A block of lines at the bottom of a terminal that is drawn again in place, while other lines scroll by above it. */
import type { Output } from '../context.ts';
import { cutToWidth, textWidth } from './text-width.ts';

const ESCAPE = String.fromCharCode(27);

export interface LiveBlock {
  /** Prints lines above the block, for good. */
  print(lines: readonly string[]): void;
  /** Replaces the block; the same lines again draw nothing. */
  draw(lines: readonly string[]): void;
  /** Leaves the block on the screen as it is; later lines come below. */
  finish(): void;
}

/** One row of the screen for each line, and fewer than the screen has: what scrolled away cannot be erased. */
function fitted(lines: readonly string[], out: Output): readonly string[] {
  const rows = out.height() - 1;
  const kept =
    lines.length <= rows ? lines : [...lines.slice(0, rows - 1), `… ${lines.length - rows + 1} more`];
  return kept.map((line) => cutToWidth(line, out.width()));
}

export function createLiveBlock(out: Output): LiveBlock {
  let drawn: readonly string[] = [];
  /** A terminal that became narrower has broken the drawn lines into more rows. */
  const rowsOf = (line: string) => Math.max(1, Math.ceil(textWidth(line) / out.width()));
  const erase = () => {
    const rows = drawn.reduce((sum, line) => sum + rowsOf(line), 0);
    return rows > 0 ? `${ESCAPE}[${rows}A${ESCAPE}[0J` : '';
  };
  const textOf = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');
  return {
    print(lines) {
      if (lines.length > 0) out.write(`${erase()}${textOf(lines)}${textOf(drawn)}`);
    },
    draw(lines) {
      const next = fitted(lines, out);
      if (next.length === drawn.length && next.every((line, index) => line === drawn[index])) return;
      out.write(`${erase()}${textOf(next)}`);
      drawn = next;
    },
    finish() {
      drawn = [];
    },
  };
}
