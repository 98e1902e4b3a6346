/** Any bytes as a people file: it never throws, names every line once, and gives back what was written. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeCsv,
  isProblem,
  openPersonCsv,
  type PersonLine,
  readPersonLines,
} from '../../server/people/person-csv.ts';
import { type PersonRecord, personCsv } from '../../server/people/person-csv-text.ts';

function readAll(text: string) {
  const file = openPersonCsv(text);
  if (!file.ok) return null;
  return { file: file.value, read: readPersonLines(file.value, 0, file.value.lines.length) };
}

const hostile = fc.array(
  fc.constantFrom(
    'login',
    'mail',
    'name',
    'ana',
    ',',
    ';',
    '\t',
    '"',
    '""',
    '\n',
    '\r\n',
    '\r',
    "'",
    '=',
    '-',
    '|',
    ' ',
    'é',
    '\u0000',
    '@',
  ),
  { maxLength: 80 },
);

/** Something to see on both ends: the import trims, and a lone dash has a meaning of its own. */
const word = fc.stringMatching(/^[A-Za-zÀ-ÿ0-9 .,;"'=+@()-]{1,30}$/).map((text) => `x${text.trim()}`);
const person: fc.Arbitrary<PersonRecord> = fc.record({
  login: word,
  authority: fc.constantFrom('unix', 'windows', 'simulated'),
  name: fc.oneof(
    word,
    word.map((text) => `=${text}`),
    word.map((text) => `@${text}`),
  ),
  mail: fc.option(fc.constantFrom('ana@example.com', '+x@example.com')),
  phone: fc.option(fc.constantFrom('+49 351 1234', '0351/1234-5', '555 12 x 3')),
  chatUrl: fc.option(fc.constantFrom('https://chat.example/a;b,c', 'slack://user?id=1')),
  isVisible: fc.option(fc.boolean()),
  groups: fc.uniqueArray(
    word.map((text) => text.replace(/[|;]/g, '').trim()),
    { maxLength: 4 },
  ),
});

describe('a people file of any content', () => {
  it('is read or refused, never thrown at, each line once and in order', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          hostile.map((parts) => `login,name\n${parts.join('')}`),
        ),
        (text) => {
          const all = readAll(text);
          if (all === null) return;
          const numbers = all.read.map(({ line }) => line);
          expect(numbers).toEqual(all.file.lines.map(({ line }) => line));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('decodes from any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => typeof decodeCsv(bytes) === 'string'),
    );
  });

  it('leaves good lines as they are, whatever stands on the lines around them', () => {
    fc.assert(
      fc.property(fc.array(hostile.map((parts) => parts.join('').replace(/[\r\n]/g, ''))), (junk) => {
        const all = readAll(['login,name', ...junk.flatMap((line) => [line, 'good,Good One'])].join('\n'));
        const good = (all?.read ?? []).filter(
          (line): line is PersonLine => !isProblem(line) && line.login === 'good',
        );
        expect(good.filter(({ name }) => name === 'Good One').length).toBeGreaterThanOrEqual(junk.length);
      }),
      { numRuns: 300 },
    );
  });

  it('gives back everybody whom the export wrote', () => {
    fc.assert(
      fc.property(fc.array(person, { maxLength: 20 }), (people) => {
        const read = readAll(personCsv(people))?.read ?? [];
        expect(read).toEqual(
          people.map((one, index) => {
            const { mail, phone, chatUrl, isVisible, groups, ...rest } = one;
            return {
              line: index + 2,
              ...rest,
              ...(mail === null ? {} : { mail }),
              ...(phone === null ? {} : { phone }),
              ...(chatUrl === null ? {} : { chatUrl }),
              ...(isVisible === null ? {} : { isVisible }),
              ...(groups.length === 0 ? {} : { groups }),
            };
          }),
        );
      }),
      { numRuns: 200 },
    );
  });
});
