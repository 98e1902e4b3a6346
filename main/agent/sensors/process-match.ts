/**
 * Which product is this process? Pure: products in, a matcher out. Reading processes is the scanners' part,
 * deciding what a match means for a session is the session tracker's.
 */
import { type NamedProcess, type ProcessRule, type Product, ruleOfText } from '../../../shared/catalog.ts';
import { kernelNameOf, NameIndex, type Platform } from './match-names.ts';
import {
  type CompiledRule,
  compileRule,
  fitsByExecutable,
  fitsByName,
  type ProcessRole,
  viewOf,
} from './match-rule.ts';
import type { ProcessInfo } from './os/ports.ts';

export type { Platform } from './match-names.ts';
export type { ProcessRole } from './match-rule.ts';

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
  /**
   * Cheap and generous, by the kernel's name alone, so that path and arguments are read only where a rule may fit.
   * An application that runs under another name than its executable's is found when the rule's `comm` lists it.
   */
  candidate(process: Pick<ProcessInfo, 'name'>): boolean;
  /** The most specific rule that fits, if any does. Never throws, whatever the process is called. */
  match(process: ProcessInfo): ProcessMatch | undefined;
  /** Rules that were left out. */
  readonly problems: readonly RuleProblem[];
}

/** A rule with its place among all rules: the fitting rule of lowest rank wins. */
interface RankedRule {
  readonly rule: CompiledRule;
  readonly rank: number;
}

/** @param platform whose rules and whose way of comparing names are used (case counts on Linux only) */
export function compileCatalog(products: readonly Product[], platform: Platform): Matcher {
  const problems: RuleProblem[] = [];
  const rules = products
    .flatMap((product) => compileProduct(product, platform, problems))
    .sort(moreSpecificFirst);
  const byExecutable = new NameIndex<RankedRule>([]);
  const byKernelName = NameIndex.ofKernelNames<RankedRule>(platform);
  rules.forEach((rule, rank) => {
    for (const base of rule.bases) byExecutable.add(base, { rule, rank });
    for (const name of rule.kernelNames) byKernelName.add(name, { rule, rank });
  });

  return {
    candidate: ({ name }) => {
      const kernelName = kernelNameOf(name, platform);
      return byKernelName.has(kernelName.text, (pattern) => pattern.fitsKernelName(kernelName));
    },
    match: (process) => {
      const view = viewOf(process, platform);
      const { base, kernelName } = view;
      if (base !== undefined) {
        const named = byExecutable.find(base, (pattern) => pattern.fits(base));
        return asMatch(first(named.filter(({ rule }) => fitsByExecutable(rule, view))), 'exe');
      }
      const named = byKernelName.find(kernelName.text, (pattern) => pattern.fitsKernelName(kernelName));
      return asMatch(first(named.filter(({ rule }) => fitsByName(rule, view))), 'name');
    },
    problems,
  };
}

function compileProduct(product: Product, platform: Platform, problems: RuleProblem[]): CompiledRule[] {
  const rules = product[platform];
  if (!rules) return [];
  const compiled: CompiledRule[] = [];
  const add = (role: ProcessRole, rule: ProcessRule) => {
    const outcome = compileRule(product.productId, role, rule, platform);
    if (outcome.ok) compiled.push(outcome.value);
    else problems.push({ productId: product.productId, message: outcome.message });
  };
  for (const rule of rules.main) add('main', rule);
  for (const named of rules.workers) add('worker', ruleOf(named));
  for (const named of rules.launchers) add('launcher', ruleOf(named));
  for (const named of rules.helpers) add('helper', ruleOf(named));
  return compiled;
}

function ruleOf(named: NamedProcess): ProcessRule {
  return typeof named === 'string' ? ruleOfText(named) : named;
}

const ROLE_ORDER: readonly ProcessRole[] = ['main', 'worker', 'launcher', 'helper'];

/** A total order, so that the same catalog always answers the same, in whatever order its files were read. */
function moreSpecificFirst(left: CompiledRule, right: CompiledRule): number {
  return (
    right.specificity[0] - left.specificity[0] ||
    right.specificity[1] - left.specificity[1] ||
    ROLE_ORDER.indexOf(left.role) - ROLE_ORDER.indexOf(right.role) ||
    (left.productId < right.productId ? -1 : Number(left.productId > right.productId))
  );
}

function first(ranked: readonly RankedRule[]): CompiledRule | undefined {
  return ranked.reduce<RankedRule | undefined>(
    (best, next) => (best && best.rank <= next.rank ? best : next),
    undefined,
  )?.rule;
}

function asMatch(
  rule: CompiledRule | undefined,
  certainty: ProcessMatch['certainty'],
): ProcessMatch | undefined {
  return rule && { productId: rule.productId, role: rule.role, certainty };
}
