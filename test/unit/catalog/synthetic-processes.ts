/** Makes the processes that a rule describes, so that the catalog can be tested against itself. */
import fc from 'fast-check';
import { cutToBytes, type Platform } from '../../../main/agent/sensors/match-names.ts';
import type { ProcessInfo } from '../../../main/agent/sensors/os/ports.ts';
import type { ProcessRole } from '../../../main/agent/sensors/process-match.ts';
import {
  lastSegment,
  type NamedProcess,
  type ProcessRule,
  type Product,
  ruleOfText,
} from '../../../shared/catalog.ts';

export interface RuleUse {
  readonly productId: string;
  readonly vendor: string;
  readonly role: ProcessRole;
  readonly rule: ProcessRule;
}

export interface Synthetic extends RuleUse {
  readonly process: ProcessInfo;
}

const ruleOf = (named: NamedProcess): ProcessRule => (typeof named === 'string' ? ruleOfText(named) : named);

export function rulesOf(product: Product, platform: Platform): RuleUse[] {
  const rules = product[platform];
  if (!rules) return [];
  const use = (role: ProcessRole) => (named: NamedProcess) => ({
    productId: product.productId,
    vendor: product.vendor,
    role,
    rule: ruleOf(named),
  });
  return [
    ...rules.main.map(use('main')),
    ...rules.workers.map(use('worker')),
    ...rules.launchers.map(use('launcher')),
    ...rules.helpers.map(use('helper')),
  ];
}

/** A text that a glob fits: the shortest kind of one. */
export function textOfGlob(glob: string): string {
  return glob
    .replace(/\[(.)[^\]]*\]/gu, '$1')
    .replaceAll('**/', '/folder one/')
    .replaceAll('**', 'x')
    .replaceAll('*', '1')
    .replaceAll('?', 'q')
    .replaceAll('//', '/');
}

const ROOTS: Record<Platform, string> = {
  linux: '/opt/made up',
  win32: 'C:\\Program Files\\Made Up',
  darwin: '/Applications/Made Up',
};

/** The generator knows no `\b`; what it makes without is checked by the matcher, which does. */
function argumentsOf(rule: ProcessRule, base: string): readonly string[] {
  if (!rule.args) return [base];
  const [made = ''] = fc.sample(
    fc.stringMatching(new RegExp(rule.args.replaceAll('\\b', ''), 'u'), { maxLength: 200 }),
    {
      numRuns: 1,
      seed: 7,
    },
  );
  return [base, ...made.split(' ')];
}

function pathOf(glob: string, platform: Platform): string {
  const path = textOfGlob(glob);
  return platform === 'win32' ? `C:${path.replaceAll('/', '\\')}` : path;
}

/** One process for every way in which the rule can be satisfied. */
export function syntheticProcesses(use: RuleUse, platform: Platform): Synthetic[] {
  const { rule } = use;
  const paths = rule.path
    ? rule.path.map((glob) => pathOf(glob, platform))
    : (rule.exe ?? []).map(
        (glob) => `${ROOTS[platform]}${platform === 'win32' ? '\\' : '/'}${textOfGlob(glob)}`,
      );
  return paths.map((exePath, index) => {
    const base = lastSegment(exePath);
    const name = rule.comm ? textOfGlob(rule.comm[index % rule.comm.length] ?? base) : base;
    return {
      ...use,
      process: {
        pid: 1000 + index,
        ppid: 1,
        startKey: `${index}`,
        name: platform === 'linux' ? cutToBytes(name, 15) : name,
        exePath,
        args: argumentsOf(rule, base),
      },
    };
  });
}
