import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyLive, type LiveState, openLive } from '../../../renderer/console/live.ts';
import type { PageSocket } from '../../../renderer/kit/reconnecting-socket.ts';
import { DEFAULT_POOL_SETTINGS } from '../../../shared/domain-schemas.ts';
import type { PoolResource } from '../../../shared/rest.ts';
import { aPool } from '../../support/a-state.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const NOTHING: LiveState = { pools: null, workstations: null, isLive: false, asOfMs: null };
const pool = (poolId: string, revision: number): PoolResource => ({
  settings: {
    ...DEFAULT_POOL_SETTINGS,
    packs: [],
    counting: { key: ['user'], instancesPerSeat: null },
    name: poolId,
    capacity: 1,
  },
  view: aPool({ poolId, revision }),
});
const message = (full: boolean, pools: PoolResource[], removedPoolIds: string[] = []) =>
  ({ type: 'pools', full, pools, removedPoolIds }) as const;
const shown = ({ pools }: LiveState) => [...(pools ?? [])].map(([id, { view }]) => `${id}@${view.revision}`);

describe('live data of the console', () => {
  it('takes a snapshot whole, then what changed and what went', () => {
    let state = applyLive(NOTHING, message(true, [pool('a', 1), pool('b', 1)]), 10);
    state = applyLive(state, message(false, [pool('a', 2), pool('c', 1)], ['b']), 20);
    expect(shown(state)).toEqual(['a@2', 'c@1']);
    expect(shown(applyLive(state, message(true, [pool('z', 1)]), 30))).toEqual(['z@1']);
  });

  it('drops what is older than what it has', () => {
    const state = applyLive(NOTHING, message(true, [pool('a', 5)]), 10);
    expect(shown(applyLive(state, message(false, [pool('a', 4)]), 20))).toEqual(['a@5']);
  });

  it('says how old it is after a loss, and gives up a socket that is silent', () => {
    const clock = new FakeClock({ wallMs: 1000 });
    const sockets: { closed: boolean; socket: PageSocket }[] = [];
    const live = openLive({
      openSocket: () => {
        const entry = { closed: false, socket: null as unknown as PageSocket };
        entry.socket = {
          send: () => {},
          close: () => {
            entry.closed = true;
            entry.socket.onclose?.();
          },
          onopen: null,
          onclose: null,
          onmessage: null,
        };
        sockets.push(entry);
        return entry.socket;
      },
      clock,
      random: () => 0,
      warn: () => {},
    });
    sockets[0]?.socket.onopen?.();
    sockets[0]?.socket.onmessage?.({ data: JSON.stringify(message(true, [pool('a', 1)])) });
    expect(live.state()).toMatchObject({ isLive: true, asOfMs: 1000 });

    clock.advance(60_000);
    sockets[0]?.socket.onmessage?.({ data: '{"type":"ping"}' });
    clock.advance(89_000);
    expect(sockets[0]?.closed).toBe(false);
    clock.advance(2_000);

    expect(sockets[0]?.closed).toBe(true);
    expect(live.state()).toMatchObject({ isLive: false, asOfMs: 61_000 });
    expect(sockets.length).toBeGreaterThan(1);
    live.stop();
  });

  it('survives whatever a server sends', () => {
    const warnings: string[] = [];
    let open: PageSocket | null = null;
    const live = openLive({
      openSocket: () => {
        open = { send: () => {}, close: () => {}, onopen: null, onclose: null, onmessage: null };
        return open;
      },
      clock: new FakeClock(),
      random: () => 0,
      warn: (sentence) => warnings.push(sentence),
    });
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (data) => {
        open?.onmessage?.({ data });
      }),
    );
    expect(live.state().pools).toBeNull();
    expect(warnings.length).toBeGreaterThan(0);
    live.stop();
  });
});
