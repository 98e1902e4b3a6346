/** How names of executables and of processes are compared on each system. Pure; knows nothing of products. */
import type { Outcome } from '../../../shared/outcome.ts';
import { success } from '../../../shared/outcome.ts';
import { compileGlob } from '../../../shared/pattern.ts';

export type Platform = 'linux' | 'win32' | 'darwin';

/**
 * Where kernels cut a process name, in bytes. Linux: TASK_COMM_LEN less its NUL. macOS: `p_comm` (MAXCOMLEN) and
 * `pbi_name` (twice that), with and without room for the NUL. Windows keeps image names whole.
 */
const CUTS_BYTES: Record<Platform, readonly number[]> = { linux: [15], win32: [], darwin: [15, 16, 31, 32] };

/** What a decoder puts where a cut has left half a character. */
const HALF_CHARACTER = /\uFFFD+$/u;

/** A name as the kernel tells it. */
export interface KernelName {
  readonly text: string;
  /** It may go on. */
  readonly cut: boolean;
}

/** @returns the form in which two names of this system are compared */
export function foldName(name: string, platform: Platform): string {
  if (platform === 'linux') return name;
  if (platform === 'win32') return name.toLowerCase();
  return name.normalize('NFC').toLowerCase();
}

/** @returns the path with `/` as separator, folded, without Linux's mark for a file that was replaced */
export function foldPath(path: string, platform: Platform): string {
  if (platform === 'linux') return path.replace(/ \(deleted\)$/u, '');
  return foldName(platform === 'win32' ? path.replaceAll('\\', '/') : path, platform);
}

export function kernelNameOf(raw: string, platform: Platform): KernelName {
  const text = raw.replace(HALF_CHARACTER, '');
  const cut = text !== raw || CUTS_BYTES[platform].includes(utf8Length(raw));
  return { text: foldName(text, platform), cut: cut && platform !== 'win32' };
}

function utf8Bytes(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code < 0x10000 ? 3 : 4;
}

function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) bytes += utf8Bytes(character);
  return bytes;
}

/** @returns the whole characters that fit into `bytes` of UTF-8 */
export function cutToBytes(text: string, bytes: number): string {
  let kept = '';
  let used = 0;
  for (const character of text) {
    used += utf8Bytes(character);
    if (used > bytes) break;
    kept += character;
  }
  return kept;
}

/** One name or glob of a rule, ready to be compared. Texts handed in are folded already. */
export interface NamePattern {
  /** The name itself, when it is not a glob. */
  readonly literal: string | undefined;
  /** What every fitting name starts with. */
  readonly prefix: string;
  /** Characters that are not wildcards; more of them is more specific. */
  readonly literalCharacters: number;
  fits(text: string): boolean;
  fitsKernelName(name: KernelName): boolean;
}

const WILDCARD = /[*?[]/u;

export function compileName(glob: string, platform: Platform): Outcome<NamePattern, 'bad-pattern'> {
  const source = foldName(platform === 'win32' ? glob.replaceAll('\\', '/') : glob, platform);
  const wildcardAt = source.search(WILDCARD);
  if (wildcardAt === -1) return success(literalName(source));
  const compiled = compileGlob(source);
  if (!compiled.ok) return compiled;
  const pattern = compiled.value;
  const prefix = source.slice(0, wildcardAt);
  return success({
    literal: undefined,
    prefix,
    literalCharacters: source.replace(/\[[^\]]*\]|[*?]/gu, '').length,
    fits: (text) => text.startsWith(prefix) && pattern.test(text),
    fitsKernelName: (name) =>
      name.cut
        ? (name.text.startsWith(prefix) || prefix.startsWith(name.text)) && pattern.couldBecome(name.text)
        : name.text.startsWith(prefix) && pattern.test(name.text),
  });
}

function literalName(literal: string): NamePattern {
  return {
    literal,
    prefix: literal,
    literalCharacters: literal.length,
    fits: (text) => text === literal,
    fitsKernelName: (name) =>
      name.text === literal || (name.cut && name.text !== '' && literal.startsWith(name.text)),
  };
}

/** Values by name: one look-up for plain names, a walk over the few globs. */
export class NameIndex<T> {
  readonly #byLiteral = new Map<string, T[]>();
  readonly #byGlob: { readonly pattern: NamePattern; readonly value: T }[] = [];
  readonly #cutsBytes: readonly number[];

  /** @param cutsBytes where the names that will be looked up may have been cut; [] for whole names */
  constructor(cutsBytes: readonly number[]) {
    this.#cutsBytes = cutsBytes;
  }

  static ofKernelNames<T>(platform: Platform): NameIndex<T> {
    return new NameIndex<T>(CUTS_BYTES[platform]);
  }

  add(pattern: NamePattern, value: T): void {
    const { literal } = pattern;
    if (literal === undefined) {
      this.#byGlob.push({ pattern, value });
      return;
    }
    for (const key of new Set([literal, ...this.#cutsBytes.map((bytes) => cutToBytes(literal, bytes))]))
      this.#byLiteral.set(key, [...(this.#byLiteral.get(key) ?? []), value]);
  }

  /** @param fits how a glob is asked; literals were found by their key */
  find(text: string, fits: (pattern: NamePattern) => boolean): readonly T[] {
    const named = this.#byLiteral.get(text) ?? [];
    const fitting = this.#byGlob.filter(({ pattern }) => fits(pattern));
    return fitting.length === 0 ? named : [...named, ...fitting.map(({ value }) => value)];
  }

  has(text: string, fits: (pattern: NamePattern) => boolean): boolean {
    return this.#byLiteral.has(text) || this.#byGlob.some(({ pattern }) => fits(pattern));
  }
}
