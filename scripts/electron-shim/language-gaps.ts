/** What the lowered bundle calls and V8 8.3 does not have. Only what is called: a missing one fails loudly. */

function define(target: object, name: string, value: unknown): void {
  if (name in target) return;
  Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: false });
}

export function completeLanguage(): void {
  define(Object, 'hasOwn', (target: object, key: PropertyKey) => Object.hasOwn(target, key));
  define(Array.prototype, 'at', function at(this: readonly unknown[], index: number) {
    return this[index < 0 ? this.length + index : index];
  });
  define(
    Array.prototype,
    'toSorted',
    function toSorted(this: readonly unknown[], compare?: (left: unknown, right: unknown) => number) {
      return [...this].sort(compare);
    },
  );
  define(Array.prototype, 'toReversed', function toReversed(this: readonly unknown[]) {
    return [...this].reverse();
  });
  define(
    String.prototype,
    'replaceAll',
    function replaceAll(this: string, search: string | RegExp, by: string) {
      return typeof search === 'string' ? this.split(search).join(by) : this.replace(search, by);
    },
  );
  define(String.prototype, 'at', function at(this: string, index: number) {
    return this[index < 0 ? this.length + index : index];
  });
  // Strong instead of weak: a test's process does not live long enough to leak.
  define(
    globalThis,
    'WeakRef',
    class {
      readonly #value: unknown;
      constructor(value: unknown) {
        this.#value = value;
      }
      deref(): unknown {
        return this.#value;
      }
    },
  );
}
