import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PageSocket } from '../../../renderer/kit/reconnecting-socket.ts';
import { openBrowserBridge } from '../../../renderer/panel/browser-bridge.ts';
import { success } from '../../../shared/outcome.ts';
import { aState } from '../../support/a-state.ts';
import { FakeClock } from '../../support/fake-clock.ts';

class FakeSocket implements PageSocket {
  readonly sent: string[] = [];
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;
  send(text: string): void {
    this.sent.push(text);
  }
  close(): void {
    this.onclose?.();
  }
  say(frame: unknown): void {
    this.onmessage?.({ data: typeof frame === 'string' ? frame : JSON.stringify(frame) });
  }
}

function open() {
  const clock = new FakeClock();
  const sockets: FakeSocket[] = [];
  const warnings: string[] = [];
  const bridge = openBrowserBridge({
    openSocket: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    clock,
    random: () => 0.5,
    warn: (sentence) => warnings.push(sentence),
  });
  const socket = (): FakeSocket => {
    const last = sockets.at(-1);
    if (!last) throw new Error('no socket was opened');
    return last;
  };
  return { bridge, clock, sockets, warnings, socket };
}

describe('the panel on a loopback socket', () => {
  it('asks for the state when the socket opens and gives it to whoever waits', async () => {
    const { bridge, socket } = open();
    const first = bridge.state();

    socket().onopen?.();
    expect(socket().sent).toEqual(['{"id":1,"name":"state","input":null}']);
    socket().say({ id: 1, ok: true, output: aState({ agentVersion: '9.9.9' }) });

    expect((await first).agentVersion).toBe('9.9.9');
  });

  it('passes pushes on, and leaves out what does not fit', () => {
    const { bridge, socket, warnings } = open();
    const seen: string[] = [];
    bridge.onState(({ userName }) => seen.push(userName));
    socket().onopen?.();

    socket().say({ push: 'state', value: aState({ userName: 'Ana' }) });
    socket().say({ push: 'state', value: { ...aState(), watchedProducts: -1 } });
    socket().say('{');
    socket().say({ id: 0, ok: false, code: 'BAD_FRAME', message: 'It does not fit.' });
    socket().say({ push: 'state', value: aState({ userName: 'Mei' }) });

    expect(seen).toEqual(['Ana', 'Mei']);
    expect(warnings).toHaveLength(3);
  });

  it('answers a wish with the outcome the host gave', async () => {
    const { bridge, socket } = open();
    socket().onopen?.();
    const claimed = bridge.claim({ offerId: 'o1' });
    const left = bridge.leave({ ticketId: 't1' });
    const refused = bridge.release({ sessionId: 's1' });

    socket().say({ id: 3, ok: true, output: { ok: false, code: 'NOT_FOUND', message: 'It ended.' } });
    socket().say({ id: 2, ok: true, output: success(null) });
    socket().say({ id: 4, ok: false, code: 'REFUSED', message: 'No.' });

    expect(await claimed).toEqual(success(null));
    expect(await left).toEqual({ ok: false, code: 'NOT_FOUND', message: 'It ended.' });
    expect(await refused).toEqual({ ok: false, code: 'REFUSED', message: 'No.' });
  });

  it('fails wishes as OFFLINE when the socket ends, and never sends them again', async () => {
    const { bridge, clock, socket } = open();
    socket().onopen?.();
    const claimed = bridge.claim({ offerId: 'o1' });

    socket().onclose?.();
    expect(await claimed).toMatchObject({ ok: false, code: 'OFFLINE' });
    expect(await bridge.queue({ productId: 'p' })).toMatchObject({ ok: false, code: 'OFFLINE' });
    clock.advance(60_000);
    socket().onopen?.();

    expect(socket().sent.map((text) => JSON.parse(text).name)).toEqual(['state']);
  });

  it('waits longer after each failed try, up to a limit, and says when it lost and regained the host', () => {
    const { bridge, clock, sockets, socket } = open();
    const carrier: boolean[] = [];
    bridge.onCarrier((isConnected) => carrier.push(isConnected));
    socket().onopen?.();
    const waits: number[] = [];

    for (let round = 0; round < 8; round++) {
      socket().onclose?.();
      const before = sockets.length;
      const startMs = clock.monotonicMs();
      while (sockets.length === before) clock.advance(25);
      waits.push(clock.monotonicMs() - startMs);
    }
    socket().onopen?.();

    expect(waits).toEqual([225, 450, 900, 1800, 3600, 7200, 7500, 7500]);
    expect(carrier).toEqual([true, false, true]);
  });

  it('hurries only where it waits, and stops for good', () => {
    const { bridge, clock, sockets, socket } = open();
    bridge.hurry();
    expect(sockets).toHaveLength(1);
    socket().onclose?.();
    bridge.hurry();
    expect(sockets).toHaveLength(2);

    bridge.stop();
    clock.advance(60_000);
    bridge.hurry();

    expect(sockets).toHaveLength(2);
  });

  it('survives whatever a host sends', () => {
    const { bridge, socket } = open();
    const states: unknown[] = [];
    bridge.onState((state) => states.push(state));
    socket().onopen?.();
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.jsonValue()), (frame) => {
        socket().say(frame);
      }),
    );
    expect(states).toEqual([]);
  });
});
