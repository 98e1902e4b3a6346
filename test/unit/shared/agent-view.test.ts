import { describe, expect, it } from 'vitest';
import type { AgentState } from '../../../shared/agent-api.ts';
import { viewAgent } from '../../../shared/agent-view.ts';
import { makeFormatClock } from '../../../shared/durations.ts';
import { EMPTY_MINE, type MyDenial, type PoolView } from '../../../shared/views.ts';
import {
  aHolder,
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
const denial = (over: Partial<MyDenial> = {}): MyDenial => ({
  denialId: 'denial-1',
  productId: 'autocad',
  productName: 'AutoCAD',
  sessionId: 'session-1',
  atMs: NOW,
  reason: 'no-free-seat',
  enforcement: 'ask',
  ...over,
});

describe('headline, tone and tray', () => {
  const cases: [string, Partial<AgentState>, string, string, object][] = [
    ['nothing held', {}, 'Usher: no licensed application is running.', 'neutral', { kind: 'outline' }],
    [
      'holding',
      { sessions: [aSession()] },
      'Usher: you hold FreeCAD (since 09:12).',
      'positive',
      { kind: 'filled' },
    ],
    [
      'holding two products',
      { sessions: [aSession(), aSession({ sessionId: 's2', productName: 'AutoCAD' })] },
      'Usher: you hold FreeCAD and AutoCAD.',
      'positive',
      { kind: 'filled' },
    ],
    [
      'waiting, while holding another',
      { sessions: [aSession()], mine: { ...EMPTY_MINE, tickets: [aTicket()] } },
      'Usher: 2nd in the queue for AutoCAD.',
      'info',
      { kind: 'number', number: 2 },
    ],
    [
      'your turn',
      { mine: { ...EMPTY_MINE, tickets: [aTicket()], offers: [anOffer()] } },
      'Usher: a seat for AutoCAD is held for you until 14:06.',
      'attention',
      { kind: 'exclamation' },
    ],
    [
      'denied, and the pool asks',
      { mine: { ...EMPTY_MINE, denials: [denial()] } },
      'Usher: no seat was free for AutoCAD; queue and Usher tells you when it is your turn.',
      'attention',
      { kind: 'dot' },
    ],
    [
      'denied, and the pool only observes',
      { mine: { ...EMPTY_MINE, denials: [denial({ enforcement: 'observe' })] } },
      'Usher: no licensed application is running.',
      'neutral',
      { kind: 'outline' },
    ],
    [
      'suspended',
      { sessions: [aSession({ activity: { state: 'suspended', sinceMs: minutesAgo(3) } })] },
      'Usher: FreeCAD is suspended.',
      'info',
      { kind: 'pause' },
    ],
    [
      'running without a seat',
      { sessions: [aSession({ seat: { state: 'overage', sinceMs: minutesAgo(3) } })] },
      'Usher: FreeCAD runs here without a seat.',
      'neutral',
      { kind: 'outline' },
    ],
    [
      'running, and nobody counts it',
      { sessions: [aSession({ seat: { state: 'not-counted' } })] },
      'Usher: FreeCAD runs here; nobody counts its seats.',
      'neutral',
      { kind: 'outline' },
    ],
    [
      'offline, whatever was before',
      {
        connection: { state: 'offline', sinceMs: minutesAgo(22), nextTryAtMs: null, reason: 'refused' },
        mine: { ...EMPTY_MINE, offers: [anOffer()] },
      },
      'Usher: no contact with the server since 13:40; nothing will be closed.',
      'muted',
      { kind: 'slashed' },
    ],
    [
      'to be enrolled again',
      { connection: { state: 'refused', sinceMs: NOW, code: 'MUST_ENROLL_AGAIN', message: 'Cloned.' } },
      'Usher: this workstation must be enrolled again.',
      'attention',
      { kind: 'dot' },
    ],
    [
      'connecting',
      { connection: { state: 'connecting', sinceMs: NOW } },
      'Usher: connecting to the server.',
      'muted',
      { kind: 'outline' },
    ],
  ];

  it.each(cases)('shows %s', (_name, over, tooltip, tone, trayShape) => {
    const { headline: _, ...drawn } = view(over);
    expect(drawn).toMatchObject({ tooltip, tone, trayShape });
  });

  it('says the same as a sentence of its own above the panel', () => {
    expect(view().headline).toBe('No licensed application is running.');
    const named = aSession({ productName: 'gedit', seat: { state: 'overage', sinceMs: NOW } });
    expect(view({ sessions: [named] }).headline).toBe('gedit runs here without a seat.');
  });

  it('shows the offer that ends first', () => {
    const late = anOffer({ offerId: 'o2', productName: 'MATLAB', untilMs: NOW + 900_000 });
    const { headline, offers } = view({ mine: { ...EMPTY_MINE, offers: [late, anOffer()] } });
    expect(headline).toBe('A seat for AutoCAD is held for you until 14:06.');
    expect(offers.map(({ leftMs }) => leftMs)).toEqual([271_000, 900_000]);
  });
});

describe('what may be pressed', () => {
  it('offers claim, decline, not now and leave while a seat is held for me', () => {
    const { actions } = view({ mine: { ...EMPTY_MINE, tickets: [aTicket()], offers: [anOffer()] } });
    expect(actions).toEqual([
      { type: 'claim', offerId: 'offer-1', productName: 'AutoCAD', press: 'ready' },
      { type: 'decline', offerId: 'offer-1', productName: 'AutoCAD', press: 'ready' },
      { type: 'defer', ticketId: 'ticket-1', forMs: 900_000, productName: 'AutoCAD', press: 'ready' },
      { type: 'leave', ticketId: 'ticket-1', productName: 'AutoCAD', press: 'ready' },
    ]);
  });

  it('shows a pressed button as pending until the deadline of its wish', () => {
    const mine = { ...EMPTY_MINE, offers: [anOffer()] };
    const wish = { wishId: 'w', type: 'claim', subjectId: 'offer-1', deadlineMs: NOW + 1 } as const;
    expect(view({ mine, pendingWishes: [wish] }).offers[0]?.claim.press).toBe('pending');
    expect(view({ mine, pendingWishes: [{ ...wish, deadlineMs: NOW }] }).offers[0]?.claim.press).toBe(
      'ready',
    );
  });

  it('lets nothing but notices be pressed while offline', () => {
    const { actions } = view({
      connection: { state: 'offline', sinceMs: NOW, nextTryAtMs: null, reason: 'x' },
      sessions: [aSession()],
      mine: {
        ...EMPTY_MINE,
        offers: [anOffer()],
        notices: [{ noticeId: 'n', productId: 'p', productName: 'P', atMs: NOW, kind: 'lease-admin' }],
      },
    });
    expect(new Set(actions.map(({ type, press }) => `${type} ${press}`))).toEqual(
      new Set([
        'claim offline',
        'decline offline',
        'defer offline',
        'leave offline',
        'release offline',
        'dismissNotice ready',
      ]),
    );
  });

  it('gives back only what is held, and queues only what runs without a seat and does not wait', () => {
    const overage = aSession({
      sessionId: 's2',
      productId: 'autocad',
      productName: 'AutoCAD',
      seat: { state: 'overage', sinceMs: NOW },
    });
    const shown = (tickets: AgentState['mine']['tickets']) =>
      view({ sessions: [aSession(), overage], mine: { ...EMPTY_MINE, tickets } }).sessions.map(
        ({ release, queue }) => [release !== null, queue !== null],
      );
    expect(shown([])).toEqual([
      [true, false],
      [false, true],
    ]);
    expect(shown([aTicket()])).toEqual([
      [true, false],
      [false, false],
    ]);
  });

  it('lists products to queue for, full ones first, without those I wait for or hold', () => {
    const full = { state: 'known', capacity: 2, inUse: 2, offered: 0, free: 0 } as const;
    const pools = withPools(
      aPool({ poolId: 'a', name: 'Free' }),
      aPool({ poolId: 'b', name: 'Full', seats: full }),
      aPool({ poolId: 'autocad' }),
      aPool({ poolId: 'freecad', name: 'Held' }),
    );
    const { products } = view({
      pools,
      sessions: [aSession()],
      mine: { ...EMPTY_MINE, tickets: [aTicket()] },
    });
    expect(products.map(({ product, isFull, queue }) => [product.name, isFull, queue !== null])).toEqual([
      ['Full', true, true],
      ['AutoCAD', false, false],
      ['Free', false, true],
      ['Held', false, false],
    ]);
  });

  it('knows a claimed seat as mine while its application is not there yet', () => {
    const seats = { state: 'known', capacity: 1, inUse: 1, offered: 0, free: 0 } as const;
    const pools = withPools(aPool({ seats, holders: [aHolder({ sessionId: 'lease-9' })] }));
    const seat = { state: 'held', sinceMs: NOW } as const;
    const mine = { ...EMPTY_MINE, seats: [{ sessionId: 'lease-9', seat }] };
    const { pools: lines, products } = view({ pools, mine });
    expect(lines.map(({ standing }) => standing)).toEqual(['holding']);
    expect(products.map(({ queue }) => queue)).toEqual([null]);
    expect(view({ pools }).pools.map(({ standing }) => standing)).toEqual(['full']);
  });

  it('asks about a denial once for each product, and not when a ticket answers it', () => {
    const mine = { ...EMPTY_MINE, denials: [denial(), denial({ denialId: 'd2' })] };
    const pools = withPools(aPool({ seats: { state: 'known', capacity: 5, inUse: 5, offered: 0, free: 0 } }));
    expect(view({ mine, pools }).denials.map(({ sentence }) => sentence)).toEqual([
      'All 5 AutoCAD seats are in use. Queue and Usher tells you when it is your turn.',
    ]);
    expect(view({ mine: { ...mine, tickets: [aTicket()] } }).denials).toEqual([]);
  });
});

describe('age and contact', () => {
  it('is live while online, and says how old the pools are otherwise', () => {
    expect(view()).toMatchObject({ freshness: 'live', isLive: true, connectionSentence: null });
    const connection = {
      state: 'offline',
      sinceMs: minutesAgo(22),
      nextTryAtMs: null,
      reason: 'refused',
    } as const;
    expect(view({ connection, pools: { asOfMs: minutesAgo(22), pools: [], products: [] } })).toMatchObject({
      freshness: 'as of 13:40',
      isLive: false,
      connectionSentence:
        'No contact with the server since 13:40. Your work goes on; Usher closes nothing while it is offline.',
    });
    expect(view({ connection, pools: null }).freshness).toBe('no data yet');
  });

  it('says of a missed offer how many misses are left', () => {
    const notice = { noticeId: 'n', productId: 'autocad', productName: 'AutoCAD', atMs: NOW } as const;
    const { notices } = view({
      mine: {
        ...EMPTY_MINE,
        tickets: [aTicket({ missedOffers: 1 })],
        notices: [{ ...notice, kind: 'offer-missed' }],
      },
    });
    expect(notices[0]?.sentence).toBe(
      'The AutoCAD seat went to the next person at 14:02. You keep your place; 2 more misses end it.',
    );
  });
});
