/** What the console says: navigation, headings, teaching empty places, and each danger as a sentence. */
import type { CountingKeyPart, Enforcement } from './domain.ts';
import { count, joinNames } from './strings.ts';

export const consoleText = {
  title: 'Usher',
  navigation: 'Pages',
  pages: {
    overview: 'Overview',
    pools: 'Products',
    queue: 'Queue and offers',
    workstations: 'Workstations',
    people: 'People and groups',
    denials: 'Denials',
    usage: 'Usage',
    enrollment: 'Enrollment',
    log: 'Log',
  },
  signIn: {
    title: 'Sign in to Usher',
    hint: 'The first start of the server printed an admin token once. "usher admin token" on the server makes a new one.',
    label: 'Admin token',
    button: 'Sign in',
    ended: 'Your sign-in has ended. Sign in again to go on.',
  },
  signOut: 'Sign out',
  demo: 'Demo: simulated people are marked',
  loading: 'Loading …',
  tryAgain: 'Try again',
  unreachable: 'The server did not answer. Check that it runs; this page tries again by itself.',
  badAnswer:
    'The server answered in a form this page does not know. Reload the page; it may be of another version.',
  cancel: 'Cancel',
  filter: 'Filter',
  shown: (shown: number, total: number) =>
    shown === total ? count(total, 'row', 'rows') : `${shown} of ${count(total, 'row', 'rows')}`,
  more: 'Show more',
  readAgain: 'Read again',
  noMatch: 'Nothing fits the filter.',
} as const;

export const overviewText = {
  headline: (attention: number) =>
    attention === 0 ? 'Nothing needs you now.' : `${count(attention, 'thing needs', 'things need')} you now.`,
  noPools: 'Nobody counts seats yet. Make a pool for a product, and its users, queue and history appear.',
  makePool: 'Make a pool',
  contended: (people: number, pool: string, capacity: number) =>
    `${count(people, 'person waits', 'people wait')} for ${pool}; ${capacity === 1 ? 'its only seat is' : `all ${capacity} seats are`} in use.`,
  heldForQueue: (people: number, pool: string) =>
    `${count(people, 'person is', 'people are')} in the queue for ${pool}; a seat is held for the next.`,
  idleHolders: (holders: number, longest: string) =>
    `${count(holders, 'holder is', 'holders are')} idle, the longest for ${longest}.`,
  unknown: (pool: string, since: string) =>
    `${pool}: numbers unknown since ${since}; its license server does not answer.`,
  over: (pool: string, inUse: number, capacity: number) => `${pool}: ${inUse} in use, ${capacity} allowed.`,
  silent: (workstations: number) =>
    `${count(workstations, 'workstation that holds seats is', 'workstations that hold seats are')} not connected. Their seats end by themselves when they stay away.`,
  denials: (denials: number, products: readonly string[]) =>
    `${count(denials, 'request', 'requests')} found no seat today (${joinNames(products)}).`,
  overage: (sessions: number, products: readonly string[]) =>
    `${count(sessions, 'application runs', 'applications run')} without a seat (${joinNames(products)}).`,
  outdated: (workstations: number, version: string) =>
    `${count(workstations, 'workstation runs', 'workstations run')} another version of Usher than this server (${version}).`,
  poolsTitle: 'Pools now',
} as const;

export const poolText = {
  make: 'Make a pool',
  edit: 'Edit',
  create: 'Create the pool',
  save: 'Save the changes',
  editTitle: (pool: string) => `Edit ${pool}`,
  empty: 'No pool counts seats yet. A pool is a number of seats for one or more products.',
  noHolders: 'Nobody has a seat now.',
  noQueue: 'Nobody waits.',
  holders: 'Holders',
  queue: 'Queue',
  settings: 'Settings',
  catalog: 'Products Usher recognizes',
  counts: 'counted by',
  notCounted: 'nobody counts it',
  unknownPool: 'This pool does not exist any more.',
  name: 'Name',
  capacity: 'Seats',
  capacityHint: 'How many may be in use at the same time.',
  products: 'Products it serves',
  productsHint: 'Type to find a product.',
  noProducts: 'Choose at least one product, or nobody can use the pool.',
  counting: 'What takes one seat',
  instances: 'Sessions that share one seat',
  instancesHint: 'Empty: any number.',
  anyNumber: 'any number',
  more: 'More',
  pools: 'Pools',
  makeFor: (product: string) => `Make a pool for ${product}`,
  takeOut: (product: string) => `Take out ${product}`,
  moreProducts: (products: number) => `${products} more; type to find them.`,
  each: (unit: string) => `each ${unit}`,
  and: 'and',
  yes: 'yes',
  no: 'no',
  enforcement: 'When no seat is free',
  offerWindow: 'Minutes an offer holds its seat',
  missedOffers: 'Missed offers that end a place in the queue',
  overdraft: 'Seats above the capacity that may be granted all the same',
  keepWhileAsleep: 'A sleeping or offline workstation keeps its seat',
  free: 'Free this seat',
  freeButton: 'Free the seat',
  freeTitle: (person: string) => `Free the seat of ${person}`,
  freeSentence: (person: string, product: string, workstation: string) =>
    `${product} on ${workstation} keeps running, without a seat, and ${person} is told. The seat goes to the next person in the queue.`,
  reason: 'Reason, for the log',
  reasonHint: 'At least three characters.',
  freed: (person: string) => `The seat of ${person} is free.`,
  remove: 'Remove this pool',
  removeButton: 'Remove the pool',
  removeTitle: (pool: string) => `Remove ${pool}`,
  removeSentence: (holders: number, waiting: number) =>
    `${count(holders, 'session', 'sessions')} and ${count(waiting, 'place', 'places')} in the queue lose this pool. Applications keep running, and nobody counts these seats any more. The history stays.`,
  returnTickets: 'Places for later that a person may book in 24 hours',
  falseDenial: 'A denial served within this time was a false one',
  falseDenialSeconds: 'Seconds within which a denial served was a false one',
  fairShare: 'Long idle holding costs rank',
  fairShareHours: 'Idle hours that cost one class; empty: off',
  fairShareOff: 'no',
  fairShareOn: (idle: string, classes: number, halfLife: string) =>
    `one class for each ${idle} idle, at most ${classes}; halves every ${halfLife}`,
  saved: (pool: string) => `${pool} is saved.`,
  created: (pool: string) => `${pool} counts seats now.`,
  removed: (pool: string) => `${pool} is removed.`,
} as const;

export const enforcementText: Readonly<
  Record<Enforcement, { readonly name: string; readonly hint: string }>
> = {
  observe: { name: 'Observe', hint: 'Record it, and say nothing to the person.' },
  ask: { name: 'Ask', hint: 'Tell the person at once, with a button to queue.' },
  gate: {
    name: 'Gate',
    hint: 'Applications are meant to be started by "usher wait", which waits for a seat.',
  },
};

/** What may count as one holder. */
export const countingWords: Readonly<Record<CountingKeyPart, string>> = {
  user: 'person',
  workstation: 'workstation',
  loginSession: 'login session',
  process: 'running application',
  product: 'the application',
  device: 'device',
};

export const tablesText = {
  queueEmpty: 'Nobody waits for a seat.',
  workstationsEmpty: 'No workstation has enrolled yet. Make an enrollment token and give it to one.',
  usageEmpty: 'No session in this time. Usage appears as soon as somebody opens a product.',
  usageByProduct: 'By product',
  usageSessions: 'Sessions',
  usageNote: (idleAfter: string) =>
    `Granted: how long the seat was out. Actual: that time without gaps of ${idleAfter} or more in which nothing happened.`,
  logRecord: 'the record',
  logEmpty: 'Nothing has happened yet.',
  logNote:
    'Everything the ledger decided, newest first. A row opens to the record itself, which holds opaque ids only.',
  connected: 'connected',
  away: (since: string) => `away since ${since}`,
  neverConnected: 'never connected',
  copied: 'its credential was copied: enroll the copy again',
  running: 'running',
  noSeat: 'no seat',
  heldUntil: (time: string) => `held until ${time}`,
  expected: (half: string, most: string) => `50 % by ${half}, 90 % by ${most}`,
  expectedOpen: (half: string) => `50 % by ${half}, perhaps much later`,
  holdsOne: 'holds one',
  borrowed: 'lent',
  withoutSeat: 'without a seat',
  time: 'Time',
  periods: { '1': 'Last 24 hours', '7': 'Last 7 days', '30': 'Last 30 days' },
} as const;

export const enrollmentText = {
  explain:
    'A workstation joins with a token: "usher agent --server ADDRESS --token TOKEN". A token can do nothing else, works for many workstations, and can be revoked at any time.',
  make: 'Make a token',
  label: 'What is it for?',
  labelHint: 'For example: CAD room, October',
  validFor: 'Valid for',
  create: 'Make the token',
  createdTitle: 'Copy this token now',
  createdSentence: 'It is shown only once. Whoever has it can enroll workstations until it ends.',
  copy: 'Copy',
  copied: 'Copied',
  done: 'I have copied it',
  lengths: { '1': '1 day', '7': '7 days', '30': '30 days', '365': '1 year' },
  empty: 'There is no token. Make one, and workstations can join with it.',
  valid: (until: string) => `valid until ${until}`,
  expired: (since: string) => `ended ${since}`,
  revoked: 'revoked',
  revoke: 'Revoke',
  revokeButton: 'Revoke the token',
  revokeTitle: (label: string) => `Revoke "${label}"`,
  revokeSentence: 'No further workstation can enroll with it. Workstations that did stay enrolled.',
} as const;

/** Heads of table columns. */
export const heads = {
  actual: 'Actual',
  contact: 'Contact',
  countedBy: 'Counted by',
  ended: 'Ended',
  enrolledWithIt: 'Enrolled with it',
  event: 'Event',
  facts: 'Facts',
  for: 'For',
  granted: 'Granted',
  idleTimeBy: 'Idle time by',
  inUse: 'In use',
  kind: 'Kind',
  lastContact: 'Last contact',
  made: 'Made',
  now: 'Now',
  number: 'Number',
  offer: 'Offer',
  oneSeatForEach: 'One seat for each',
  people: 'People',
  person: 'Person',
  place: 'Place',
  pool: 'Pool',
  processesBy: 'Processes by',
  product: 'Product',
  seat: 'Seat',
  sessions: 'Sessions',
  since: 'Since',
  started: 'Started',
  state: 'State',
  system: 'System',
  time: 'Time',
  used: 'Used',
  usesNow: 'Uses now',
  vendor: 'Vendor',
  version: 'Version',
  waiting: 'Waiting',
  waitsFor: 'Waits for',
  waitsSince: 'Waits since',
  expected: 'Can expect a seat',
  group: 'Group',
  groups: 'Groups',
  members: 'Members',
  removeAct: 'Remove',
  sharesOf: 'Shares of',
  lastSeen: 'Last seen',
  logins: 'Logins',
  whenFull: 'When full',
  withoutASeat: 'Without a seat',
  workstation: 'Workstation',
} as const;

/** What is wrong with a field of the pool form, and what to write instead. */
export const poolProblems = {
  name: 'Give it a name of at most 200 characters.',
  capacity: 'Write a whole number from 0 to 1,000,000.',
  instancesPerSeat: 'Write a whole number from 1, or leave it empty.',
  offerMinutes: 'Write minutes from 0.1 to 1440.',
  maximumMissedOffers: 'Write a whole number from 1 to 100.',
  overdraft: 'Write a whole number from 0.',
  returnTickets: 'Write a whole number from 0 to 24.',
  falseDenialSeconds: 'Write seconds from 0 to 3600.',
  fairShareHours: 'Write hours, or leave it empty.',
} as const;
