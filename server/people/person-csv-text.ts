/** The list of people as CSV text, in the form that the import reads again. Pure. */

export interface PersonRecord {
  readonly login: string;
  readonly authority: string;
  readonly name: string;
  readonly mail: string | null;
  readonly phone: string | null;
  readonly chatUrl: string | null;
  readonly isVisible: boolean | null;
  readonly groups: readonly string[];
}

const HEADER = 'login,authority,name,mail,phone,chat,groups,visible';

/**
 * One field. Spreadsheets calculate what starts with one of = + - @ and may then do anything: an apostrophe keeps
 * them from it, and the import takes it off again. https://owasp.org/www-community/attacks/CSV_Injection
 */
function fieldOf(text: string): string {
  const guarded = /^[=+\-@]/.test(text) ? `'${text}` : text;
  return /[",;\t'\s]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

export function personCsvLine(person: PersonRecord): string {
  const { login, authority, name, mail, phone, chatUrl, isVisible, groups } = person;
  const visible = isVisible === null ? '' : isVisible ? 'yes' : 'no';
  return [login, authority, name, mail ?? '', phone ?? '', chatUrl ?? '', groups.join('|'), visible]
    .map(fieldOf)
    .join(',');
}

/** RFC 4180, with a byte order mark so that spreadsheets read it as UTF-8. */
export function personCsv(people: Iterable<PersonRecord>): string {
  return `\ufeff${[HEADER, ...Array.from(people, personCsvLine)].join('\r\n')}\r\n`;
}
