/**
 * Which product is this process? Pure: products in, a matcher out. Reading processes is the scanners' part,
 * deciding what a match means for a session is the session tracker's.
 */
import type { Product, SystemRules } from '../../../shared/catalog.ts';
import type { ProcessInfo } from './os/ports.ts';

export type Platform = 'linux' | 'win32' | 'darwin';

/** What a process is to its product: see `SystemRules` in shared/catalog.ts. */
export type ProcessRole = 'main' | 'launcher' | 'helper' | 'worker';

export interface ProcessMatch {
  readonly productId: string;
  readonly role: ProcessRole;
  /** `exe`: the executable itself was seen. `name`: it could not be read (another user's process), the kernel's name fits. */
  readonly certainty: 'exe' | 'name';
}

/** A rule that cannot be used, and why; the other rules of the product still work. */
export interface RuleProblem {
  readonly productId: string;
  readonly message: string;
}

export interface Matcher {
  /** Cheap and generous: false only when `match` cannot succeed, so that path and arguments need not be read. */
  candidate(process: Pick<ProcessInfo, 'name'>): boolean;
  /** The most specific rule that fits, if any does. Never throws, whatever the process is called. */
  match(process: ProcessInfo): ProcessMatch | undefined;
  /** Rules that were left out. */
  readonly problems: readonly RuleProblem[];
}

/** @param platform whose rules and whose way of comparing names are used (case counts on Linux only) */
export function compileCatalog(products: readonly Product[], platform: Platform): Matcher {
  const byName = new Map<string, ProcessMatch>();
  for (const product of products) {
    const rules: SystemRules | undefined = product[platform];
    for (const name of rules?.main.flatMap((rule) => rule.exe ?? []) ?? [])
      byName.set(name, { productId: product.productId, role: 'main', certainty: 'exe' });
  }
  const baseName = (process: ProcessInfo) => process.exePath?.split(/[\\/]/).at(-1) ?? process.name;
  return {
    candidate: (process) => byName.has(process.name),
    match: (process) => byName.get(baseName(process)),
    problems: [],
  };
}
