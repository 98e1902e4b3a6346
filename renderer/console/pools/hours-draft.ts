/** Hours of a week as the editor holds them: rows of days with one span, and back to spans. Pure. */
import type { WeekHours } from '../../../shared/domain.ts';
import { failure, type Outcome, success } from '../../../shared/outcome.ts';
import { hoursText } from '../../../shared/strings-allocation.ts';

export interface HoursRow {
  readonly id: number;
  /** 1 is Monday. */
  readonly weekdays: readonly number[];
  /** As a time field has it: "08:00". "00:00" as an end is midnight. */
  readonly from: string;
  readonly to: string;
}

export interface HoursDraft {
  readonly isOn: boolean;
  readonly timeZone: string;
  readonly rows: readonly HoursRow[];
}

const clockText = (minute: number): string =>
  `${String(Math.floor((minute % 1440) / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

const minuteOf = (text: string): number | null => {
  const match = /^(\d{2}):(\d{2})$/.exec(text);
  return match ? Number(match[1]) * 60 + Number(match[2]) : null;
};

export const newRow = (id: number): HoursRow => ({
  id,
  weekdays: [1, 2, 3, 4, 5],
  from: '08:00',
  to: '18:00',
});

/** Days with the same span are one row. */
export function hoursDraftOf(hours: WeekHours | null, timeZone: string): HoursDraft {
  if (hours === null) return { isOn: false, timeZone, rows: [newRow(1)] };
  const groups = Map.groupBy(hours.spans, ({ fromMinute, toMinute }) => `${fromMinute} ${toMinute}`);
  const rows = [...groups.values()].map((spans, index) => ({
    id: index + 1,
    weekdays: spans.map(({ weekday }) => weekday).toSorted((a, b) => a - b),
    from: clockText(spans[0]?.fromMinute ?? 0),
    to: clockText(spans[0]?.toMinute ?? 0),
  }));
  return { isOn: true, timeZone: hours.timeZone, rows };
}

/** null: always, or never, as the field means it. */
export function hoursOf({ isOn, timeZone, rows }: HoursDraft): Outcome<WeekHours | null, 'BAD_HOURS'> {
  if (!isOn) return success(null);
  const spans: WeekHours['spans'][number][] = [];
  for (const { weekdays, from, to } of rows) {
    const fromMinute = minuteOf(from);
    const end = minuteOf(to);
    const toMinute = end === 0 ? 1440 : end;
    if (fromMinute === null || toMinute === null || fromMinute >= toMinute || weekdays.length === 0)
      return failure('BAD_HOURS', hoursText.wrong);
    spans.push(...weekdays.map((weekday) => ({ weekday, fromMinute, toMinute })));
  }
  return spans.length === 0 ? failure('BAD_HOURS', hoursText.wrong) : success({ timeZone, spans });
}
