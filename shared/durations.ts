/** Lengths and points of time as people read them. Nothing here reads a clock: now and the zone are arguments. */
import { DAY, HOUR, MINUTE, SECOND } from './time.ts';

/** Writes a point in time for a reader at `nowMs`: the clock alone on the same day ("14:02"), else with its date. */
export type FormatClock = (instantMs: number, nowMs: number) => string;

/**
 * A length in two units at most, rounded down: "45 s", "34 min", "2 h 10 min", "3 d 4 h". Below zero counts as zero.
 * A second unit of zero is left out ("2 h").
 */
export function formatDuration(lengthMs: number): string {
  const ms = Math.max(0, lengthMs);
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  if (ms < DAY) return twoUnits(Math.floor(ms / HOUR), 'h', Math.floor((ms % HOUR) / MINUTE), 'min');
  return twoUnits(Math.floor(ms / DAY), 'd', Math.floor((ms % DAY) / HOUR), 'h');
}

function twoUnits(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** What is left, as "4:31" or "1:04:31". Rounded up, so that "0:00" says that nothing is left. */
export function formatCountdown(leftMs: number): string {
  const seconds = Math.max(0, Math.ceil(leftMs / SECOND));
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const tail = String(seconds % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`;
}

/**
 * Makes the clock of one reader.
 * @param timeZone IANA name; undefined: the zone of the system
 */
export function makeFormatClock(timeZone?: string): FormatClock {
  const zone = timeZone === undefined ? {} : { timeZone };
  const clock = new Intl.DateTimeFormat('en-US', {
    ...zone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const day = new Intl.DateTimeFormat('en-US', { ...zone, month: 'short', day: 'numeric' });
  const dayAndYear = new Intl.DateTimeFormat('en-US', {
    ...zone,
    year: 'numeric',
    month: 'short',
    day: 'numeric',
  });
  const year = new Intl.DateTimeFormat('en-US', { ...zone, year: 'numeric' });
  return (instantMs, nowMs) => {
    const time = clock.format(instantMs);
    if (dayAndYear.format(instantMs) === dayAndYear.format(nowMs)) return time;
    if (year.format(instantMs) === year.format(nowMs)) return `${day.format(instantMs)}, ${time}`;
    return `${dayAndYear.format(instantMs)}, ${time}`;
  };
}

/**
 * The next time the reader's clock shows this, in the zone of the system: today, or tomorrow where that is over.
 * Across a change of the clock it is the time that the clock will show.
 * @param text "14:30" or "9:05"
 * @returns null: no time of a day
 */
export function nextTimeOfDay(text: string, nowMs: number): number | null {
  const match = /^(\d{1,2}):(\d{2})$/.exec(text.trim());
  const hours = Number(match?.[1]);
  const minutes = Number(match?.[2]);
  if (!match || hours > 23 || minutes > 59) return null;
  const today = new Date(nowMs);
  today.setHours(hours, minutes, 0, 0);
  if (today.getTime() > nowMs) return today.getTime();
  const tomorrow = new Date(nowMs);
  tomorrow.setDate(tomorrow.getDate() + 1);
  tomorrow.setHours(hours, minutes, 0, 0);
  return tomorrow.getTime();
}
