/**
 * Hours of a week in a time zone, across clock changes. Pure: everything follows from the hours and one instant. The
 * zone's own clock decides, as a person reads it there: what a changed clock leaves out never was, and what it shows
 * twice counts twice.
 */
import { DateTime } from 'luxon';
import type { WeekHours } from '../../shared/domain.ts';

const DAY_MINUTES = 1_440;
const MINUTE_MS = 60_000;
/** A week and the day after it: whatever repeats weekly changes within. */
const DAYS_LOOKED_AT = 9;

/** Whether an instant (ms since 1970) lies within the hours: from the first minute of a span to before its last. */
export function isWithinHours({ timeZone, spans }: WeekHours, atMs: number): boolean {
  const local = DateTime.fromMillis(atMs, { zone: timeZone });
  const minute = local.hour * 60 + local.minute;
  return spans.some(
    ({ weekday, fromMinute, toMinute }) =>
      weekday === local.weekday && fromMinute <= minute && minute < toMinute,
  );
}

/** The next instant after `atMs` at which the hours begin or end; null: they never do, for they fill the week. */
export function nextChangeOfHours(hours: WeekHours, atMs: number): number | null {
  const now = isWithinHours(hours, atMs);
  let day = DateTime.fromMillis(atMs, { zone: hours.timeZone }).startOf('day');
  for (let days = 0; days < DAYS_LOOKED_AT; days++) {
    const next = day.plus({ days: 1 }).startOf('day');
    const due = instantsOf(hours, day, next)
      .filter((instantMs) => instantMs > atMs && isWithinHours(hours, instantMs) !== now)
      .sort((a, b) => a - b)[0];
    if (due !== undefined) return due;
    day = next;
  }
  return null;
}

/** Every instant of one day at which the hours may change: where spans begin and end, and where the clock is set. */
function instantsOf({ spans }: WeekHours, day: DateTime, next: DateTime): number[] {
  const minutes = new Set([0, ...spans.flatMap((span) => [span.fromMinute, span.toMinute])]);
  const offsets = new Set([day.offset, next.offset, next.minus({ minutes: 1 }).offset]);
  const midnightMs = Date.UTC(day.year, day.month - 1, day.day);
  const instants: number[] = [];
  for (const minute of minutes) {
    for (const offset of offsets) instants.push(midnightMs + (minute - offset) * MINUTE_MS);
  }
  const isLong = next.toMillis() - day.toMillis() !== DAY_MINUTES * MINUTE_MS;
  return isLong || offsets.size > 1 ? [...instants, clockChangeMs(day, next)] : instants;
}

/** The first instant of this day that has another offset than its beginning, by halving. */
function clockChangeMs(day: DateTime, next: DateTime): number {
  let beforeMs = day.toMillis();
  let afterMs = next.toMillis();
  while (afterMs - beforeMs > 1) {
    const middleMs = Math.floor((beforeMs + afterMs) / 2);
    if (DateTime.fromMillis(middleMs, { zone: day.zoneName ?? 'utc' }).offset === day.offset)
      beforeMs = middleMs;
    else afterMs = middleMs;
  }
  return afterMs;
}
