/**
 * Reads the two pattern languages of the catalog, globs and a subset of regular expressions, into one tree.
 * Only syntax lives here; shared/pattern.ts runs the tree. What could make matching slow is not in the language.
 */

export type PatternNode =
  /** One code point that the set holds. */
  | { readonly kind: 'set'; readonly holds: (codePoint: number) => boolean }
  /** A place between two code points. */
  | { readonly kind: 'edge'; readonly edge: 'start' | 'end' | 'word' | 'inside-word' }
  | { readonly kind: 'sequence'; readonly parts: readonly PatternNode[] }
  | { readonly kind: 'choice'; readonly options: readonly PatternNode[] }
  | { readonly kind: 'repeat'; readonly part: PatternNode; readonly min: number; readonly max: number };

export type ParsedPattern = { readonly node: PatternNode } | { readonly problem: string };

/** Counted repetition is unrolled, so it has a limit. */
const MAX_COUNT = 100;

const SLASH = 47;
const anything: PatternNode = { kind: 'set', holds: () => true };
const notSlash: PatternNode = { kind: 'set', holds: (codePoint) => codePoint !== SLASH };
const star = (part: PatternNode): PatternNode => ({
  kind: 'repeat',
  part,
  min: 0,
  max: Number.POSITIVE_INFINITY,
});
const codeOf = (character: string): number => character.codePointAt(0) ?? 0;

const isDigit = (code: number) => code >= 48 && code <= 57;
const isSpace = (code: number) =>
  code === 32 || (code >= 9 && code <= 13) || code === 0xa0 || code === 0xfeff;
/** Letters, digits and underscore of ASCII: `\w`. */
export const isWordCode = (code: number): boolean =>
  isDigit(code) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95;

const not = (holds: (code: number) => boolean) => (code: number) => !holds(code);
const classEscapes: Record<string, (code: number) => boolean> = {
  d: isDigit,
  D: not(isDigit),
  w: isWordCode,
  W: not(isWordCode),
  s: isSpace,
  S: not(isSpace),
};
const controlEscapes: Record<string, string> = { t: '\t', n: '\n', r: '\r' };

function literal(character: string, foldCase: boolean): PatternNode {
  const wanted = [...(foldCase ? character.toLowerCase() : character)].map(codeOf);
  const parts = wanted.map((code): PatternNode => ({ kind: 'set', holds: (other) => other === code }));
  return parts.length === 1 && parts[0] ? parts[0] : { kind: 'sequence', parts };
}

/** With `foldCase` the text arrives in lower case, so a set also holds what it holds in upper case. */
function setOf(holds: (code: number) => boolean, foldCase: boolean): PatternNode {
  if (!foldCase) return { kind: 'set', holds };
  return {
    kind: 'set',
    holds: (code) => holds(code) || holds(codeOf(String.fromCodePoint(code).toUpperCase())),
  };
}

/** A cursor over code points that remembers the first problem and then pretends to be at the end. */
class Reader {
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

/**
 * Shell-like: `*` any characters but `/`, `**` any characters, `?` one character but `/`, `[a-z]` and `[!a-z]` sets.
 * The whole text must fit. Everything else stands for itself.
 */
export function parseGlob(source: string, foldCase: boolean): ParsedPattern {
  const reader = new Reader(source);
  const parts: PatternNode[] = [{ kind: 'edge', edge: 'start' }];
  for (let character = reader.next(); character !== undefined; character = reader.next()) {
    if (character === '*') parts.push(star(reader.take('*') ? anything : notSlash));
    else if (character === '?') parts.push(notSlash);
    else if (character === '[') parts.push(readSet(reader, '!', false, foldCase));
    else parts.push(literal(character, foldCase));
  }
  parts.push({ kind: 'edge', edge: 'end' });
  return finish(reader, { kind: 'sequence', parts });
}

/**
 * Regular expressions without what needs backtracking: no back references, no look-around, no named groups, no
 * `\p`. Groups, choices, sets, `\d \w \s \b`, `* + ? {2,5}` and the anchors are there. Found anywhere in the text.
 */
export function parseRegex(source: string, foldCase: boolean): ParsedPattern {
  const reader = new Reader(source);
  const node = readChoice(reader, foldCase);
  if (reader.peek() === ')') reader.fail('there is a ")" without its "("');
  return finish(reader, node);
}

function finish(reader: Reader, node: PatternNode): ParsedPattern {
  return reader.problem === undefined ? { node } : { problem: reader.problem };
}

function readChoice(reader: Reader, foldCase: boolean): PatternNode {
  const options = [readSequence(reader, foldCase)];
  while (reader.take('|')) options.push(readSequence(reader, foldCase));
  return { kind: 'choice', options };
}

function readSequence(reader: Reader, foldCase: boolean): PatternNode {
  const parts: PatternNode[] = [];
  for (
    let ahead = reader.peek();
    ahead !== undefined && ahead !== '|' && ahead !== ')';
    ahead = reader.peek()
  )
    parts.push(readRepeats(reader, readAtom(reader, foldCase)));
  return { kind: 'sequence', parts };
}

function readAtom(reader: Reader, foldCase: boolean): PatternNode {
  const character = reader.next() ?? '';
  switch (character) {
    case '.':
      return anything;
    case '^':
      return { kind: 'edge', edge: 'start' };
    case '$':
      return { kind: 'edge', edge: 'end' };
    case '[':
      return readSet(reader, '^', true, foldCase);
    case '(':
      return readGroup(reader, foldCase);
    case '\\':
      return readEscape(reader, foldCase);
    case '*':
    case '+':
    case '?':
    case '{':
      reader.fail(`"${character}" repeats nothing; write "\\${character}" for the character itself`);
      return anything;
    default:
      return literal(character, foldCase);
  }
}

function readGroup(reader: Reader, foldCase: boolean): PatternNode {
  if (reader.peek() === '?' && !reader.take('?:'))
    reader.fail('look-around and named groups are not supported; use "(?:...)" or "(...)"');
  const node = readChoice(reader, foldCase);
  if (!reader.take(')')) reader.fail('a "(" has no ")"');
  return node;
}

function readEscape(reader: Reader, foldCase: boolean): PatternNode {
  const character = reader.next();
  if (character === 'b') return { kind: 'edge', edge: 'word' };
  if (character === 'B') return { kind: 'edge', edge: 'inside-word' };
  const holds = classEscapes[character ?? ''];
  if (holds) return setOf(holds, foldCase);
  return literal(plainEscape(reader, character), foldCase);
}

/** The character an escape stands for: a control character or a punctuation mark. */
function plainEscape(reader: Reader, character: string | undefined): string {
  if (character === undefined) reader.fail('the pattern ends in a single "\\"');
  else if (controlEscapes[character]) return controlEscapes[character];
  else if (isWordCode(codeOf(character)))
    reader.fail(`"\\${character}" is not supported (no back references, no \\p, \\u, \\x)`);
  return character ?? '';
}

function readRepeats(reader: Reader, atom: PatternNode): PatternNode {
  let node = atom;
  for (let more = true; more; ) {
    const counts = readCounts(reader);
    more = counts !== undefined;
    if (counts) node = { kind: 'repeat', part: node, ...counts };
    if (counts) reader.take('?');
  }
  return node;
}

function readCounts(reader: Reader): { min: number; max: number } | undefined {
  if (reader.take('*')) return { min: 0, max: Number.POSITIVE_INFINITY };
  if (reader.take('+')) return { min: 1, max: Number.POSITIVE_INFINITY };
  if (reader.take('?')) return { min: 0, max: 1 };
  if (!reader.take('{')) return undefined;
  const min = readNumber(reader);
  const max = reader.take(',')
    ? reader.peek() === '}'
      ? Number.POSITIVE_INFINITY
      : readNumber(reader)
    : min;
  if (
    !reader.take('}') ||
    min > max ||
    min > MAX_COUNT ||
    (max > MAX_COUNT && max !== Number.POSITIVE_INFINITY)
  )
    reader.fail(
      `a count is {n}, {n,} or {n,m} with numbers up to ${MAX_COUNT}; write "\\{" for the character itself`,
    );
  return { min, max };
}

function readNumber(reader: Reader): number {
  let digits = '';
  while (isDigit(codeOf(reader.peek() ?? ' ')) && digits.length < 6) digits += reader.next();
  if (digits === '') reader.fail('a count needs a number; write "\\{" for the character itself');
  return Number(digits);
}

/** What follows a "[": ranges, single characters and, with `escapes`, `\d`-like sets, up to the "]". */
function readSet(reader: Reader, negation: string, escapes: boolean, foldCase: boolean): PatternNode {
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
