/** The subcommands of an admin as data; subcommands.ts puts them beside the others. */
import { ADMIN, type OptionSpec, type Subcommand } from '../subcommand-parts.ts';

const POOL = { form: '<pool>', text: 'id of a pool, or part of its name', completes: 'pool' } as const;
const GROUP = { form: '<group>', text: 'id of a group, or part of its name' } as const;
const PERSON = { form: '<person>', text: 'login, id, or part of the name of a person' } as const;
const REASON: OptionSpec = { flags: '--reason <text>', text: 'why; the audit keeps it' };

const admissionCommand = (
  name: 'open' | 'pause' | 'drain',
  summary: string,
  load: Subcommand['load'],
): Subcommand => ({
  name: `pool ${name}`,
  words: [POOL],
  summary,
  options: [REASON, ...ADMIN],
  examples: [`usher pool ${name} freecad --reason "License server moves"`],
  load,
});

const POOL_SETTINGS_OPTIONS: readonly OptionSpec[] = [
  { flags: '--name <name>', text: 'name that people see' },
  { flags: '--products <ids>', text: 'products that the pool serves, separated by commas' },
  { flags: '--overdraft <seats>', text: 'seats above the capacity that may be granted all the same' },
  { flags: '--enforcement <kind>', text: 'observe, ask or gate' },
  {
    flags: '--count-by <parts>',
    text: 'who counts as one holder: user,workstation,loginSession,process,device,product',
  },
  {
    flags: '--instances-per-seat <number>',
    text: 'sessions of one holder that share a seat; `any` for no limit',
  },
  {
    flags: '--offer-window <duration>',
    text: 'how long a seat is held for the next in the queue: 90s, 5m',
  },
  { flags: '--units-per-user <number>', text: 'most units for one person; `any` for no limit' },
  { flags: '--lending <kind>', text: 'whether reserved seats are lent: never or until-asked' },
  {
    flags: '--working-hours <hours>',
    text: '"Mon-Fri 08:00-18:00 Europe/Berlin": shares and limits hold then; `always`',
  },
  { flags: '--quiet-hours <hours>', text: 'nothing is offered then that a person must answer; `never`' },
  { flags: '--return-tickets <number>', text: 'places for later that a person may book in 24 hours' },
  { flags: '--false-denial-within <duration>', text: 'a denial served within it was a false one' },
  { flags: '--fair-share <duration>', text: 'so much idle holding costs a class in the queue; `off`' },
];

const POOL_COMMANDS: readonly Subcommand[] = [
  {
    name: 'pool list',
    words: [],
    summary: 'pools as the admin set them, with their numbers now',
    options: ADMIN,
    load: () => import('../commands/pool-list.ts'),
  },
  {
    name: 'pool set',
    words: [
      { form: '<pool>', text: 'id of a pool, or a product that gets one', completes: 'pool' },
      { form: '[seats]', text: 'seats that may be out at the same time' },
    ],
    summary: 'create a pool or change one',
    options: [...POOL_SETTINGS_OPTIONS, REASON, ...ADMIN],
    examples: ['usher pool set freecad 3', 'usher pool set cad-suite 5 --products freecad,librecad'],
    load: () => import('../commands/pool-set.ts'),
  },
  admissionCommand('pause', 'grant and offer nothing; people wait', async () => ({
    run: (await import('../commands/pool-admission.ts')).runFor('paused'),
  })),
  admissionCommand('drain', 'grant and offer nothing, and let nobody new wait', async () => ({
    run: (await import('../commands/pool-admission.ts')).runFor('draining'),
  })),
  admissionCommand('open', 'grant and offer again; who waits is served at once', async () => ({
    run: (await import('../commands/pool-admission.ts')).runFor('open'),
  })),
  {
    name: 'pool share',
    words: [POOL, GROUP],
    summary: 'what a group may expect of a pool',
    options: [
      { flags: '--reserved <units>', text: 'kept for the group, also while it does not use them' },
      { flags: '--cap <units>', text: 'the group never gets more; `none` for no cap' },
      { flags: '--class <number>', text: 'priority class in the queue, 0 goes first; `none` as everybody' },
      { flags: '--remove', text: 'take the share away' },
      ...ADMIN,
    ],
    examples: ['usher pool share freecad bridge-12 --reserved 2 --cap 4'],
    load: () => import('../commands/pool-share.ts'),
  },
  {
    name: 'pool deny',
    words: [POOL, { form: '<who>', text: 'a person; with --group, a group' }],
    summary: 'keep somebody from the seats of a pool; they are told the reason',
    options: [
      { flags: '--group', text: 'the word names a group' },
      REASON,
      { flags: '--for <duration>', text: 'how long: 8h, 7d (default: until it is lifted)' },
      ...ADMIN,
    ],
    load: () => import('../commands/pool-deny.ts'),
  },
  {
    name: 'pool allow',
    words: [POOL, { form: '<who>', text: 'a person; with --group, a group' }],
    summary: 'take somebody off the deny list of a pool',
    options: [{ flags: '--group', text: 'the word names a group' }, ...ADMIN],
    load: () => import('../commands/pool-allow.ts'),
  },
  {
    name: 'pool users',
    words: [POOL],
    summary: 'who uses a pool now and in the last 30 days, with units held',
    options: ADMIN,
    load: () => import('../commands/pool-users.ts'),
  },
  {
    name: 'pool allocation',
    words: [POOL],
    summary: 'who can get what of a pool now, group by group',
    options: ADMIN,
    load: () => import('../commands/pool-allocation.ts'),
  },
];

const PEOPLE_COMMANDS: readonly Subcommand[] = [
  {
    name: 'person list',
    words: [{ form: '[search]', text: 'part of a name' }],
    summary: 'people with logins, groups and contact',
    options: ADMIN,
    load: () => import('../commands/person-list.ts'),
  },
  {
    name: 'person set',
    words: [PERSON],
    summary: 'change the name or the contact of a person',
    options: [
      { flags: '--name <name>', text: 'name that others see' },
      { flags: '--mail <address>', text: 'mail address; `none` to empty it' },
      { flags: '--phone <number>', text: 'phone number; `none` to empty it' },
      { flags: '--chat <link>', text: 'chat link; `none` to empty it' },
      { flags: '--visible <word>', text: 'whether colleagues see it: yes or no' },
      ...ADMIN,
    ],
    load: () => import('../commands/person-set.ts'),
  },
  {
    name: 'person import',
    words: [{ form: '<file>', text: 'CSV with a line of heads; `-` reads standard input' }],
    summary: 'add and change people by CSV',
    options: [
      { flags: '--dry-run', text: 'say line by line what would change, and change nothing' },
      ...ADMIN,
    ],
    examples: ['usher person import people.csv --dry-run'],
    load: () => import('../commands/person-import.ts'),
  },
  {
    name: 'person export',
    words: [],
    summary: 'print everybody as CSV, in the form that the import reads',
    options: ADMIN,
    examples: ['usher person export > people.csv'],
    load: () => import('../commands/person-export.ts'),
  },
  {
    name: 'person erase',
    words: [PERSON],
    summary: 'erase a person: name, accounts, contact and credentials; the audit keeps an empty id',
    options: [{ flags: '--yes', text: 'do it; without this only says what would go' }, ...ADMIN],
    load: () => import('../commands/person-erase.ts'),
  },
];

const GROUP_COMMANDS: readonly Subcommand[] = [
  {
    name: 'group list',
    words: [],
    summary: 'groups as a tree, with members and shares',
    options: ADMIN,
    load: () => import('../commands/group-list.ts'),
  },
  {
    name: 'group set',
    words: [{ form: '<group>', text: 'id of a group; a new one is made' }],
    summary: 'make a group, rename it, or move it into another',
    options: [
      { flags: '--name <name>', text: 'name that people see' },
      { flags: '--in <group>', text: 'the group that it lies in; `none` for no group' },
      ...ADMIN,
    ],
    examples: ['usher group set bridge-12 --name "Bridge 12" --in engineering'],
    load: () => import('../commands/group-set.ts'),
  },
  {
    name: 'group remove',
    words: [GROUP],
    summary: 'remove a group; those within it move up',
    options: ADMIN,
    load: () => import('../commands/group-remove.ts'),
  },
  {
    name: 'group members',
    words: [GROUP],
    summary: 'people whom a group names',
    options: ADMIN,
    load: () => import('../commands/group-members.ts'),
  },
  {
    name: 'group add',
    words: [GROUP, { ...PERSON, form: '<person...>' }],
    summary: 'let people join a group',
    options: ADMIN,
    load: async () => ({ run: (await import('../commands/group-change.ts')).runFor('add') }),
  },
  {
    name: 'group drop',
    words: [GROUP, { ...PERSON, form: '<person...>' }],
    summary: 'let people leave a group',
    options: ADMIN,
    load: async () => ({ run: (await import('../commands/group-change.ts')).runFor('remove') }),
  },
];

const SEAT_COMMANDS: readonly Subcommand[] = [
  {
    name: 'lease list',
    words: [{ ...POOL, form: '[pool]' }],
    summary: 'seats that are out, with announced ends and unsaved work',
    options: ADMIN,
    load: () => import('../commands/lease-list.ts'),
  },
  {
    name: 'lease release',
    words: [{ form: '<lease>', text: 'id of a seat that is out (usher lease list)' }],
    summary: 'take a seat back, at once or after a warning; the application keeps running',
    options: [REASON, { flags: '--warn <duration>', text: 'tell the holder so long before: 5m' }, ...ADMIN],
    examples: ['usher lease release 5d0c… --reason "Deadline of team B" --warn 5m'],
    load: () => import('../commands/lease-release.ts'),
  },
  {
    name: 'lease keep',
    words: [{ form: '<lease>', text: 'id of a seat whose end was announced' }],
    summary: 'take an announced end back',
    options: ADMIN,
    load: () => import('../commands/lease-keep.ts'),
  },
  {
    name: 'denials',
    words: [],
    summary: 'requests that found no seat, newest first; false ones apart',
    options: [
      { flags: '--days <number>', text: 'of so many days (default 7)' },
      { flags: '--product <id>', text: 'of one product' },
      { flags: '--reason <kind>', text: 'with one reason, such as no-free-seat' },
      { flags: '--false', text: 'only those that were served soon after' },
      { flags: '--true', text: 'only the others' },
      ...ADMIN,
    ],
    load: () => import('../commands/denials.ts'),
  },
];

export const ADMIN_SUBCOMMANDS: readonly Subcommand[] = [
  ...POOL_COMMANDS,
  ...SEAT_COMMANDS,
  ...PEOPLE_COMMANDS,
  ...GROUP_COMMANDS,
  {
    name: 'enrollment-token create',
    words: [],
    summary: 'make a token with which workstations join the server',
    options: [
      { flags: '--label <text>', text: 'what it is for' },
      { flags: '--valid-for <duration>', text: 'how long it may be used: 12h, 7d (default 7d)' },
      ...ADMIN,
    ],
    load: () => import('../commands/enrollment-token-create.ts'),
  },
];
