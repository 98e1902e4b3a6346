/** What console and command say about requests that found no seat. */
import type { DenialReason } from './domain.ts';
import { count } from './strings.ts';

export const denialReasonText: Readonly<Record<DenialReason, string>> = {
  'no-free-seat': 'no seat was free',
  'others-wait': 'others wait for it',
  'pool-unknown': 'no pool counts it',
  'denied-by-admin': 'on the deny list',
  'pool-paused': 'the pool is closed',
  'user-limit': 'limit per person',
  'group-cap': 'cap of the group',
  reserved: 'kept for other groups',
};

const reasons: Readonly<Record<string, string>> = denialReasonText;
/** A reason of a newer server is shown as it is. */
export const denialReason = (reason: string): string => reasons[reason] ?? reason;

export const denialsText = {
  title: 'Denials',
  note: 'A denial is a request that found no seat; the application ran without one. A false denial was served soon after, or by another pool: nobody had to wait.',
  denials: 'Denials',
  falseDenials: 'False denials',
  headline: (denials: number, falseDenials: number) =>
    `${count(denials, 'denial', 'denials')}, and ${count(falseDenials, 'false one', 'false ones')}`,
  byDay: 'By day',
  byProduct: 'By product',
  byPool: 'By pool',
  byReason: 'By reason',
  each: 'One by one',
  empty: 'Nobody was denied a seat in this time.',
  day: 'Day',
  why: 'Why',
  freeElsewhere: 'Free elsewhere',
  servedSoon: 'Served soon after',
  unknown: 'not written down',
  nothing: 'nothing',
  show: 'Show',
  kinds: { all: 'All', true: 'Without false ones', false: 'Only false ones' },
  allProducts: 'All products',
  chart: (days: number) => `Denials of each of the last ${days} days; the table below has the numbers`,
} as const;
