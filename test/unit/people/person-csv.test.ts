/** What a people file says, line by line: heads in any order, quotes, separators, encodings, and wrong lines by number. */
import { describe, expect, it } from 'vitest';
import {
  decodeCsv,
  isProblem,
  openPersonCsv,
  type PersonLine,
  readPersonLines,
} from '../../../server/people/person-csv.ts';
import { personCsv } from '../../../server/people/person-csv-text.ts';
import type { ImportProblem } from '../../../shared/rest/people.ts';

function read(text: string): readonly (PersonLine | ImportProblem)[] {
  const file = openPersonCsv(text);
  if (!file.ok) throw new Error(file.message);
  return readPersonLines(file.value, 0, file.value.lines.length);
}

describe('a people file', () => {
  it('is read by its heads, in any order and case, with comma, semicolon or tab', () => {
    const ana = { authority: 'unix', login: 'ana', name: 'Ana Ruiz', mail: 'ana@example.com' };

    expect(read('login,name,authority,mail\nana,Ana Ruiz,unix,ana@example.com')).toEqual([
      { line: 2, ...ana },
    ]);
    expect(read('E-Mail;Name;Authority;LOGIN\r\nana@example.com;Ana Ruiz;unix;ana\r\n')).toEqual([
      { line: 2, ...ana },
    ]);
    expect(read('name\tmail\tlogin\tauthority\rAna Ruiz\tana@example.com\tana\tunix')).toEqual([
      { line: 2, ...ana },
    ]);
    expect(read('sep=;\nlogin;name\nana;"Ruiz, Ana"')).toMatchObject([{ line: 3, name: 'Ruiz, Ana' }]);
  });

  it('keeps separators and quotes inside quoted fields', () => {
    expect(read('login,name\nana,"Ana ""the hand"" Ruiz, Dr."')).toMatchObject([
      { name: 'Ana "the hand" Ruiz, Dr.' },
    ]);
  });

  it('says nothing where a field is empty, and empties it where a dash stands', () => {
    expect(read('login,mail,phone,chat,groups,visible,name\nana,,-,,-,no,')).toEqual([
      { line: 2, login: 'ana', authority: null, phone: null, groups: [], isVisible: false },
    ]);
  });

  it('takes several groups from one field', () => {
    expect(read('login,groups\nana,CAD | Bridge 12|CAD')).toMatchObject([{ groups: ['CAD', 'Bridge 12'] }]);
  });

  it('names wrong lines with their number and column, and leaves the rest', () => {
    const lines = read(
      [
        'login,mail,visible,authority',
        'ana,ana@example.com,yes,',
        '',
        ',nobody@example.com,yes,',
        'bob,not a mail,yes,',
        'cem,"cem@example.com,yes,',
        'dora,dora@example.com,perhaps,',
        'eva,eva@example.com,no,mars',
        'finn,finn@example.com,no,windows',
      ].join('\n'),
    );

    expect(lines.map((line) => (isProblem(line) ? [line.line, line.column] : line.login))).toEqual([
      'ana',
      [4, 'login'],
      [5, 'mail'],
      [6, null],
      [7, 'visible'],
      [8, 'authority'],
      'finn',
    ]);
  });

  it('refuses links that a page must not follow', () => {
    expect(read('login,chat\nana,javascript:alert(1)')).toMatchObject([{ line: 2, column: 'chat' }]);
    expect(read('login,chat\nana,msteams:/l/chat/0/0?users=ana@example.com')).toMatchObject([
      { login: 'ana' },
    ]);
  });

  it('is refused whole without a login column, with a column twice, or without any line', () => {
    expect(openPersonCsv('name,mail\nAna,a@b')).toMatchObject({ ok: false, code: 'CSV_HEADER' });
    expect(openPersonCsv('login,Login\nana,ana')).toMatchObject({ ok: false, code: 'CSV_HEADER' });
    expect(openPersonCsv('login,"name\nana,x')).toMatchObject({ ok: false, code: 'CSV_HEADER' });
    expect(openPersonCsv('\ufeff\r\n \n')).toMatchObject({ ok: false, code: 'CSV_EMPTY' });
    const long = `login\n${'ana\n'.repeat(100_001)}`;
    expect(openPersonCsv(long)).toMatchObject({ ok: false, code: 'CSV_TOO_LONG' });
  });

  it('names columns that mean nothing here', () => {
    expect(openPersonCsv('login,cost center,name\nana,4711,Ana')).toMatchObject({
      value: { ignoredColumns: ['cost center'] },
    });
  });

  it('is UTF-8 with or without a mark, UTF-16 with one, or what spreadsheets write on Windows', () => {
    const text = 'login,name\nana,José';
    const utf16 = Buffer.from(`\ufeff${text}`, 'utf16le');

    for (const bytes of [
      Buffer.from(text),
      Buffer.from(`\ufeff${text}`),
      utf16,
      Buffer.from(utf16).swap16(),
      Buffer.from(text, 'latin1'),
    ])
      expect(read(decodeCsv(bytes))).toMatchObject([{ name: 'José' }]);
  });
});

describe('the export', () => {
  const ana = {
    login: 'ana',
    authority: 'unix',
    name: '=Ruiz, "Ana"',
    mail: 'ana@example.com',
    phone: '+49 351 1234',
    chatUrl: 'https://chat.example/ana',
    isVisible: true,
    groups: ['CAD', 'Bridge 12'],
  };

  it('reads back as it was written, and keeps spreadsheets from calculating', () => {
    const text = personCsv([ana]);

    expect(text).toContain(`"'=Ruiz, ""Ana"""`);
    expect(read(text)).toEqual([{ line: 2, ...ana }]);
  });
});
