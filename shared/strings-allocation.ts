/** What console and command say about shares, deny lists, admission and hours of a pool. */
import type { Admission } from './domain.ts';
import type { HoldBack } from './rest/allocation.ts';

export const allocationText = {
  everybodyElse: 'everybody else',
  unknown: 'unknown',
  holdBack: {
    paused: 'the pool is paused',
    draining: 'the pool is draining',
    full: 'nothing is free',
    reserved: 'the rest is kept for other groups',
    cap: 'the group has reached its cap',
    unknown: 'the license server does not answer',
  } satisfies Readonly<Record<HoldBack, string>>,
} as const;

export const admissionText: Readonly<
  Record<Admission, { readonly name: string; readonly act: string; readonly sentence: string }>
> = {
  open: {
    name: 'Open',
    act: 'Open it',
    sentence: 'Seats are granted and offered again; whoever waits is served at once.',
  },
  paused: {
    name: 'Paused',
    act: 'Pause it',
    sentence: 'Nothing is granted or offered. People may wait, and seats that are out stay out.',
  },
  draining: {
    name: 'Draining',
    act: 'Drain it',
    sentence:
      'Nothing is granted, held seats are withdrawn, and nobody new may wait. Seats that are out stay out.',
  },
};

/** The console's tab on how a pool is divided. */
export const shareText = {
  who: 'Who can get what now',
  whoHint: 'As the next person of each group would find it at this moment.',
  resting: 'Outside the working hours: shares and limits rest.',
  group: 'Group',
  reserved: 'Reserved',
  cap: 'Cap',
  rank: 'Class',
  inUse: 'In use',
  lent: 'Lent',
  waiting: 'Waiting',
  couldGet: 'Could get now',
  whyNotMore: 'Why not more',
  shares: 'Shares',
  addShare: 'Give a group a share',
  editShare: (group: string) => `Share of ${group}`,
  newShare: 'Give a group a share',
  reservedLabel: 'Reserved units',
  reservedHint: 'Kept for the group, also while it does not use them.',
  capLabel: 'Never more than',
  capHint: 'Empty: no cap.',
  rankLabel: 'Class in the queue',
  rankHint: '0 goes first; empty: as everybody (5).',
  saveShare: 'Save the share',
  removeShare: 'Take the share away',
  wrongNumber: 'Write a whole number, or leave it empty.',
  noGroups: 'There are no groups yet. Make one under People and groups.',
  edit: 'Edit',
  rules: 'For everybody',
  unitsPerUser: 'Most units for one person',
  lending: 'Unused reserved seats',
  lendings: { never: 'are kept', 'until-asked': 'are lent until a member asks' },
  save: 'Save',
  saved: 'Saved.',
  denied: 'Deny list',
  noDenied: 'Nobody is kept from these seats.',
  deny: 'Keep somebody from it',
  denyTitle: 'Keep somebody from these seats',
  denyWho: 'A person or a group',
  denyFor: 'How long',
  denyLengths: { none: 'until it is lifted', '1': '1 day', '7': '7 days', '30': '30 days' },
  denyReason: 'Reason; they are told it',
  denyButton: 'Keep them from it',
  lift: 'Let them in again',
  liftOf: (name: string) => `Let them in again: ${name}`,
  until: 'Until',
  lifted: 'They may use it again.',
  who2: 'Who',
  reason: 'Reason',
} as const;

export const admissionDialogText = {
  label: 'Admission',
  title: (act: string, pool: string) => `${act}: ${pool}`,
  changed: (pool: string, word: string) => `${pool}: ${word.toLowerCase()}.`,
} as const;

/** How a seat is taken back. */
export const releaseText = {
  when: 'When',
  now: 'At once',
  warned: 'After a warning',
  minutes: 'Minutes until it ends',
  wrongMinutes: 'Write minutes from 1 to 1440.',
  warnButton: 'Warn the holder',
  told: (person: string, time: string) =>
    `${person} was told. The seat ends at ${time} unless it is given back before.`,
  unsaved: {
    yes: 'Their agent says: unsaved work is open there.',
    no: 'Their agent says: nothing is unsaved there.',
    unknown: 'Their agent cannot tell whether work is unsaved.',
    silent: 'Their agent has not said yet whether work is unsaved.',
  },
  note: (reason: string) => `Reason: ${reason}`,
  ends: (time: string) => `ends ${time}`,
  keep: 'Let them keep it',
  kept: (person: string) => `${person} keeps the seat.`,
  endNow: 'End it now',
  close: 'Close',
  look: 'Announced end',
  lookOf: (person: string) => `Announced end of the seat of ${person}`,
} as const;

export const hoursText = {
  working: 'Working hours',
  workingHint: 'Outside of them shares and limits rest.',
  always: 'Always',
  quiet: 'Quiet hours',
  quietHint: 'Within them nothing is offered that a person would have to answer.',
  never: 'Never',
  days: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'],
  from: 'From',
  to: 'to',
  add: 'Add hours',
  remove: 'Remove these hours',
  zone: 'Time zone',
  stated: 'At stated hours',
  wrong: 'Choose days, and an end that is after the start.',
} as const;

export const usersText = {
  tab: 'Users',
  empty: 'Nobody used it in the last 30 days.',
  active: 'Active now',
  units: 'Units held',
  waits: 'Waits',
  groups: 'Groups',
  recent: 'Sessions in 30 days',
  lastStarted: 'Started last',
  lastSeen: 'Last seen',
  summary: (active: number, units: number, recent: number) =>
    `${active} active now with ${units} units; ${recent} in the last 30 days.`,
} as const;

export const poolTabs = {
  seats: 'Seats',
  queue: 'Queue',
  users: 'Users',
  allocation: 'Allocation',
  settings: 'Settings',
} as const;
