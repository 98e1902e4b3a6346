import { describe, expect, it } from 'vitest';
import { filterPools } from '../../../renderer/panel/search.ts';
import { makeFormatClock } from '../../../shared/durations.ts';
import { viewPools } from '../../../shared/pool-line.ts';
import { EMPTY_MINE } from '../../../shared/views.ts';
import { aHolder, anEntry, aPool, aState, aTicket, NOW } from '../../support/a-state.ts';

const pools = [
  aPool({
    poolId: 'z',
    name: 'Zeta',
    holders: [aHolder({ userName: 'José Ortega', workstationName: 'cad-12' })],
  }),
  aPool({ poolId: 'b', name: 'Beta', queue: [anEntry({ ticketId: 'ticket-1', userName: 'Ana Ruiz' })] }),
  aPool({ poolId: 'a', name: 'Alpha' }),
];
const find = (search: string, tickets = EMPTY_MINE.tickets) => {
  const state = aState({
    mine: { ...EMPTY_MINE, tickets },
    pools: { asOfMs: NOW, pools, products: [] },
  });
  return filterPools(viewPools(state, NOW, makeFormatClock('UTC')), search).map(({ pool }) => pool.name);
};

describe('searching the panel', () => {
  it('lists by name, with the pools that concern me above', () => {
    expect(find('')).toEqual(['Alpha', 'Beta', 'Zeta']);
    expect(find('', [aTicket()])).toEqual(['Beta', 'Alpha', 'Zeta']);
  });

  it.each([
    ['zet', ['Zeta']],
    ['jose', ['Zeta']],
    ['CAD-12 ortega', ['Zeta']],
    ['ana', ['Beta']],
    ['autocad', ['Beta', 'Zeta']],
    ['nobody', []],
    ['   ', ['Alpha', 'Beta', 'Zeta']],
  ])('finds by "%s"', (search, names) => {
    expect(find(search)).toEqual(names);
  });
});
