/** Sets of time as sorted stretches [fromMs, toMs) that neither touch nor overlap. Pure. */

export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Any stretches, in any order, as one set: empty ones vanish, touching and overlapping ones become one. */
export function unite(stretches: readonly Stretch[]): Stretch[] {
  const sorted = stretches.filter(({ fromMs, toMs }) => fromMs < toMs).sort((a, b) => a.fromMs - b.fromMs);
  const united: Stretch[] = [];
  for (const stretch of sorted) {
    const last = united.at(-1);
    if (last && stretch.fromMs <= last.toMs)
      united[united.length - 1] = { fromMs: last.fromMs, toMs: Math.max(last.toMs, stretch.toMs) };
    else united.push(stretch);
  }
  return united;
}

/** What lies in both sets. */
export function intersect(a: readonly Stretch[], b: readonly Stretch[]): Stretch[] {
  const common: Stretch[] = [];
  let inA = 0;
  let inB = 0;
  for (;;) {
    const left = a[inA];
    const right = b[inB];
    if (!left || !right) return common;
    const fromMs = Math.max(left.fromMs, right.fromMs);
    const toMs = Math.min(left.toMs, right.toMs);
    if (fromMs < toMs) common.push({ fromMs, toMs });
    if (left.toMs < right.toMs) inA++;
    else inB++;
  }
}

/** What lies in `a` and not in `b`. */
export function subtract(a: readonly Stretch[], b: readonly Stretch[]): Stretch[] {
  const left: Stretch[] = [];
  for (const stretch of a) {
    let fromMs = stretch.fromMs;
    for (const hole of b) {
      if (hole.toMs <= fromMs || hole.fromMs >= stretch.toMs) continue;
      if (hole.fromMs > fromMs) left.push({ fromMs, toMs: hole.fromMs });
      fromMs = Math.max(fromMs, hole.toMs);
    }
    if (fromMs < stretch.toMs) left.push({ fromMs, toMs: stretch.toMs });
  }
  return left;
}

export const lengthMs = (stretches: readonly Stretch[]): number =>
  stretches.reduce((sum, { fromMs, toMs }) => sum + (toMs - fromMs), 0);
