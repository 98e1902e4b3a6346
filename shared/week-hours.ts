/** Hours of a week as a line of text and back: "Mon-Fri 08:00-18:00, Sat 09:00-12:00 Europe/Berlin". Pure. */
import type { WeekHours } from './domain.ts';
import { weekHoursSchema } from './domain-schemas.ts';
import { failure, type Outcome, success } from './outcome.ts';

const DAYS: readonly string[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const DAY_NAMES = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;
type Span = WeekHours['spans'][number];

const bad = (what: string) =>
  failure(
    'BAD_HOURS',
    `${what} Write hours like "Mon-Fri 08:00-18:00, Sat 09:00-12:00 Europe/Berlin"; at most 50 spans.`,
  );

/** 1 is Monday; null: no day. */
function weekdayOf(word: string): number | null {
  const index = DAYS.indexOf(word.slice(0, 3).toLowerCase());
  return index < 0 ? null : index + 1;
}

/** "Mon", "Mon-Fri"; over the end of the week too: "Sat-Mon". */
function weekdaysOf(text: string): readonly number[] | null {
  const [from = '', to = from, ...more] = text.split('-');
  const first = weekdayOf(from);
  const last = weekdayOf(to);
  if (first === null || last === null || more.length > 0) return null;
  const days = [first];
  for (let day = first; day !== last; ) {
    day = (day % 7) + 1;
    days.push(day);
  }
  return days;
}

function minuteOf(hour: string, minute: string): number | null {
  const total = Number(hour) * 60 + Number(minute);
  return Number(minute) < 60 && total <= 1440 ? total : null;
}

const PART = /^([a-z-]+)\s+(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})$/i;

/** A span over midnight becomes two: until 24:00, and from 00:00 of the next day. */
function spansOf(part: string): readonly Span[] | null {
  const match = PART.exec(part.trim());
  if (!match) return null;
  const [, days = '', fromHour = '', fromMin = '', toHour = '', toMin = ''] = match;
  const weekdays = weekdaysOf(days);
  const fromMinute = minuteOf(fromHour, fromMin);
  const toMinute = minuteOf(toHour, toMin);
  if (weekdays === null || fromMinute === null || toMinute === null || fromMinute === toMinute) return null;
  if (fromMinute === 1440) return null;
  return weekdays.flatMap((weekday): Span[] => {
    if (fromMinute < toMinute) return [{ weekday, fromMinute, toMinute }];
    const next = (weekday % 7) + 1;
    const evening = { weekday, fromMinute, toMinute: 1440 };
    return toMinute === 0 ? [evening] : [evening, { weekday: next, fromMinute: 0, toMinute }];
  });
}

/** @param zone where the text names none */
export function parseWeekHours(text: string, zone: string | null): Outcome<WeekHours, 'BAD_HOURS'> {
  const match = /^(.*?\d:\d{2})\s*([A-Za-z][\w+/-]*)?\s*$/s.exec(text.trim());
  const timeZone = match?.[2] ?? zone;
  if (!match?.[1]) return bad(`"${text.slice(0, 80)}" are no hours.`);
  if (timeZone === null) return bad('The time zone is missing.');
  const spans: Span[] = [];
  for (const part of match[1].split(/[,;]/)) {
    const some = spansOf(part);
    if (some === null) return bad(`"${part.trim().slice(0, 80)}" is no span of a week.`);
    spans.push(...some);
  }
  const checked = weekHoursSchema.safeParse({ timeZone, spans });
  if (checked.success) return success(checked.data);
  return bad(
    checked.error.issues[0]?.path[0] === 'timeZone' ? `"${timeZone}" is no time zone.` : 'That is too much.',
  );
}

const clockText = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

/** The same that parseWeekHours reads; days with equal hours that follow each other are drawn together. */
export function formatSpans(spans: readonly Span[]): string {
  const byDay = DAYS.map((_, index) =>
    spans
      .filter(({ weekday }) => weekday === index + 1)
      .toSorted((a, b) => a.fromMinute - b.fromMinute)
      .map(({ fromMinute, toMinute }) => `${clockText(fromMinute)}-${clockText(toMinute)}`),
  );
  const parts: string[] = [];
  for (let day = 0; day < 7; ) {
    const hours = byDay[day] ?? [];
    let last = day;
    while (last < 6 && String(byDay[last + 1]) === String(hours)) last += 1;
    const name = last === day ? DAY_NAMES[day] : `${DAY_NAMES[day]}-${DAY_NAMES[last]}`;
    parts.push(...hours.map((span) => `${name} ${span}`));
    day = last + 1;
  }
  return parts.join(', ');
}

export const formatWeekHours = ({ spans, timeZone }: WeekHours): string =>
  `${formatSpans(spans)} ${timeZone}`;
