/** A contended office as one agent sees it: free, full, unknown and queued pools, simulated and real people. */
import type { AgentState } from '../../shared/agent-api.ts';
import { EMPTY_MINE, type HolderView, type PoolView } from '../../shared/views.ts';
import { aHolder, anEntry, aPool, aSession, aState, minutesAgo, NOW } from './a-state.ts';

const idle = (minutes: number): NonNullable<HolderView['activity']> =>
  ({
    state: 'idle',
    sinceMs: minutesAgo(minutes),
    reason: { kind: 'no-input', percentOfCore: 0.3 },
  }) as const;
const busy: NonNullable<HolderView['activity']> = {
  state: 'active',
  sinceMs: minutesAgo(4),
  reasons: [{ kind: 'input', inputAgoMs: 3000 }],
};

const people = ['Tom Baker', 'Mei Lin', 'José Ortega', 'Priya Nair', 'Lars Holm'];
const holders = (count: number, pool: Pick<PoolView, 'poolId' | 'name'>) =>
  Array.from({ length: count }, (_, index) =>
    aHolder({
      sessionId: `${pool.poolId}-session-${index}`,
      leaseId: `${pool.poolId}-lease-${index}`,
      userId: `user-${index}`,
      userName: people[index % people.length] ?? '',
      workstationName: `cad-${String(10 + index).padStart(2, '0')}`,
      productId: pool.poolId,
      productName: pool.name,
      sinceMs: minutesAgo(40 + index * 55),
      activity: index % 2 === 0 ? idle(12 + index * 22) : busy,
      simulated: index % 3 === 1,
    }),
  );

function counted(
  poolId: string,
  name: string,
  capacity: number,
  inUse: number,
  over: Partial<PoolView> = {},
): PoolView {
  return aPool({
    poolId,
    name,
    productIds: [poolId],
    seats: { state: 'known', capacity, inUse, offered: 0, free: Math.max(0, capacity - inUse) },
    holders: holders(inUse, { poolId, name }),
    ...over,
  });
}

const autocad = counted('autocad', 'AutoCAD', 5, 5, {
  queue: [anEntry({ userName: 'Sven Olsen', simulated: true })],
});
const freecad = counted('freecad', 'FreeCAD', 4, 2, {
  holders: [
    ...holders(1, { poolId: 'freecad', name: 'FreeCAD' }),
    aHolder({
      sessionId: 'session-1',
      userId: 'me',
      userName: 'Ana Ruiz',
      workstationName: 'cad-07',
      productId: 'freecad',
      productName: 'FreeCAD',
      sinceMs: minutesAgo(290),
      activity: busy,
    }),
  ],
});
const suite = aPool({
  poolId: 'suite',
  name: 'Autodesk suite',
  productIds: ['revit', 'civil-3d'],
  seats: { state: 'known', capacity: 30, inUse: 27, offered: 1, free: 2 },
  holders: holders(4, { poolId: 'revit', name: 'Revit' }),
});
const abaqus = aPool({
  poolId: 'abaqus',
  name: 'Abaqus tokens',
  kind: 'managed',
  productIds: ['abaqus'],
  seats: { state: 'unknown', sinceMs: minutesAgo(22), capacity: 50 },
});

const pools = [autocad, freecad, suite, abaqus, counted('solidworks', 'SOLIDWORKS', 8, 3)];

export function anOffice(over: Partial<AgentState> = {}): AgentState {
  return aState({
    sessions: [
      aSession(),
      aSession({
        sessionId: 'session-2',
        productId: 'libreoffice',
        productName: 'LibreOffice',
        startedAtMs: minutesAgo(80),
        processCount: 2,
        activity: idle(26),
        seat: { state: 'not-counted' },
      }),
    ],
    mine: EMPTY_MINE,
    pools: {
      asOfMs: NOW,
      pools,
      products: [
        { productId: 'autocad', name: 'AutoCAD', poolIds: ['autocad'] },
        { productId: 'freecad', name: 'FreeCAD', poolIds: ['freecad'] },
        { productId: 'revit', name: 'Revit', poolIds: ['suite'] },
        { productId: 'civil-3d', name: 'Civil 3D', poolIds: ['suite'] },
        { productId: 'abaqus', name: 'Abaqus', poolIds: ['abaqus'] },
        { productId: 'solidworks', name: 'SOLIDWORKS', poolIds: ['solidworks'] },
      ],
    },
    ...over,
  });
}
