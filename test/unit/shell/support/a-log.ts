/** A log that keeps its lines. */
import type { Log } from '../../../../main/shell/log.ts';

export function aLog(): Log & { readonly lines: readonly string[] } {
  const lines: string[] = [];
  return {
    lines,
    info: (subject, sentence) => void lines.push(`info ${subject}: ${sentence}`),
    warn: (subject, sentence) => void lines.push(`warn ${subject}: ${sentence}`),
  };
}
