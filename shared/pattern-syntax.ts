/**
 * Reads the two pattern languages of the catalog, globs and a subset of regular expressions, into one tree.
 * Only syntax lives here; shared/pattern.ts runs the tree. What could make matching slow is not in the language.
 */
import {
  classEscapes,
  codeOf,
  isDigit,
  literal,
  type PatternNode,
  plainEscape,
  Reader,
  readSet,
  setOf,
} from './pattern-sets.ts';

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
const anyFolders: PatternNode = {
  kind: 'repeat',
  part: {
    kind: 'sequence',
    parts: [star(anything), { kind: 'set', holds: (codePoint) => codePoint === SLASH }],
  },
  min: 0,
  max: 1,
};
/**
 * Shell-like: `*` any characters but `/`, a part of the path that is `**` any number of folders (none too),
 * `?` one character but `/`, `[a-z]` and `[!a-z]` sets. The whole text must fit. Everything else stands for itself.
 */
export function parseGlob(source: string, foldCase: boolean): ParsedPattern {
  const reader = new Reader(source);
  const parts: PatternNode[] = [{ kind: 'edge', edge: 'start' }];
  let atPartStart = true;
  for (let character = reader.next(); character !== undefined; character = reader.next()) {
    if (character === '*') parts.push(reader.take('*') ? readFolders(reader, atPartStart) : star(notSlash));
    else if (character === '?') parts.push(notSlash);
    else if (character === '[') parts.push(readSet(reader, '!', false, foldCase));
    else parts.push(literal(character, foldCase));
    atPartStart = character === '/' || (character === '*' && parts.at(-1) === anyFolders);
  }
  parts.push({ kind: 'edge', edge: 'end' });
  return finish(reader, { kind: 'sequence', parts });
}

/** What follows `**`: it stands for folders, so it is a whole part of the path and never the last one. */
function readFolders(reader: Reader, atPartStart: boolean): PatternNode {
  if (!atPartStart || !reader.take('/'))
    reader.fail('"**" stands for any folders: write it between separators, as in "**/name"');
  return anyFolders;
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
