/** Reasons for active as they may travel: bounded, whole numbers, no control characters. Pure. */
import type { ActiveReason } from '../../../shared/domain.ts';

const MAXIMUM_REASONS = 8;
const MAXIMUM_DURATION_MS = 10 * 366 * 86_400_000;

/** Why a hold without a process of its product counts as active (E9, E24). */
export const NOBODY_CAN_TELL: ActiveReason = { kind: 'idle-unknown', because: 'no-source' };

/** Kinds that show work of the application itself, whoever sits at the keyboard. */
const COMPUTING_KINDS: ReadonlySet<ActiveReason['kind']> = new Set(['cpu', 'disk', 'busy-child']);

export function showsComputing(reasons: readonly ActiveReason[]): boolean {
  return reasons.some((reason) => COMPUTING_KINDS.has(reason.kind));
}

/** The kinds in their order, as one text to compare. */
export function kindsOf(reasons: readonly ActiveReason[]): string {
  return reasons.map((reason) => reason.kind).join(' ');
}

const number = (value: number) => (Number.isFinite(value) ? Math.max(0, value) : 0);
/** One decimal is what people read; more would make equal states look different. */
const percent = (value: number) => Math.min(1_000_000, Math.round(number(value) * 10) / 10);

/** Process names come from outside: control characters and endless names must not reach a page or the wire. */
export function cleanName(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not pass
  const clean = name.replace(/[\u0000-\u001f\u007f]/g, '?').slice(0, 200);
  return clean === '' ? '?' : clean;
}

function cleanReason(reason: ActiveReason): ActiveReason {
  switch (reason.kind) {
    case 'input':
      return {
        kind: 'input',
        inputAgoMs: Math.min(MAXIMUM_DURATION_MS, Math.round(number(reason.inputAgoMs))),
      };
    case 'cpu':
      return {
        kind: 'cpu',
        percentOfCore: percent(reason.percentOfCore),
        floorPercent: percent(reason.floorPercent),
      };
    case 'disk':
      return { kind: 'disk', bytesPerSecond: Math.round(number(reason.bytesPerSecond)) };
    case 'busy-child':
      return {
        kind: 'busy-child',
        childName: cleanName(reason.childName),
        percentOfCore: percent(reason.percentOfCore),
      };
    case 'idle-unknown':
    case 'just-started':
    case 'resumed':
      return reason;
  }
}

export function cleanReasons(reasons: readonly ActiveReason[]): ActiveReason[] {
  return reasons.slice(0, MAXIMUM_REASONS).map(cleanReason);
}

export function cleanPercent(value: number | null): number | null {
  return value === null ? null : percent(value);
}
