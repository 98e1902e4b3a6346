/** The smallest parts of patterns: single characters, sets of them, and the cursor that reads them. */

export type PatternNode =
  /** One code point that the set holds. */
  | { readonly kind: 'set'; readonly holds: (codePoint: number) => boolean }
  /** A place between two code points. */
  | { readonly kind: 'edge'; readonly edge: 'start' | 'end' | 'word' | 'inside-word' }
  | { readonly kind: 'sequence'; readonly parts: readonly PatternNode[] }
  | { readonly kind: 'choice'; readonly options: readonly PatternNode[] }
  | { readonly kind: 'repeat'; readonly part: PatternNode; readonly min: number; readonly max: number };

export const codeOf = (character: string): number => character.codePointAt(0) ?? 0;

export const isDigit = (code: number) => code >= 48 && code <= 57;
const isSpace = (code: number) =>
  code === 32 || (code >= 9 && code <= 13) || code === 0xa0 || code === 0xfeff;
/** Letters, digits and underscore of ASCII: `\w`. */
export const isWordCode = (code: number): boolean =>
  isDigit(code) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95;

const not = (holds: (code: number) => boolean) => (code: number) => !holds(code);
export const classEscapes: Record<string, (code: number) => boolean> = {
  d: isDigit,
  D: not(isDigit),
  w: isWordCode,
  W: not(isWordCode),
  s: isSpace,
  S: not(isSpace),
};
const controlEscapes: Record<string, string> = { t: '\t', n: '\n', r: '\r' };

export function literal(character: string, foldCase: boolean): PatternNode {
  const wanted = [...(foldCase ? character.toLowerCase() : character)].map(codeOf);
  const parts = wanted.map((code): PatternNode => ({ kind: 'set', holds: (other) => other === code }));
  return parts.length === 1 && parts[0] ? parts[0] : { kind: 'sequence', parts };
}

/** With `foldCase` the text arrives in lower case, so a set also holds what it holds in upper case. */
export function setOf(holds: (code: number) => boolean, foldCase: boolean): PatternNode {
  if (!foldCase) return { kind: 'set', holds };
  return {
    kind: 'set',
    holds: (code) => holds(code) || holds(codeOf(String.fromCodePoint(code).toUpperCase())),
  };
}

/** A cursor over code points that remembers the first problem and then pretends to be at the end. */
export class Reader {
  readonly #characters: readonly string[];
  #at = 0;
  problem: string | undefined;

  constructor(text: string) {
    this.#characters = [...text];
  }

  peek(ahead = 0): string | undefined {
    return this.problem === undefined ? this.#characters[this.#at + ahead] : undefined;
  }

  next(): string | undefined {
    const character = this.peek();
    if (character !== undefined) this.#at += 1;
    return character;
  }

  /** Steps over `text` when it comes next. */
  take(text: string): boolean {
    const wanted = [...text];
    if (!wanted.every((character, index) => this.peek(index) === character)) return false;
    this.#at += wanted.length;
    return true;
  }

  fail(problem: string): void {
    this.problem ??= problem;
  }
}

/** What follows a "[": ranges, single characters and, with `escapes`, `\d`-like sets, up to the "]". */
export function readSet(reader: Reader, negation: string, escapes: boolean, foldCase: boolean): PatternNode {
  const members: ((code: number) => boolean)[] = [];
  const negated = reader.take(negation);
  do {
    if (reader.peek() === undefined) {
      reader.fail('a "[" has no "]"');
      break;
    }
    members.push(readMember(reader, escapes));
  } while (!reader.take(']'));
  const holds = (code: number) => members.some((member) => member(code));
  const folded = setOf(holds, foldCase);
  if (!negated || folded.kind !== 'set') return folded;
  return { kind: 'set', holds: not(folded.holds) };
}

function readMember(reader: Reader, escapes: boolean): (code: number) => boolean {
  const first = reader.next() ?? '';
  if (escapes && first === '\\') {
    const escaped = reader.next();
    const holds = classEscapes[escaped ?? ''];
    if (holds) return holds;
    return readRange(reader, codeOf(plainEscape(reader, escaped)), escapes);
  }
  return readRange(reader, codeOf(first), escapes);
}

function readRange(reader: Reader, low: number, escapes: boolean): (code: number) => boolean {
  if (reader.peek() !== '-' || reader.peek(1) === ']' || reader.peek(1) === undefined)
    return (code) => code === low;
  reader.take('-');
  const last = reader.next() ?? '';
  const high = codeOf(escapes && last === '\\' ? plainEscape(reader, reader.next()) : last);
  if (high < low) reader.fail('a range in "[...]" runs backwards');
  return (code) => code >= low && code <= high;
}
/** The character an escape stands for: a control character or a punctuation mark. */
export function plainEscape(reader: Reader, character: string | undefined): string {
  if (character === undefined) reader.fail('the pattern ends in a single "\\"');
  else if (controlEscapes[character]) return controlEscapes[character];
  else if (isWordCode(codeOf(character)))
    reader.fail(`"\\${character}" is not supported (no back references, no \\p, \\u, \\x)`);
  return character ?? '';
}
