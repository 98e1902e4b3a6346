/** One process rule of the catalog, made ready for one system, and the question whether a process fits it. Pure. */
import { baseNamesOf, PROGRAM_HOSTS, type ProcessRule, SHELLS } from '../../../shared/catalog.ts';
import { failure, type Outcome, success } from '../../../shared/outcome.ts';
import { compileRegex, MAX_TEXT_CHARACTERS, type Pattern } from '../../../shared/pattern.ts';
import {
  compileName,
  foldName,
  foldPath,
  type KernelName,
  kernelNameOf,
  type NamePattern,
  type Platform,
} from './match-names.ts';
import type { ProcessInfo } from './os/ports.ts';

/** What a process is to its product: see `SystemRules` in shared/catalog.ts. */
export type ProcessRole = 'main' | 'launcher' | 'helper' | 'worker';

export interface CompiledRule {
  readonly productId: string;
  readonly role: ProcessRole;
  /** File names of the executable, any of which fits. */
  readonly bases: readonly NamePattern[];
  /** Names the kernel may show for it. */
  readonly kernelNames: readonly NamePattern[];
  readonly paths: readonly NamePattern[] | undefined;
  readonly bundles: readonly NamePattern[] | undefined;
  readonly comms: readonly NamePattern[] | undefined;
  readonly args: Pattern | undefined;
  readonly notArgs: Pattern | undefined;
  /** The name alone says enough when the executable cannot be read. */
  readonly nameSuffices: boolean;
  /**
   * How many conditions beside the file name (an exclusion is none); then how much of path or name and of the
   * arguments is spelled out.
   */
  readonly specificity: readonly [conditions: number, literalCharacters: number];
}

/** A process as rules see it: everything folded, the arguments joined when first asked for. */
export interface ProcessView {
  readonly path: string | undefined;
  readonly base: string | undefined;
  readonly kernelName: KernelName;
  readonly bundleId: string | undefined;
  /** undefined: could not be read. */
  readonly joinedArgs: () => string | undefined;
  /** File name of the first argument, undefined when arguments could not be read; '' when there are none. */
  readonly firstArgument: string | undefined;
}

const hostNames: ReadonlySet<string> = new Set([...SHELLS, ...PROGRAM_HOSTS]);
/** Interpreters carry versions (`python3.13`, `perl5.38-x86_64-linux-gnu`). */
const isHostName = (name: string): boolean =>
  hostNames.has(name) || /^(python|perl|ruby|tclsh|wish|java)[0-9]/u.test(name);

export function compileRule(
  productId: string,
  role: ProcessRole,
  rule: ProcessRule,
  platform: Platform,
): Outcome<CompiledRule, 'bad-rule'> {
  const refusals: string[] = [];
  const names = (globs: readonly string[] | undefined) =>
    globs?.flatMap((glob) => keep(compileName(glob, platform), refusals));
  const regex = (source: string | undefined) =>
    source === undefined
      ? undefined
      : keep(compileRegex(source, { foldCase: platform !== 'linux' }), refusals)[0];
  const bases = names(baseNamesOf(rule)) ?? [];
  const [paths, bundles, comms] = [names(rule.path), names(rule.bundle), names(rule.comm)];
  const [args, notArgs] = [regex(rule.args), regex(rule.notArgs)];
  if (bases.length === 0 || bases.some((base) => base.literal === ''))
    refusals.push('a rule needs the file name of an executable');
  if ([...SHELLS].some((shell) => bases.some((base) => base.fits(shell))))
    refusals.push('a command shell is not a product');
  if (refusals.length > 0) return failure('bad-rule', refusals.join('; '));
  const conditions = [paths, bundles, comms, args].filter((condition) => condition !== undefined).length;
  return success({
    productId,
    role,
    bases,
    kernelNames: comms ?? bases,
    paths,
    bundles,
    comms,
    args,
    notArgs,
    nameSuffices:
      !paths && !PROGRAM_HOSTS.some((host) => bases.some((base) => base.fits(foldName(host, platform)))),
    specificity: [conditions, literalCharactersOf(paths ?? bases) + (rule.args?.length ?? 0)],
  });
}

function keep<T>(outcome: Outcome<T>, refusals: string[]): T[] {
  if (outcome.ok) return [outcome.value];
  refusals.push(outcome.message);
  return [];
}

/** The least that a fitting process must spell out: one of several alternatives is enough to fit. */
function literalCharactersOf(patterns: readonly NamePattern[]): number {
  return Math.min(...patterns.map((pattern) => pattern.literalCharacters));
}

export function viewOf(process: ProcessInfo, platform: Platform): ProcessView {
  const path = process.exePath ? foldPath(process.exePath, platform) : undefined;
  let joined: string | undefined;
  return {
    path,
    base: path?.slice(path.lastIndexOf('/') + 1),
    kernelName: kernelNameOf(process.name, platform),
    bundleId: process.bundleId === undefined ? undefined : foldName(process.bundleId, platform),
    joinedArgs: () => {
      joined ??= process.args && joinArguments(process.args);
      return joined;
    },
    firstArgument: process.args && firstArgumentOf(process.args, platform),
  };
}

/** Joined by blanks, as far as patterns look. */
function joinArguments(args: readonly string[]): string {
  let joined = '';
  for (const argument of args) {
    if (joined.length > MAX_TEXT_CHARACTERS) break;
    joined += (joined === '' ? '' : ' ') + argument.slice(0, MAX_TEXT_CHARACTERS + 1);
  }
  return joined;
}

/** A login shell's name starts with a hyphen. */
function firstArgumentOf(args: readonly string[], platform: Platform): string {
  const path = foldPath((args[0] ?? '').slice(0, MAX_TEXT_CHARACTERS), platform);
  return path.slice(path.lastIndexOf('/') + 1).replace(/^-/u, '');
}

/** The executable is known and its file name fits already. */
export function fitsByExecutable(rule: CompiledRule, view: ProcessView): boolean {
  const { path, bundleId } = view;
  if (rule.paths && !rule.paths.some((pattern) => pattern.fits(path ?? ''))) return false;
  if (rule.bundles && bundleId !== undefined && !rule.bundles.some((pattern) => pattern.fits(bundleId)))
    return false;
  if (rule.comms && !rule.comms.some((pattern) => pattern.fitsKernelName(view.kernelName))) return false;
  return argumentsFit(rule, view);
}

/**
 * The executable cannot be read and the kernel's name fits already. A script carries the name of its file too, so
 * what shows an interpreter as its first argument, or nothing at all (kernel threads, zombies), does not fit.
 */
export function fitsByName(rule: CompiledRule, view: ProcessView): boolean {
  if (!rule.nameSuffices || view.firstArgument === '' || isHostName(view.firstArgument ?? '')) return false;
  return argumentsFit(rule, view);
}

/** Arguments that cannot be read satisfy no `args`, and do not exclude by `notArgs`. */
function argumentsFit(rule: CompiledRule, view: ProcessView): boolean {
  if (!rule.args && !rule.notArgs) return true;
  const joined = view.joinedArgs();
  if (rule.args && (joined === undefined || !rule.args.test(joined))) return false;
  return !(rule.notArgs && joined !== undefined && rule.notArgs.test(joined));
}
