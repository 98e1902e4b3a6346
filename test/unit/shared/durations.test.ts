import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatCountdown, formatDuration, makeFormatClock } from '../../../shared/durations.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../shared/time.ts';
import { minutesAgo, NOW } from '../../support/a-state.ts';

describe('durations', () => {
  it.each([
    [-5, '0 s'],
    [0, '0 s'],
    [59_999, '59 s'],
    [MINUTE, '1 min'],
    [34 * MINUTE + 59 * SECOND, '34 min'],
    [2 * HOUR, '2 h'],
    [2 * HOUR + 10 * MINUTE, '2 h 10 min'],
    [DAY - 1, '23 h 59 min'],
    [3 * DAY + 4 * HOUR, '3 d 4 h'],
  ])('writes %i ms as "%s"', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it('uses two units at most for every length', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 * DAY }), (ms) => {
        expect(formatDuration(ms)).toMatch(/^\d+ (s|min|h|d)( [1-9]\d* (min|h))?$/);
      }),
    );
  });

  it.each([
    [271_000, '4:31'],
    [270_001, '4:31'],
    [1, '0:01'],
    [0, '0:00'],
    [-9000, '0:00'],
    [HOUR + 4 * MINUTE + 31 * SECOND, '1:04:31'],
  ])('counts %i ms down as "%s"', (ms, text) => {
    expect(formatCountdown(ms)).toBe(text);
  });
});

describe('clock', () => {
  const utc = makeFormatClock('UTC');

  it('shows the time alone on the same day', () => {
    expect(utc(NOW, NOW)).toBe('14:02');
    expect(utc(Date.UTC(2026, 10, 22, 0, 5), NOW)).toBe('00:05');
  });

  it('adds the day on another day, and the year in another year', () => {
    expect(utc(NOW - DAY, NOW)).toBe('Nov 21, 14:02');
    expect(utc(Date.UTC(2025, 11, 31, 9, 0), NOW)).toBe('Dec 31, 2025, 09:00');
  });

  it('follows the zone of the reader, also over midnight', () => {
    const auckland = makeFormatClock('Pacific/Auckland');
    expect(auckland(NOW, NOW)).toBe('03:02');
    expect(auckland(minutesAgo(190), NOW)).toBe('Nov 22, 23:52');
  });
});
