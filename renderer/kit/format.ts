/** How this reader's browser writes points in time: its own zone. */
import { makeFormatClock } from '../../shared/durations.ts';

export const formatClock = makeFormatClock();

const exact = new Intl.DateTimeFormat('en-US', {
  dateStyle: 'medium',
  timeStyle: 'medium',
  hourCycle: 'h23',
});

/** The whole instant with seconds, for titles beside relative times. */
export const formatExact = (instantMs: number): string => exact.format(instantMs);
