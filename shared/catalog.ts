/**
 * The product catalog: which licensed products exist and which processes are they. Data, not code: the files in
 * resources/catalog and the products an admin adds both have this shape.
 */
import { z } from 'zod';

/**
 * How a process is recognized. A process matches when its executable matches (`exe` by file name, `path` by the
 * whole path, `bundle` by macOS bundle identifier) and, where given, `comm` and `args` match too. Arguments alone
 * never match anything. Patterns with `*` are globs; without, whole names. Case counts on Linux only.
 */
export const processRuleSchema = z
  .strictObject({
    exe: z.array(z.string().min(1)).min(1).optional(),
    path: z.array(z.string().min(1)).min(1).optional(),
    bundle: z.array(z.string().min(1)).min(1).optional(),
    /** Narrows the match by the process name as the kernel knows it (Linux: at most 15 bytes). */
    comm: z.array(z.string().min(1)).min(1).optional(),
    /** Regular expression over the joined arguments; narrows a match, never makes one. */
    args: z.string().min(1).optional(),
    /** Regular expression over the joined arguments; a process that fits is NOT the product (batch modes, workers). */
    notArgs: z.string().min(1).optional(),
  })
  .refine((rule) => rule.exe || rule.path || rule.bundle, 'a rule needs exe, path or bundle');
export type ProcessRule = z.infer<typeof processRuleSchema>;

export const systemRulesSchema = z.strictObject({
  /** The processes that are the product: any of them running is a use of it. */
  main: z.array(processRuleSchema).min(1),
  /** Started first and gone or idle later; part of the tree, never counted by themselves. */
  launchers: z.array(z.string()).default([]),
  /** License agents, updaters, web views: neither use nor activity. File names of executables. */
  helpers: z.array(z.string()).default([]),
  /** Solvers, renderers, compilers: busy while they use CPU, also when they left the tree. File names. */
  workers: z.array(z.string()).default([]),
});
export type SystemRules = z.infer<typeof systemRulesSchema>;

export const productSchema = z.strictObject({
  /** kebab-case, stable for ever: usage records refer to it. */
  productId: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  name: z.string().min(1),
  vendor: z.string().min(1),
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
      kind: z.string().min(1),
      vendorDaemon: z.string().optional(),
      features: z.array(z.string()),
    })
    .optional(),
  /**
   * What one session is. `instance`: every root process is a session of its own.
   * `login-session`: all processes of the product in one login session are one session.
   */
  sessionPer: z.enum(['instance', 'login-session']).default('login-session'),
  /** true: the names were read off a running installation; false: from documents, to be confirmed. */
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
