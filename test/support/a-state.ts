/** Builders of what a face draws, with sensible defaults; every test names only what it is about. */
import type { AgentState, MySession } from '../../shared/agent-api.ts';
import {
  EMPTY_MINE,
  type HandoverRequest,
  type HolderView,
  type MyHandover,
  type MyOffer,
  type MyTicket,
  type MyWarning,
  type PoolView,
  type QueueEntryView,
} from '../../shared/views.ts';

/** 2026-11-22 14:02:00 UTC. */
export const NOW = Date.UTC(2026, 10, 22, 14, 2);
export const minutesAgo = (minutes: number): number => NOW - minutes * 60_000;

export function aState(over: Partial<AgentState> = {}): AgentState {
  return {
    asOfMs: NOW,
    agentVersion: '0.1.0',
    connection: { state: 'online', sinceMs: minutesAgo(60) },
    userName: 'Ana Ruiz',
    workstationName: 'cad-07',
    credentialStorage: 'owner-only-file',
    sensors: {
      processes: { source: '/proc', state: 'working' },
      idle: { source: 'X11', state: 'working' },
      power: { source: 'logind', state: 'working' },
    },
    watchedProducts: 86,
    sessions: [],
    mine: EMPTY_MINE,
    pools: { asOfMs: NOW, pools: [], products: [] },
    pendingWishes: [],
    outboxWaiting: 0,
    ...over,
  };
}

export function aSession(over: Partial<MySession> = {}): MySession {
  return {
    sessionId: 'session-1',
    productId: 'freecad',
    productName: 'FreeCAD',
    startedAtMs: minutesAgo(290),
    processCount: 1,
    origin: 'application',
    activity: { state: 'active', sinceMs: minutesAgo(1), reasons: [{ kind: 'input', inputAgoMs: 3000 }] },
    seat: { state: 'held', sinceMs: minutesAgo(290) },
    ...over,
  };
}

export function aPool(over: Partial<PoolView> = {}): PoolView {
  return {
    poolId: 'autocad',
    name: 'AutoCAD',
    kind: 'metered',
    enforcement: 'ask',
    productIds: ['autocad'],
    seats: { state: 'known', capacity: 5, inUse: 3, offered: 0, free: 2 },
    holders: [],
    queue: [],
    revision: 1,
    ...over,
  };
}

export function aHolder(over: Partial<HolderView> = {}): HolderView {
  return {
    sessionId: 'session-9',
    leaseId: 'lease-9',
    seat: 'held',
    userId: 'user-9',
    userName: 'Tom Baker',
    workstationId: 'ws-9',
    workstationName: 'cad-12',
    productId: 'autocad',
    productName: 'AutoCAD',
    units: 1,
    sinceMs: minutesAgo(200),
    activity: { state: 'idle', sinceMs: minutesAgo(34), reason: { kind: 'no-input', percentOfCore: 0.3 } },
    simulated: false,
    borrowed: false,
    contact: null,
    warnedUntilMs: null,
    ...over,
  };
}

export function anEntry(over: Partial<QueueEntryView> = {}): QueueEntryView {
  return {
    ticketId: 'ticket-9',
    userId: 'user-8',
    userName: 'Mei Lin',
    productId: 'autocad',
    productName: 'AutoCAD',
    place: 1,
    sinceMs: minutesAgo(20),
    offeredUntilMs: null,
    simulated: false,
    ...over,
  };
}

export function aTicket(over: Partial<MyTicket> = {}): MyTicket {
  return {
    ticketId: 'ticket-1',
    productId: 'autocad',
    productName: 'AutoCAD',
    place: 2,
    sinceMs: minutesAgo(12),
    missedOffers: 0,
    maximumMissedOffers: 3,
    aside: null,
    peopleAhead: null,
    fairShareClasses: 0,
    expectedWait: null,
    ...over,
  };
}

export function anOffer(over: Partial<MyOffer> = {}): MyOffer {
  return {
    offerId: 'offer-1',
    ticketId: 'ticket-1',
    productId: 'autocad',
    productName: 'AutoCAD',
    untilMs: NOW + 271_000,
    strength: 'hard',
    ...over,
  };
}

/** Somebody asks for my FreeCAD seat. */
export function aRequest(over: Partial<HandoverRequest> = {}): HandoverRequest {
  return {
    handoverId: 'handover-1',
    leaseId: 'lease-1',
    productId: 'freecad',
    productName: 'FreeCAD',
    askerName: null,
    untilMs: NOW + 900_000,
    answer: null,
    ...over,
  };
}

/** I asked Tom for his AutoCAD seat. */
export function aHandover(over: Partial<MyHandover> = {}): MyHandover {
  return {
    handoverId: 'handover-2',
    leaseId: 'lease-9',
    productId: 'autocad',
    productName: 'AutoCAD',
    holderName: 'Tom Baker',
    untilMs: NOW + 900_000,
    answer: null,
    ...over,
  };
}

/** An admin ends my FreeCAD seat. */
export function aWarning(over: Partial<MyWarning> = {}): MyWarning {
  return {
    leaseId: 'lease-1',
    productId: 'freecad',
    productName: 'FreeCAD',
    note: 'a class needs it',
    untilMs: NOW + 300_000,
    sessionIds: ['session-1'],
    unsavedWork: null,
    ...over,
  };
}
