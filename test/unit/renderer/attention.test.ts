import { describe, expect, it } from 'vitest';
import { type AttentionFacts, findAttention } from '../../../renderer/console/overview/attention.ts';
import { DEFAULT_POOL_SETTINGS } from '../../../shared/domain-schemas.ts';
import { makeFormatClock } from '../../../shared/durations.ts';
import type { PoolResource, WorkstationResource } from '../../../shared/rest.ts';
import type { PoolView } from '../../../shared/views.ts';
import { aHolder, anEntry, aPool, minutesAgo, NOW } from '../../support/a-state.ts';

const pool = (over: Partial<PoolView>): PoolResource => ({
  settings: {
    ...DEFAULT_POOL_SETTINGS,
    packs: [],
    counting: { key: ['user'], instancesPerSeat: null },
    name: 'AutoCAD',
    capacity: 5,
  },
  view: aPool(over),
});
const workstation = (over: Partial<WorkstationResource['agents'][number]> = {}): WorkstationResource => ({
  workstationId: 'ws-9',
  name: 'cad-12',
  platform: 'linux',
  osVersion: 'Debian 12',
  simulated: false,
  agents: [
    {
      userId: 'user-9',
      userName: 'Tom Baker',
      loginSessionId: 'login-9',
      agentVersion: '1.0.0',
      connected: true,
      lastContactMs: NOW,
      sensors: null,
      ...over,
    },
  ],
});
const look = (over: Partial<AttentionFacts>) =>
  findAttention(
    { pools: [], workstations: [], denialsToday: [], serverVersion: '1.0.0', ...over },
    NOW,
    makeFormatClock('UTC'),
  ).map(({ tone, sentence, detail }) => [tone, sentence, detail]);
const full = { state: 'known', capacity: 5, inUse: 5, offered: 0, free: 0 } as const;

describe('what needs an admin', () => {
  it('is nothing while pools have seats and agents are connected', () => {
    expect(look({ pools: [pool({ holders: [aHolder()] })], workstations: [workstation()] })).toEqual([]);
  });

  it('is a full pool with people waiting, and how idle its holders are', () => {
    expect(look({ pools: [pool({ seats: full, queue: [anEntry()], holders: [aHolder()] })] })).toEqual([
      [
        'attention',
        '1 person waits for AutoCAD; all 5 seats are in use.',
        '1 holder is idle, the longest for 34 min.',
      ],
    ]);
  });

  it('is a pool that cannot be read, and one above its capacity, before everything else', () => {
    const cards = look({
      pools: [
        pool({ seats: full, queue: [anEntry()] }),
        pool({
          poolId: 'b',
          name: 'Abaqus',
          seats: { state: 'unknown', sinceMs: minutesAgo(22), capacity: 50 },
        }),
        pool({ poolId: 'c', name: 'MATLAB', seats: { ...full, inUse: 6 } }),
      ],
    });
    expect(cards.map(([tone, sentence]) => [tone, sentence])).toEqual([
      ['warning', 'Abaqus: numbers unknown since 13:40; its license server does not answer.'],
      ['warning', 'MATLAB: 6 in use, 5 allowed.'],
      ['attention', '1 person waits for AutoCAD; all 5 seats are in use.'],
    ]);
  });

  it('is a workstation that holds a seat and went away, but not one that holds none', () => {
    const away = workstation({ connected: false });
    expect(look({ pools: [pool({})], workstations: [away] })).toEqual([]);
    expect(look({ pools: [pool({ holders: [aHolder()] })], workstations: [away] })).toEqual([
      [
        'attention',
        '1 workstation that holds seats is not connected. Their seats end by themselves when they stay away.',
        'cad-12',
      ],
    ]);
  });

  it('counts denials by product and sessions without a seat once each', () => {
    const overage = aHolder({ seat: 'overage', leaseId: null });
    const cards = look({
      pools: [pool({ holders: [overage] }), pool({ poolId: 'b', holders: [overage] })],
      denialsToday: ['MATLAB', 'AutoCAD', 'MATLAB'].map((productName) => ({ atMs: NOW, productName })),
    });
    expect(cards.map(([, sentence]) => sentence)).toEqual([
      '3 requests found no seat today (MATLAB and AutoCAD).',
      '1 application runs without a seat (AutoCAD).',
    ]);
  });

  it('shows seven cards at most', () => {
    const many = Array.from({ length: 12 }, (_, index) =>
      pool({ poolId: `p${index}`, seats: full, queue: [anEntry()] }),
    );
    expect(look({ pools: many })).toHaveLength(7);
  });
});
