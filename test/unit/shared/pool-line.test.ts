import { describe, expect, it } from 'vitest';
import type { AgentState } from '../../../shared/agent-api.ts';
import { viewAgent } from '../../../shared/agent-view.ts';
import { makeFormatClock } from '../../../shared/durations.ts';
import { EMPTY_MINE, type PoolView } from '../../../shared/views.ts';
import {
  aHolder,
  anEntry,
  anOffer,
  aPool,
  aSession,
  aState,
  aTicket,
  minutesAgo,
  NOW,
} from '../../support/a-state.ts';

const utc = makeFormatClock('UTC');
const view = (over: Partial<AgentState> = {}) => viewAgent(aState(over), NOW, utc);
const withPools = (...pools: PoolView[]) => ({
  asOfMs: NOW,
  pools,
  products: pools.map(({ poolId, name }) => ({ productId: poolId, name, poolIds: [poolId] })),
});

describe('the sentence of a pool', () => {
  const full = { state: 'known', capacity: 5, inUse: 5, offered: 0, free: 0 } as const;
  const held = aHolder({ sessionId: 'session-1' });
  const cases: [string, Partial<PoolView>, Partial<AgentState>][] = [
    ['3 of 5 AutoCAD seats in use. You can start.', {}, {}],
    [
      'All 5 in use. You are 2nd in the queue.',
      { seats: full, queue: [anEntry(), anEntry({ ticketId: 'ticket-1', place: 2 })] },
      { mine: { ...EMPTY_MINE, tickets: [aTicket()] } },
    ],
    ['All 5 in use. One person waits.', { seats: full, queue: [anEntry()] }, {}],
    [
      'All 5 in use. 401 people wait.',
      { seats: full, queue: [anEntry()], leftOut: { holders: 0, queue: 400 } },
      {},
    ],
    ['All 5 in use. Queue and Usher tells you when it is your turn.', { seats: full }, {}],
    ['3 of 5 AutoCAD seats in use. You hold one.', { holders: [held] }, { sessions: [aSession()] }],
    [
      '4 of 5 AutoCAD seats in use. One is held for the next in the queue.',
      { seats: { ...full, inUse: 4, offered: 1 }, queue: [anEntry({ offeredUntilMs: NOW })] },
      {},
    ],
    [
      '4 of 5 AutoCAD seats in use. One is held for you.',
      { seats: { ...full, inUse: 4, offered: 1 }, queue: [anEntry({ ticketId: 'ticket-1' })] },
      { mine: { ...EMPTY_MINE, tickets: [aTicket()], offers: [anOffer()] } },
    ],
    [
      '6 in use, 5 allowed. Queue and Usher tells you when it is your turn.',
      { seats: { ...full, inUse: 6 } },
      {},
    ],
    [
      'Unknown since 13:40: the license server does not answer.',
      { seats: { state: 'unknown', sinceMs: minutesAgo(22), capacity: 50 } },
      {},
    ],
    ['AutoCAD has no seats now.', { seats: { ...full, capacity: 0, inUse: 0 } }, {}],
  ];

  it.each(cases)('says "%s"', (sentence, pool, over) => {
    expect(view({ pools: withPools(aPool(pool)), ...over }).pools[0]?.sentence).toBe(sentence);
  });

  it.each([
    ['You can start.', {}],
    ['No seat is free.', { seats: full }],
    ['One person waits.', { seats: full, queue: [anEntry()] }],
    [
      'Unknown since 13:40: the license server does not answer.',
      { seats: { state: 'unknown', sinceMs: minutesAgo(22), capacity: 50 } },
    ],
  ] as const)('means "%s" beside its numbers', (meaning, pool) => {
    const seats: Partial<PoolView> = { ...pool, queue: 'queue' in pool ? [...pool.queue] : [] };
    expect(view({ pools: withPools(aPool(seats)) }).pools[0]?.meaning).toBe(meaning);
  });

  it('does not count a session without a seat as holding one', () => {
    const pools = withPools(aPool({ seats: full, holders: [{ ...held, seat: 'overage', leaseId: null }] }));
    const over = { pools, sessions: [aSession({ seat: { state: 'overage', sinceMs: NOW } })] };
    expect(view(over).pools[0]?.standing).toBe('full');
  });
});
