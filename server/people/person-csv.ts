/**
 * A list of people as CSV: bytes to text, text to lines, a line to what it says about one person. Pure. A field lies
 * on one line, so that one wrong quote costs one line and not the rest of the file.
 */
import { parse } from 'csv-parse/sync';
import { chatUrlSchema, mailSchema, phoneSchema } from '../../shared/contact.ts';
import { displayNameSchema } from '../../shared/domain-schemas.ts';
import { failure, type Outcome, success } from '../../shared/outcome.ts';
import type { ImportProblem, PersonAuthority } from '../../shared/rest/people.ts';

export const MAXIMUM_LINES = 100_000;
const LONGEST_LINE = 10_000;

const COLUMN_NAMES = {
  login: ['login', 'user', 'username', 'account'],
  authority: ['authority', 'domain', 'system'],
  name: ['name', 'fullname', 'displayname'],
  mail: ['mail', 'email'],
  phone: ['phone', 'telephone'],
  chat: ['chat', 'chatlink', 'chaturl'],
  groups: ['groups', 'group'],
  visible: ['visible'],
} as const;
type ColumnName = keyof typeof COLUMN_NAMES;

/** What one line says. A field that is absent is left as it is; null empties it. */
export interface PersonLine {
  /** Of the file; the first line is 1. */
  readonly line: number;
  readonly login: string;
  /** null: whichever knows this login. */
  readonly authority: PersonAuthority | null;
  readonly name?: string;
  readonly mail?: string | null;
  readonly phone?: string | null;
  readonly chatUrl?: string | null;
  readonly isVisible?: boolean;
  /** Names or ids of groups, all of them. */
  readonly groups?: readonly string[];
}

export interface PersonFile {
  /** Lines with something on them, without the header. */
  readonly lines: readonly { readonly line: number; readonly text: string }[];
  readonly delimiter: string;
  readonly columns: ReadonlyMap<ColumnName, number>;
  /** Heads that mean nothing here. */
  readonly ignoredColumns: readonly string[];
}

/** UTF-8 with or without a byte order mark, UTF-16 with one, else Windows-1252, as spreadsheets write. */
export function decodeCsv(bytes: Uint8Array): string {
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (isUtf16) return new TextDecoder(bytes[0] === 0xff ? 'utf-16le' : 'utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes); // every sequence of bytes is text in it
  }
}

/** @returns the file taken apart, or why nothing of it can be used */
export function openPersonCsv(
  text: string,
): Outcome<PersonFile, 'CSV_EMPTY' | 'CSV_HEADER' | 'CSV_TOO_LONG'> {
  const all = text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\n|\r/)
    .map((line, index) => ({ line: index + 1, text: line }))
    .filter((line) => line.text.trim() !== '');
  // A spreadsheet's own note on the delimiter may come first.
  const stated = /^sep=(.)$/i.exec(all[0]?.text ?? '')?.[1];
  const [header, ...lines] = stated === undefined ? all : all.slice(1);
  if (!header)
    return failure('CSV_EMPTY', 'The file has no line. The first one names the columns: login,name,mail');
  if (lines.length > MAXIMUM_LINES)
    return failure(
      'CSV_TOO_LONG',
      `The file has ${lines.length} lines; at most ${MAXIMUM_LINES} are taken at once.`,
    );
  const delimiter = stated ?? delimiterOf(header.text);
  const heads = parseLine(header.text, delimiter);
  if (heads === null)
    return failure('CSV_HEADER', `The header (line ${header.line}) has a quote that is not closed.`);
  return columnsOf(heads, header.line, { lines, delimiter });
}

function columnsOf(
  heads: readonly string[],
  line: number,
  rest: Pick<PersonFile, 'lines' | 'delimiter'>,
): Outcome<PersonFile, 'CSV_HEADER'> {
  const columns = new Map<ColumnName, number>();
  const ignoredColumns: string[] = [];
  for (const [index, head] of heads.entries()) {
    const word = head.toLowerCase().replace(/[^a-z]/g, '');
    const known = Object.entries(COLUMN_NAMES).find(([, names]) => names.some((name) => name === word));
    const column = known?.[0] as ColumnName | undefined;
    if (column === undefined) {
      if (head !== '') ignoredColumns.push(head.slice(0, 100));
    } else if (columns.has(column)) {
      return failure('CSV_HEADER', `The header (line ${line}) names the column ${column} twice.`);
    } else columns.set(column, index);
  }
  if (columns.has('login')) return success({ ...rest, columns, ignoredColumns });
  return failure(
    'CSV_HEADER',
    `The header (line ${line}) has no column "login". It names the columns, in any order: ${Object.keys(COLUMN_NAMES).join(', ')}.`,
  );
}

/** The sign that stands most often between the heads. */
function delimiterOf(header: string): string {
  const bare = header.replace(/"[^"]*"/g, '');
  const count = (sign: string) => bare.split(sign).length;
  return [';', '\t'].reduce((best, sign) => (count(sign) > count(best) ? sign : best), ',');
}

/** @returns null: a quote is wrong */
function parseLine(text: string, delimiter: string): readonly string[] | null {
  try {
    const records: unknown = parse(text, { delimiter, relax_column_count: true, trim: true });
    const [record] = records as string[][];
    return record ?? null;
  } catch {
    return null; // the only thing wrong with one line of fields is its quotes
  }
}

/** @returns the fields of each line; null where a quote is wrong */
function parseBlock(lines: PersonFile['lines'], delimiter: string): readonly (readonly string[] | null)[] {
  try {
    const text = lines.map((line) => line.text).join('\n');
    const options = { delimiter, relax_column_count: true, trim: true, record_delimiter: '\n' };
    const records = parse(text, options) as unknown as string[][];
    if (records.length === lines.length) return records;
  } catch {
    // One of them has a wrong quote: below each is looked at by itself.
  }
  return lines.map((line) => parseLine(line.text, delimiter));
}

/** Reads some lines of an opened file, in order: for each what it says, or what is wrong with it. */
export function readPersonLines(
  file: PersonFile,
  fromIndex: number,
  toIndex: number,
): readonly (PersonLine | ImportProblem)[] {
  const lines = file.lines.slice(fromIndex, toIndex);
  const short = lines.map((line) => (line.text.length > LONGEST_LINE ? { ...line, text: '' } : line));
  const fields = parseBlock(short, file.delimiter);
  return lines.map(({ line, text }, index) => {
    const values = fields[index] ?? null;
    if (text.length > LONGEST_LINE)
      return problem(line, null, `The line has more than ${LONGEST_LINE} characters.`);
    if (values === null)
      return problem(
        line,
        null,
        'A quote is not closed, or stands inside a field. A field lies on one line.',
      );
    return readFields(line, (column) => cellOf(values, file.columns.get(column)));
  });
}

export const isProblem = (read: PersonLine | ImportProblem): read is ImportProblem => 'message' in read;

const problem = (line: number, column: string | null, message: string): ImportProblem => ({
  line,
  column,
  message,
});

/** undefined: nothing is said. An apostrophe keeps spreadsheets from calculating; see person-csv-text.ts. */
function cellOf(values: readonly string[], index: number | undefined): string | undefined {
  const text = (index === undefined ? '' : (values[index] ?? '')).trim().replace(/^'(?=[=+\-@])/, '');
  return text === '' ? undefined : text;
}

/** A lone dash empties a field; an empty one says nothing. */
const EMPTIED = '-';
const WORDS_OF_YES = ['yes', 'true', '1'];
const WORDS_OF_NO = ['no', 'false', '0'];
const AUTHORITIES: readonly PersonAuthority[] = ['unix', 'windows', 'simulated'];

type Read<T> = Outcome<T, 'BAD_FIELD'>;
const badField = (message: string) => failure('BAD_FIELD', message);

/** authority stays null where it is not said; everything else that is not said is left out. */
function readFields(
  line: number,
  cell: (column: ColumnName) => string | undefined,
): PersonLine | ImportProblem {
  const read = {
    login: readLogin(cell('login')),
    authority: readAuthority(cell('authority')),
    name: readName(cell('name')),
    mail: readText(cell('mail'), mailSchema, 'This is not a mail address such as ana@example.com.'),
    phone: readText(cell('phone'), phoneSchema, 'This is not a phone number such as +49 351 1234-56.'),
    chat: readText(cell('chat'), chatUrlSchema, 'This is not a link that starts with https://.'),
    groups: readGroups(cell('groups')),
    visible: readVisible(cell('visible')),
  } satisfies Record<ColumnName, Read<unknown>>;
  for (const [column, outcome] of Object.entries(read))
    if (!outcome.ok) return problem(line, column, outcome.message);
  const { login, authority, name, mail, phone, chat, groups, visible } = read;
  if (!login.ok || !authority.ok) return problem(line, 'login', 'It cannot be read.');
  return {
    ...{ line, login: login.value, authority: authority.value },
    ...(name.ok && name.value !== undefined && { name: name.value }),
    ...(mail.ok && mail.value !== undefined && { mail: mail.value }),
    ...(phone.ok && phone.value !== undefined && { phone: phone.value }),
    ...(chat.ok && chat.value !== undefined && { chatUrl: chat.value }),
    ...(groups.ok && groups.value !== undefined && { groups: groups.value }),
    ...(visible.ok && visible.value !== undefined && { isVisible: visible.value }),
  };
}

function readLogin(text: string | undefined): Read<string> {
  if (text !== undefined && displayNameSchema.safeParse(text).success) return success(text);
  return badField('Write the login name of the account, of at most 200 characters.');
}

function readAuthority(text: string | undefined): Read<PersonAuthority | null> {
  if (text === undefined) return success(null);
  const authority = AUTHORITIES.find((known) => known === text.toLowerCase());
  return authority === undefined
    ? badField(`Write ${AUTHORITIES.join(', ')}, or leave it empty.`)
    : success(authority);
}

function readName(text: string | undefined): Read<string | undefined> {
  if (text === undefined || (text !== EMPTIED && displayNameSchema.safeParse(text).success))
    return success(text);
  return badField('Write a name of at most 200 characters, or leave it empty.');
}

function readText(
  text: string | undefined,
  schema: { safeParse(value: unknown): { success: boolean } },
  message: string,
): Read<string | null | undefined> {
  if (text === EMPTIED) return success(null);
  return text === undefined || schema.safeParse(text).success ? success(text) : badField(message);
}

function readVisible(text: string | undefined): Read<boolean | undefined> {
  const word = text?.toLowerCase();
  if (word === undefined) return success(undefined);
  if (WORDS_OF_YES.includes(word)) return success(true);
  return WORDS_OF_NO.includes(word) ? success(false) : badField('Write yes or no.');
}

function readGroups(text: string | undefined): Read<readonly string[] | undefined> {
  if (text === undefined) return success(undefined);
  if (text === EMPTIED) return success([]);
  const names = [...new Set(text.split(/[|;]/).map((name) => name.trim()))].filter((name) => name !== '');
  if (names.length > 50 || names.some((name) => !displayNameSchema.safeParse(name).success))
    return badField('Write at most 50 names of groups with | between them.');
  return success(names);
}
