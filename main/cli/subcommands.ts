/** Every subcommand as data: its words, options and where its code is. Help, parsing and completion are made from it. */
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

const JSON_OPTION: OptionSpec = {
  flags: '--json',
  text: 'print JSON for scripts (docs/COMMANDS.md has the shapes)',
};
const DATA: OptionSpec = {
  flags: '--data <dir>',
  text: 'data folder instead of the platform’s own',
  completes: 'folder',
};
const COMMON = [DATA, JSON_OPTION] as const;
const ADMIN: readonly OptionSpec[] = [
  { flags: '--server <url>', text: 'address of the server (default: the one that runs here)' },
  {
    flags: '--token <token>',
    text: 'admin token (default: USHER_ADMIN_TOKEN, or the file that the server here keeps)',
  },
  ...COMMON,
];
const SERVER_OPTIONS: readonly OptionSpec[] = [
  {
    flags: '--host <address>',
    text: 'address to listen on (default 127.0.0.1); another one needs TLS or --behind-proxy',
  },
  { flags: '--port <number>', text: 'port to listen on (default 4780, or the one used before)' },
  { flags: '--tls-cert <file>', text: 'certificate chain, PEM', completes: 'file' },
  { flags: '--tls-key <file>', text: 'private key, PEM', completes: 'file' },
  { flags: '--behind-proxy', text: 'a proxy in front ends TLS' },
];
const PANEL_OPTIONS: readonly OptionSpec[] = [
  { flags: '--no-open', text: 'do not open the panel; its address is printed' },
  { flags: '--browser', text: 'open the panel in the default browser, not in Electron' },
];
const PRODUCT = {
  form: '<product>',
  text: 'id of a product, or part of its name',
  completes: 'product',
} as const;

export const SUBCOMMANDS: readonly Subcommand[] = [
  {
    name: 'start',
    words: [],
    summary: 'start Usher here: server, agent host and panel; or join the one that runs',
    options: [
      { flags: '--demo', text: 'beside forty simulated colleagues, in a temporary data folder' },
      { flags: '--own-server', text: 'start an own server even if another account of this machine has one' },
      {
        flags: '--door <dir>',
        text: 'folder by which other accounts of this machine join (Linux)',
        completes: 'folder',
      },
      { flags: '--join <dir>', text: 'join the server behind this door', completes: 'folder' },
      ...PANEL_OPTIONS,
      ...SERVER_OPTIONS,
      ...COMMON,
    ],
    examples: ['usher start', 'usher start --demo', 'usher start --data ./here --no-open'],
    load: () => import('./commands/start.ts'),
  },
  {
    name: 'status',
    words: [],
    summary: 'what runs here, my seats, offers and places in queues',
    options: COMMON,
    load: () => import('./commands/status.ts'),
  },
  {
    name: 'who',
    words: [{ ...PRODUCT, form: '[product]' }],
    summary: 'who holds seats, where, since when, active or idle; and who waits',
    options: COMMON,
    examples: ['usher who', 'usher who freecad', 'usher who --json'],
    load: () => import('./commands/who.ts'),
  },
  {
    name: 'queue',
    words: [PRODUCT],
    summary: 'queue for a seat; Usher tells you when it is your turn',
    options: COMMON,
    load: () => import('./commands/queue.ts'),
  },
  {
    name: 'leave',
    words: [PRODUCT],
    summary: 'leave the queue for a product',
    options: COMMON,
    load: () => import('./commands/leave.ts'),
  },
  {
    name: 'claim',
    words: [{ ...PRODUCT, form: '[product]' }],
    summary: 'take the seat that is held for you',
    options: COMMON,
    load: () => import('./commands/claim.ts'),
  },
  {
    name: 'release',
    words: [{ ...PRODUCT, form: '[product]' }],
    summary: 'give a seat back; the application keeps running',
    options: COMMON,
    load: () => import('./commands/release.ts'),
  },
  {
    name: 'wait',
    words: [
      PRODUCT,
      { form: '<command...>', text: 'after `--`: the command to run with the seat', completes: 'command' },
    ],
    summary: 'wait for a seat, run a command with it, give it back when the command ends',
    options: [
      { flags: '--timeout <duration>', text: 'give up after this time without a seat: 90s, 15m, 2h' },
      ...COMMON,
    ],
    examples: [
      'usher wait freecad -- freecadcmd export.py',
      'usher wait --timeout 2h abaqus -- ./run-job.sh',
    ],
    load: () => import('./commands/wait.ts'),
  },
  {
    name: 'pool list',
    words: [],
    summary: 'pools as the admin set them, with their numbers now',
    options: ADMIN,
    load: () => import('./commands/pool-list.ts'),
  },
  {
    name: 'pool set',
    words: [
      { form: '<pool>', text: 'id of a pool, or a product that gets one', completes: 'pool' },
      { form: '[seats]', text: 'seats that may be out at the same time' },
    ],
    summary: 'create a pool or change one',
    options: [
      { flags: '--name <name>', text: 'name that people see' },
      { flags: '--products <ids>', text: 'products that the pool serves, separated by commas' },
      { flags: '--overdraft <seats>', text: 'seats above the capacity that may be granted all the same' },
      { flags: '--enforcement <kind>', text: 'observe, ask or gate' },
      {
        flags: '--count-by <parts>',
        text: 'who counts as one holder: user,workstation,loginSession,process,device',
      },
      {
        flags: '--instances-per-seat <number>',
        text: 'sessions of one holder that share a seat; `any` for no limit',
      },
      {
        flags: '--offer-window <duration>',
        text: 'how long a seat is held for the next in the queue: 90s, 5m',
      },
      ...ADMIN,
    ],
    examples: ['usher pool set freecad 3', 'usher pool set cad-suite 5 --products freecad,librecad'],
    load: () => import('./commands/pool-set.ts'),
  },
  {
    name: 'probe',
    words: [],
    summary: 'read processes and idle sources once, for support',
    options: COMMON,
    load: () => import('./commands/probe.ts'),
  },
  {
    name: 'server',
    words: [],
    summary: 'run the server alone',
    options: [...SERVER_OPTIONS, ...COMMON],
    examples: ['usher server --host 0.0.0.0 --tls-cert cert.pem --tls-key key.pem'],
    load: () => import('./commands/server.ts'),
  },
  {
    name: 'agent',
    words: [],
    summary: 'run the agent host alone, for a server elsewhere',
    options: [
      { flags: '--server <url>', text: 'address of the server; remembered' },
      {
        flags: '--token <token>',
        text: 'enrollment token, for the first start (better: USHER_ENROLLMENT_TOKEN)',
      },
      { flags: '--open', text: 'open the panel' },
      ...COMMON,
    ],
    load: () => import('./commands/agent.ts'),
  },
  {
    name: 'doctor',
    words: [],
    summary: 'examine the data of the server here, also while it runs, and say what to do',
    options: COMMON,
    load: () => import('./commands/doctor.ts'),
  },
  {
    name: 'backup',
    words: [{ form: '<file>', text: 'new file for the backup' }],
    summary: 'copy the data of the server here into one file, also while it runs, and examine it',
    options: COMMON,
    examples: ['usher backup /mnt/backups/usher-monday.db'],
    load: () => import('./commands/backup.ts'),
  },
  {
    name: 'restore',
    words: [{ form: '<file>', text: 'a file that `usher backup` made' }],
    summary: 'put a backup in the place of the data here; the server must be stopped',
    options: COMMON,
    load: () => import('./commands/restore.ts'),
  },
  {
    name: 'admin token',
    words: [],
    summary: 'make a new admin token for the server of this account; the old one stops working',
    options: COMMON,
    load: () => import('./commands/admin-token.ts'),
  },
  {
    name: 'enrollment-token create',
    words: [],
    summary: 'make a token with which workstations join the server',
    options: [
      { flags: '--label <text>', text: 'what it is for' },
      { flags: '--valid-for <duration>', text: 'how long it may be used: 12h, 7d (default 7d)' },
      ...ADMIN,
    ],
    load: () => import('./commands/enrollment-token-create.ts'),
  },
  {
    name: 'completion',
    words: [
      {
        form: '<shell>',
        text: 'bash, zsh, fish or powershell',
        completes: ['bash', 'zsh', 'fish', 'powershell'],
      },
    ],
    summary: 'print the completion script of a shell',
    options: [JSON_OPTION],
    examples: [
      'source <(usher completion bash)',
      'usher completion fish > ~/.config/fish/completions/usher.fish',
    ],
    load: () => import('./commands/completion.ts'),
  },
  {
    name: 'version',
    words: [],
    summary: 'print versions',
    options: [JSON_OPTION],
    load: () => import('./commands/version.ts'),
  },
  {
    name: 'complete-names',
    words: [{ form: '<kind>', text: 'product or pool' }],
    summary: 'names for shell completion, one a line',
    options: COMMON,
    isHidden: true,
    load: () => import('./commands/complete-names.ts'),
  },
  {
    name: 'demo-colleagues',
    words: [],
    summary: 'the simulated colleagues of the demo; started by `usher start --demo`',
    options: COMMON,
    isHidden: true,
    load: () => import('./commands/demo-colleagues.ts'),
  },
];
