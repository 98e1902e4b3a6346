/** What a subcommand is as data, and the options that several share. */
import type { Run } from './context.ts';

export interface OptionSpec {
  /** In commander's form: `--data <dir>`. */
  readonly flags: string;
  readonly text: string;
  /** What a shell completes after it. */
  readonly completes?: 'folder' | 'file';
  readonly isHidden?: boolean;
}

export interface Subcommand {
  /** One or two words: `status`, `pool set`. */
  readonly name: string;
  /** In commander's form: `<product>`, `[command...]`. */
  readonly words: readonly {
    readonly form: string;
    readonly text: string;
    readonly completes?: 'product' | 'pool' | 'command' | readonly string[];
  }[];
  readonly summary: string;
  readonly options: readonly OptionSpec[];
  readonly examples?: readonly string[];
  readonly isHidden?: boolean;
  /** Loaded when the subcommand runs, so that the others cost nothing. */
  readonly load: () => Promise<{ readonly run: Run }>;
}

export const JSON_OPTION: OptionSpec = {
  flags: '--json',
  text: 'print JSON for scripts (docs/COMMANDS.md has the shapes)',
};
const DATA: OptionSpec = {
  flags: '--data <dir>',
  text: 'data folder instead of the platform’s own',
  completes: 'folder',
};
export const COMMON = [DATA, JSON_OPTION] as const;
export const ADMIN: readonly OptionSpec[] = [
  { flags: '--server <url>', text: 'address of the server (default: the one that runs here)' },
  {
    flags: '--token <token>',
    text: 'admin token (default: USHER_ADMIN_TOKEN, or the file that the server here keeps)',
  },
  ...COMMON,
];
export const SERVER_OPTIONS: readonly OptionSpec[] = [
  {
    flags: '--host <address>',
    text: 'address to listen on (default 127.0.0.1); another one needs TLS or --behind-proxy',
  },
  { flags: '--port <number>', text: 'port to listen on (default 4780, or the one used before)' },
  {
    flags: '--database-file <file>',
    text: 'file with the postgres://... address of the database',
    completes: 'file',
  },
  { flags: '--instance-url <url>', text: 'where other servers on this database reach this one' },
  { flags: '--tls-cert <file>', text: 'certificate chain, PEM', completes: 'file' },
  { flags: '--tls-key <file>', text: 'private key, PEM', completes: 'file' },
  { flags: '--behind-proxy', text: 'a proxy in front ends TLS' },
];
export const PANEL_OPTIONS: readonly OptionSpec[] = [
  { flags: '--no-open', text: 'do not open the panel; its address is printed' },
  { flags: '--browser', text: 'open the panel in the default browser, not in Electron' },
];
export const PRODUCT = {
  form: '<product>',
  text: 'id of a product, or part of its name',
  completes: 'product',
} as const;
