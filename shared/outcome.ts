/** Expected results as values. Exceptions are kept for surprises and always carry a cause. */

/** A finished attempt: either a value, or a stable code with a sentence that says what to do next. */
export type Outcome<T, Code extends string = string> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: Code; readonly message: string };

export function success<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

/** @param message one plain sentence for a person: what happened and what to do next */
export function failure<Code extends string>(
  code: Code,
  message: string,
): { readonly ok: false; readonly code: Code; readonly message: string } {
  return { ok: false, code, message };
}

/** For the end of a switch over a union: fails to compile when a member was forgotten. */
export function assertNever(value: never): never {
  throw new Error(`unexpected member of a union: ${JSON.stringify(value)}`);
}

/** Throws when something that cannot happen happened. The sentence says what must hold. */
export function invariant(condition: unknown, sentence: string): asserts condition {
  if (!condition) throw new Error(`invariant broken: ${sentence}`);
}
