/**
 * The product catalog: which licensed products exist and which processes are they. Data, not code: the files in
 * resources/catalog and the products an admin adds both have this shape. docs/CATALOG.md explains it with an example.
 */
import { z } from 'zod';
import type { Outcome } from './outcome.ts';
import { compileGlob, compileRegex, MAX_PATTERN_CHARACTERS, type Pattern } from './pattern.ts';

const MAX_ALTERNATIVES = 64;

/**
 * Executables that run other people's programs. Without a path or arguments beside the name they say nothing about
 * the product, and a command shell never says anything: a script's name is not an executable.
 */
export const SHELLS: readonly string[] = (
  'sh bash dash ash zsh ksh fish csh tcsh busybox cmd.exe powershell.exe pwsh pwsh.exe wscript.exe ' +
  'cscript.exe'
).split(' ');
export const PROGRAM_HOSTS: readonly string[] = (
  'java java.exe javaw.exe python python2 python3 python3.11 python3.12 python.exe pythonw.exe perl ' +
  'guile perl.exe ruby node node.exe mono dotnet dotnet.exe tclsh wish electron electron.exe wine ' +
  'wine64 wine-preloader wine64-preloader rundll32.exe svchost.exe dllhost.exe msiexec.exe mpiexec ' +
  'mpiexec.exe mpirun hydra_pmi_proxy bwrap env systemd launchd explorer.exe'
).split(' ');

/** A text that is a usable pattern; the refusal says why it is not. */
function patternText(compile: (source: string) => Outcome<Pattern, 'bad-pattern'>) {
  return z
    .string()
    .min(1)
    .max(MAX_PATTERN_CHARACTERS)
    .superRefine((source, context) => {
      const compiled = compile(source);
      if (!compiled.ok) context.addIssue({ code: 'custom', message: compiled.message });
    });
}

const globSchema = patternText((source) => compileGlob(source));
const globsSchema = z.array(globSchema).min(1).max(MAX_ALTERNATIVES);
const regexSchema = patternText((source) => compileRegex(source));

/** The part of a path glob behind its last separator; the whole text when there is none. */
export function lastSegment(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

/** File-name globs of a rule's executables: what `exe` says, else the last segments of `path`. */
export function baseNamesOf(rule: Pick<ProcessRule, 'exe' | 'path'>): readonly string[] {
  return rule.exe ?? rule.path?.map(lastSegment) ?? [];
}

/** @returns the first of `names` that the glob fits, in any case */
function firstNameHit(glob: string, names: readonly string[]): string | undefined {
  if (!/[*?[]/u.test(glob)) return names.find((name) => name === glob.toLowerCase());
  const pattern = compileGlob(glob, { foldCase: true });
  return pattern.ok ? names.find((name) => pattern.value.test(name)) : undefined;
}

/**
 * How a process is recognized. Everything that is given must hold; inside a list any one is enough.
 * `exe` is the file name of the executable, `path` its whole path, `bundle` the macOS bundle identifier where the
 * system told it. Arguments alone never match anything. Names and paths are globs (`*`, `**` for any folders,
 * `?`, `[0-9]`); paths are written with `/` on every system. Case counts on Linux only.
 */
export const processRuleSchema = z
  .strictObject({
    exe: globsSchema.optional(),
    path: globsSchema.optional(),
    bundle: globsSchema.optional(),
    /** Names as the kernel knows the process, written in full (Linux shows 15 bytes). Needed where a link or a wrapper gives another name than the executable's. */
    comm: globsSchema.optional(),
    /** Regular expression over the arguments joined by blanks, found anywhere; narrows a match, never makes one. */
    args: regexSchema.optional(),
    /** Regular expression likewise; a process that fits is NOT the product (batch modes, workers). */
    notArgs: regexSchema.optional(),
  })
  .superRefine((rule, context) => {
    const refuse = (message: string) => context.addIssue({ code: 'custom', message });
    const bases = baseNamesOf(rule);
    if (bases.length === 0) refuse('a rule needs exe or path; bundle, comm and arguments only narrow it');
    for (const base of bases) {
      if (base === '') refuse('a path must end in the file name of the executable');
      const shell = firstNameHit(base, SHELLS);
      if (shell)
        refuse(
          `"${base}" also means the command shell "${shell}", and a script is never recognized by its shell`,
        );
      const host = firstNameHit(base, PROGRAM_HOSTS);
      if (host && !rule.path && !rule.args)
        refuse(`"${base}" also means "${host}", which runs any program: add path or args`);
    }
  });
export type ProcessRule = z.infer<typeof processRuleSchema>;

/** Short form of a rule: a glob for the file name, or for the whole path when it contains a `/`. */
export function ruleOfText(text: string): ProcessRule {
  return text.includes('/') ? { path: [text] } : { exe: [text] };
}

const namedProcessSchema = z.union([
  globSchema.superRefine((text, context) => {
    const checked = processRuleSchema.safeParse(ruleOfText(text));
    for (const issue of checked.error?.issues ?? [])
      context.addIssue({ code: 'custom', message: issue.message });
  }),
  processRuleSchema,
]);
/** A process beside the main one: a file name, a path, or a whole rule. */
export type NamedProcess = z.infer<typeof namedProcessSchema>;
const namedProcessesSchema = z.array(namedProcessSchema).max(MAX_ALTERNATIVES).default([]);

export const systemRulesSchema = z.strictObject({
  /** The processes that are the product: any of them running is a use of it. */
  main: z.array(processRuleSchema).min(1).max(MAX_ALTERNATIVES),
  /** Started first and gone or idle later; part of the tree, never counted by themselves. */
  launchers: namedProcessesSchema,
  /** License agents, updaters, web views: neither use nor activity. */
  helpers: namedProcessesSchema,
  /** Solvers, renderers, compilers: busy while they use CPU, also when they left the tree. */
  workers: namedProcessesSchema,
});
export type SystemRules = z.infer<typeof systemRulesSchema>;

export const productSchema = z.strictObject({
  /** kebab-case, stable for ever: usage records refer to it. */
  productId: z
    .string()
    .max(64)
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'lower-case words and digits joined by single hyphens'),
  name: z.string().min(1).max(100),
  vendor: z.string().min(1).max(100),
  category: z.enum([
    'cad',
    'bim',
    'gis',
    'simulation',
    'mathematics',
    'electronics',
    'office',
    'graphics',
    'other',
  ]),
  /** false: free software, listed so that a newcomer sees something; nobody buys seats for it. */
  licensed: z.boolean(),
  /** Kind of license manager in the words of the manager readers (flexnet, rlm, lmx, dsls ...) and its feature names. */
  licenseManager: z
    .strictObject({
      kind: z.string().min(1).max(40),
      vendorDaemon: z.string().min(1).max(64).optional(),
      features: z.array(z.string().min(1).max(128)).max(MAX_ALTERNATIVES),
    })
    .optional(),
  /**
   * What one session is. `instance`: every root process is a session of its own.
   * `login-session`: all processes of the product in one login session are one session.
   */
  sessionPer: z.enum(['instance', 'login-session']).default('login-session'),
  /** true: the names were read off a running installation (which systems: docs/CATALOG.md); false: from documents. */
  confirmed: z.boolean().default(false),
  linux: systemRulesSchema.optional(),
  win32: systemRulesSchema.optional(),
  darwin: systemRulesSchema.optional(),
});
export type Product = z.infer<typeof productSchema>;

export const catalogSchema = z.strictObject({
  $schema: z.string().optional(),
  products: z.array(productSchema),
});
export type Catalog = z.infer<typeof catalogSchema>;
