/**
 * Globs and regular expressions whose running time is bounded by pattern length times text length, whatever an
 * admin writes: all alternatives are followed at once (Thompson 1968), nothing is tried again.
 */
import { failure, type Outcome, success } from './outcome.ts';
import { isWordCode, type PatternNode } from './pattern-sets.ts';
import { type ParsedPattern, parseGlob, parseRegex } from './pattern-syntax.ts';

export const MAX_PATTERN_CHARACTERS = 300;
/** Text beyond this is not looked at, and `$` does not hold where it was cut. */
export const MAX_TEXT_CHARACTERS = 4096;
const MAX_INSTRUCTIONS = 600;

export interface Pattern {
  test(text: string): boolean;
  /** true when `text` matches or more text behind it could make it match. Meant for names the kernel has cut. */
  couldBecome(text: string): boolean;
}

export interface PatternOptions {
  /** Case does not count. Both sides are compared in lower case. */
  readonly foldCase?: boolean;
}

export function compileGlob(source: string, options: PatternOptions = {}): Outcome<Pattern, 'bad-pattern'> {
  return compile(source, parseGlob, options);
}

export function compileRegex(source: string, options: PatternOptions = {}): Outcome<Pattern, 'bad-pattern'> {
  return compile(source, parseRegex, options);
}

type Instruction =
  | { readonly do: 'match' }
  | { readonly do: 'read'; readonly holds: (codePoint: number) => boolean }
  | { readonly do: 'check'; readonly edge: 'start' | 'end' | 'word' | 'inside-word' }
  /** Go on at both places. */
  | { readonly do: 'fork'; to: number; or: number };

function compile(
  source: string,
  parse: (source: string, foldCase: boolean) => ParsedPattern,
  { foldCase = false }: PatternOptions,
): Outcome<Pattern, 'bad-pattern'> {
  const bad = (why: string) =>
    failure('bad-pattern', `the pattern "${source.slice(0, 60)}" cannot be used: ${why}`);
  if (source.length > MAX_PATTERN_CHARACTERS)
    return bad(`it is longer than ${MAX_PATTERN_CHARACTERS} characters`);
  const parsed = parse(source, foldCase);
  if ('problem' in parsed) return bad(parsed.problem);
  const program: Instruction[] = [];
  emit(parsed.node, program);
  if (program.length > MAX_INSTRUCTIONS)
    return bad('its counted repetitions make it too large; use smaller counts');
  program.push({ do: 'match' });
  const run = (text: string, cut: boolean) => runProgram(program, foldCase ? text.toLowerCase() : text, cut);
  return success({ test: (text) => run(text, false), couldBecome: (text) => run(text, true) });
}

/** Appends the instructions of `node`; stops appending when the program is too large. */
function emit(node: PatternNode, program: Instruction[]): void {
  if (program.length > MAX_INSTRUCTIONS) return;
  switch (node.kind) {
    case 'set':
      program.push({ do: 'read', holds: node.holds });
      break;
    case 'edge':
      program.push({ do: 'check', edge: node.edge });
      break;
    case 'sequence':
      for (const part of node.parts) emit(part, program);
      break;
    case 'choice':
      emitChoice(node.options, program);
      break;
    case 'repeat':
      emitRepeat(node.part, node.min, node.max, program);
  }
}

function emitFork(program: Instruction[]): { do: 'fork'; to: number; or: number } {
  const fork = { do: 'fork' as const, to: program.length + 1, or: program.length + 1 };
  program.push(fork);
  return fork;
}

function emitChoice(options: readonly PatternNode[], program: Instruction[]): void {
  const ends: { to: number; or: number }[] = [];
  options.forEach((option, index) => {
    const isLast = index === options.length - 1;
    const fork = isLast ? undefined : emitFork(program);
    emit(option, program);
    if (!isLast) ends.push(emitFork(program));
    if (fork) fork.or = program.length;
  });
  for (const end of ends) {
    end.to = program.length;
    end.or = program.length;
  }
}

function emitRepeat(part: PatternNode, min: number, max: number, program: Instruction[]): void {
  for (let count = 0; count < min && program.length <= MAX_INSTRUCTIONS; count += 1) {
    const before = program.length;
    emit(part, program);
    if (program.length === before) return;
  }
  if (max === Number.POSITIVE_INFINITY) {
    const start = program.length;
    const fork = emitFork(program);
    emit(part, program);
    const back = emitFork(program);
    back.to = start;
    back.or = start;
    fork.or = program.length;
    return;
  }
  for (let count = min; count < max && program.length <= MAX_INSTRUCTIONS; count += 1) {
    const fork = emitFork(program);
    emit(part, program);
    fork.or = program.length;
  }
}

function edgeHolds(edge: 'start' | 'end' | 'word' | 'inside-word', before: number, after: number): boolean {
  if (edge === 'start') return before === NOTHING;
  if (edge === 'end') return after === NOTHING;
  return (isWordCode(before) !== isWordCode(after)) === (edge === 'word');
}

/** Stands before the first and behind the last code point. */
const NOTHING = -1;
/** Stands behind the last code point that is looked at when the text goes on. */
const MORE = -2;

/** Follows every alternative at once: `threads` are the instructions that wait for the next code point. */
function runProgram(program: readonly Instruction[], text: string, orCouldBecome: boolean): boolean {
  const codes = Array.from(text.slice(0, MAX_TEXT_CHARACTERS), (character) => character.codePointAt(0) ?? 0);
  const end = text.length > MAX_TEXT_CHARACTERS ? MORE : NOTHING;
  let threads: number[] = [];
  for (let index = 0; index <= codes.length; index += 1) {
    const seen = new Uint8Array(program.length);
    const before = index === 0 ? NOTHING : (codes[index - 1] ?? NOTHING);
    const after = index === codes.length ? end : (codes[index] ?? end);
    const waiting = follow(program, [...threads, 0], seen, before, after);
    if (waiting === 'matched') return true;
    if (index === codes.length) return orCouldBecome && waiting.length > 0;
    threads = waiting.filter((at) => reads(program[at], after)).map((at) => at + 1);
  }
  return false;
}

function reads(instruction: Instruction | undefined, code: number): boolean {
  return instruction?.do === 'read' && instruction.holds(code);
}

/** Goes through forks and checks from each of `starts`. @returns the reading instructions that were reached */
function follow(
  program: readonly Instruction[],
  starts: readonly number[],
  seen: Uint8Array,
  before: number,
  after: number,
): number[] | 'matched' {
  const waiting: number[] = [];
  const stack = [...starts];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    const instruction = program[at];
    if (instruction === undefined || seen[at] === 1) continue;
    seen[at] = 1;
    if (instruction.do === 'match') return 'matched';
    if (instruction.do === 'read') waiting.push(at);
    else if (instruction.do === 'fork') stack.push(instruction.to, instruction.or);
    else if (edgeHolds(instruction.edge, before, after)) stack.push(at + 1);
  }
  return waiting;
}
