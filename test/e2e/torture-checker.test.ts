/** The torture's own reader of events must see what it is there to see: each contradiction here is planted. */
import { expect, it } from 'vitest';
import { LedgerReader } from '../support/house-ledger.ts';

type Planted = readonly [kind: string, body: object];

const who = (userId: string) => ({ userId, productId: 'text' });
const setUp: Planted[] = [
  ['pool-configured', { poolId: 'p', settings: { capacity: 1, overdraft: 0 } }],
  ['product-configured', { productId: 'text', alternatives: [[{ poolId: 'p', units: 1 }]] }],
];
const opened = (id: string, userId: string): Planted => [
  'session-opened',
  { sessionId: id, startedAtMs: 1, ...who(userId) },
];
const granted = (id: string, userId: string, via: 'request' | 'offer' = 'request'): Planted => [
  'lease-granted',
  { leaseId: id, poolId: 'p', units: 1, via, ...who(userId) },
];
const seated = (sessionId: string, leaseId: string): Planted => [
  'session-seated',
  { sessionId, seats: [{ leaseId }] },
];
const closed = (sessionId: string): Planted => [
  'session-closed',
  { sessionId, endedAtMs: 2, reason: 'exit' },
];
const ended = (leaseId: string, reason = 'exited'): Planted => ['lease-ended', { leaseId, reason }];
const queued = (ticketId: string, userId: string, sequence: number): Planted => [
  'ticket-queued',
  { ticketId, priorityClass: 5, sequence, ...who(userId) },
];
const offered = (offerId: string, ticketId: string, userId: string): Planted => [
  'offer-made',
  { offerId, ticketId, takes: [{ poolId: 'p', units: 1 }], ...who(userId) },
];
const offerEnded = (offerId: string): Planted => ['offer-ended', { offerId, reason: 'expired' }];

function violationsOf(planted: readonly Planted[]): string[] {
  const events = [...setUp, ...planted].map(([kind, body], index) => ({
    ...{ eventNumber: index + 1, atMs: index, kind },
    body,
  }));
  return new LedgerReader().read(events).violations;
}

it('[L1] [L20] [L30] finds nothing in a seat that is held, waited for, offered and claimed', () => {
  const story = [opened('s1', 'a'), granted('l1', 'a'), seated('s1', 'l1'), opened('s2', 'b')];
  const turn = [queued('t1', 'b', 1), queued('t2', 'c', 2), closed('s1'), ended('l1')];
  const claim: Planted[] = [
    offered('o1', 't1', 'b'),
    ['offer-ended', { offerId: 'o1', reason: 'claimed' }],
    ['ticket-ended', { ticketId: 't1', reason: 'claimed' }],
    granted('l2', 'b', 'offer'),
    seated('s2', 'l2'),
  ];
  expect(violationsOf([...story, ...turn, ...claim])).toEqual([]);
});

it.each<[string, RegExp, Planted[]]>([
  ['a seat granted twice', /2 of 1 seats/, [granted('l1', 'a'), granted('l2', 'b')]],
  [
    'an offer beside a lease',
    /2 of 1 seats/,
    [granted('l1', 'a'), queued('t1', 'b', 1), offered('o1', 't1', 'b')],
  ],
  ['a newcomer served before who waits', /past 1 who wait/, [queued('t1', 'b', 1), granted('l1', 'a')]],
  [
    'an offer to the second in line',
    /went past t1/,
    [queued('t1', 'a', 1), queued('t2', 'b', 2), offered('o1', 't2', 'b')],
  ],
  ['a lease that ends twice', /is not there/, [granted('l1', 'a'), ended('l1'), ended('l1')]],
  [
    'a ticket that begins twice',
    /began twice/,
    [queued('t1', 'a', 1), ['ticket-ended', { ticketId: 't1', reason: 'left' }], queued('t1', 'a', 2)],
  ],
  [
    'an offer that ends twice',
    /is not there/,
    [queued('t1', 'a', 1), offered('o1', 't1', 'a'), offerEnded('o1'), offerEnded('o1')],
  ],
  [
    'a lease that ends under its session',
    /under 1 sessions/,
    [opened('s1', 'a'), granted('l1', 'a'), seated('s1', 'l1'), ended('l1')],
  ],
  [
    'a lease that expires although it was used',
    /expired in use/,
    [opened('s1', 'a'), granted('l1', 'a'), seated('s1', 'l1'), closed('s1'), ended('l1', 'expired')],
  ],
  [
    'a session on the lease of somebody else',
    /no lease of its own/,
    [opened('s1', 'a'), granted('l1', 'b'), seated('s1', 'l1')],
  ],
  [
    'a session that sits down after its end',
    /is not open/,
    [opened('s1', 'a'), closed('s1'), granted('l1', 'a'), seated('s1', 'l1')],
  ],
  [
    'a kind of event that nothing here causes',
    /nothing here should cause/,
    [['pool-removed', { poolId: 'p' }]],
  ],
])('[L1] [L18] finds %s', (_what, sentence, planted) => {
  expect(violationsOf(planted).join('\n')).toMatch(sentence);
});

it('[L84] finds a hole in the numbers', () => {
  const reader = new LedgerReader().read([
    { eventNumber: 1, atMs: 0, kind: 'grace-started', body: { cause: 'server-start' } },
    { eventNumber: 3, atMs: 0, kind: 'grace-started', body: { cause: 'server-start' } },
  ]);
  expect(reader.violations).toEqual(['event 3 follows 1 [event 1]']);
});
