/** Hours of a week as people type them: never thrown at, and what was written reads back as the same hours. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { weekHoursSchema } from '../../shared/domain-schemas.ts';
import { formatWeekHours, parseWeekHours } from '../../shared/week-hours.ts';

describe('hours of a week', () => {
  it.each([
    ['Mon-Fri 08:00-18:00 Europe/Berlin', 5],
    ['monday-friday 8:00-18:00, Sat 09:00-12:00 UTC', 6],
    ['Sat-Mon 00:00-24:00 America/New_York', 3],
    ['Fri 22:00-02:00 Europe/Berlin', 2],
  ])('%s are %i spans', (text, spans) => {
    const parsed = parseWeekHours(text, null);
    expect(parsed.ok && parsed.value.spans.length).toBe(spans);
  });

  it.each([
    '',
    'always',
    'Mon 8-18',
    'Mon 25:00-26:00 UTC',
    'Mon 08:00-08:00 UTC',
    'Foo 08:00-09:00 UTC',
    'Mon 08:00-09:00 Mars/X',
    'Mon 08:00-09:00',
  ])('"%s" are none', (text) => {
    expect(parseWeekHours(text, null)).toMatchObject({
      ok: false,
      code: 'BAD_HOURS',
      message: /Write hours like/,
    });
  });

  it('are read or refused whatever the text, and what is read fits', () => {
    const words = fc.constantFrom(
      'Mon',
      '-',
      'Fri',
      ' ',
      '08:00',
      '24:00',
      ':',
      ',',
      '0',
      'UTC',
      'sun',
      '12:30',
      ';',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(words).map((parts) => parts.join('')),
        ),
        (text) => {
          const parsed = parseWeekHours(text, 'UTC');
          if (parsed.ok) expect(weekHoursSchema.safeParse(parsed.value).success).toBe(true);
        },
      ),
    );
  });

  it('read back as they were written', () => {
    const span = fc
      .tuple(
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 0, max: 1438 }),
        fc.integer({ min: 1, max: 1440 }),
      )
      .filter(([, from, to]) => from < to)
      .map(([weekday, fromMinute, toMinute]) => ({ weekday, fromMinute, toMinute }));
    const keyOf = (one: { weekday: number; fromMinute: number; toMinute: number }) => JSON.stringify(one);
    fc.assert(
      fc.property(fc.uniqueArray(span, { minLength: 1, maxLength: 20, selector: keyOf }), (spans) => {
        const parsed = parseWeekHours(formatWeekHours({ timeZone: 'Europe/Berlin', spans }), null);
        expect(parsed.ok && parsed.value.spans.map(keyOf).sort()).toEqual(spans.map(keyOf).sort());
      }),
    );
  });
});
