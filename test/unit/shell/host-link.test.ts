import { describe, expect, it } from 'vitest';
import type { HostContact } from '../../../main/shell/host-contact.ts';
import { type HostSocket, openHostLink, type SocketEvents } from '../../../main/shell/host-link.ts';
import { openCommandAnswer } from '../../../main/shell/host-requests.ts';
import { MAXIMUM_FRAME_BYTES } from '../../../shared/agent-api-codec.ts';
import { failure, success } from '../../../shared/outcome.ts';
import { aSession, aState } from '../../support/a-state.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { aLog } from './support/a-log.ts';

/** A socket whose other end the test plays: it opens, speaks and closes when told. */
class PlayedSocket implements HostSocket {
  readonly sent: { id: number; name: string; input: unknown }[] = [];
  isDestroyed = false;
  readonly #events: SocketEvents;

  constructor(events: SocketEvents) {
    this.#events = events;
  }
  write(text: string): void {
    for (const line of text.trim().split('\n')) this.sent.push(JSON.parse(line));
  }
  destroy(): void {
    this.isDestroyed = true;
  }
  open(): void {
    this.#events.onOpen();
  }
  text(chunk: string): void {
    this.#events.onText(chunk);
  }
  say(frame: unknown): void {
    this.text(`${JSON.stringify(frame)}\n`);
  }
  answer(output: unknown): void {
    this.say({ id: this.sent.at(-1)?.id, ok: true, output });
  }
  close(): void {
    this.#events.onClose();
  }
}

function openLink({ startsHost = true } = {}) {
  const clock = new FakeClock();
  const sockets: PlayedSocket[] = [];
  const contacts: HostContact[] = [];
  const log = aLog();
  let starts = 0;
  const link = openHostLink({
    connect(events) {
      const socket = new PlayedSocket(events);
      sockets.push(socket);
      return socket;
    },
    startHost: startsHost
      ? () => {
          starts++;
        }
      : null,
    clock,
    log,
    onContact: (contact) => contacts.push(contact),
  });
  const newest = (): PlayedSocket => {
    const socket = sockets.at(-1);
    if (!socket) throw new Error('the link has not tried yet');
    return socket;
  };
  const attach = async (): Promise<void> => {
    newest().open();
    newest().answer(aState());
    await clock.advanceAsync(0);
  };
  return { clock, sockets, contacts, link, log, newest, attach, starts: () => starts };
}

describe('attaching', () => {
  it('asks for one snapshot as soon as the socket opens, and is attached with it', async () => {
    const { newest, link, attach } = openLink();

    await attach();

    expect(newest().sent).toEqual([{ id: 1, name: 'state', input: null }]);
    expect(link.contact()).toMatchObject({ state: 'attached', agent: aState() });
  });

  it('takes every later push whole, also when it comes in pieces', async () => {
    const { newest, link, attach } = openLink();
    await attach();
    const next = aState({ sessions: [aSession({ productName: 'Żółw CAD 😀' })] });
    const frame = `${JSON.stringify({ push: 'state', value: next })}\n`;

    for (const character of frame) newest().text(character);

    expect(link.contact()).toMatchObject({ state: 'attached', agent: next });
  });

  it('stays attached since the same instant while pushes come', async () => {
    const { newest, link, attach, clock } = openLink();
    await attach();
    const { sinceMs } = link.contact();

    await clock.advanceAsync(5_000);
    newest().say({ push: 'state', value: aState() });

    expect(link.contact().sinceMs).toBe(sinceMs);
  });
});

describe('a host that is not there', () => {
  it('is started at once, then tried ever more slowly, and is "starting" for eight seconds', async () => {
    const { clock, sockets, newest, link, starts } = openLink();

    newest().close();
    expect(starts()).toBe(1);
    for (const waitMs of [100, 150, 225, 337.5, 506.25, 759.375, 1_000, 1_000, 1_000, 1_000]) {
      await clock.advanceAsync(waitMs - 0.5);
      const before = sockets.length;
      await clock.advanceAsync(0.5);
      expect(sockets.length).toBe(before + 1);
      newest().close();
    }

    expect(link.contact().state).toBe('starting');
    expect(starts()).toBe(2);
  });

  it('is called away after eight seconds, and not to start after four starts in vain', async () => {
    const { clock, newest, link, starts } = openLink();
    newest().close();
    const fail = async (): Promise<void> => {
      await clock.advanceAsync(2_000);
      newest().close();
    };

    for (let round = 0; round < 5; round++) await fail();
    expect(link.contact()).toMatchObject({ state: 'away', problem: null, last: null });
    for (let round = 0; round < 30; round++) await fail();

    expect(starts()).toBeGreaterThanOrEqual(4);
    expect(link.contact()).toMatchObject({ state: 'away', problem: 'does-not-start' });
  });

  it('is only waited for when somebody else keeps it alive', async () => {
    const { clock, newest, link } = openLink({ startsHost: false });
    newest().close();

    for (let round = 0; round < 60; round++) {
      await clock.advanceAsync(2_000);
      newest().close();
    }

    expect(link.contact()).toMatchObject({ state: 'away', problem: null });
  });

  it('answers every request at once with a code instead of waiting', async () => {
    const { link } = openLink();

    expect(await link.request('claim', { offerId: 'offer-1' })).toMatchObject({
      ok: false,
      code: 'HOST_AWAY',
    });
  });
});

describe('a host that goes away', () => {
  it('leaves its last state, marked as away, and is attached to again within a tenth of a second', async () => {
    const { clock, newest, link, attach, sockets, starts } = openLink();
    await attach();

    newest().close();
    expect(link.contact()).toMatchObject({ state: 'away', last: aState(), problem: null });
    await clock.advanceAsync(100);
    await attach();

    expect(link.contact().state).toBe('attached');
    expect(sockets.length).toBe(2);
    // It was there until now: the first try finds out whether it is only slow to come back.
    expect(starts()).toBe(0);
  });

  it('fails what was asked of it', async () => {
    const { newest, link, attach } = openLink();
    await attach();

    const answer = link.request('release', { sessionId: 'session-1' });
    newest().close();

    expect(await answer).toMatchObject({ ok: false, code: 'HOST_AWAY' });
  });

  it('is not confused by events of an earlier socket', async () => {
    const { clock, sockets, link, attach } = openLink();
    await attach();
    sockets[0]?.close();
    await clock.advanceAsync(100);
    await attach();

    sockets[0]?.say({ push: 'state', value: aState({ sessions: [aSession()] }) });
    sockets[0]?.close();

    expect(link.contact()).toMatchObject({ state: 'attached', agent: aState() });
  });
});

describe('a host that is not understood', () => {
  it.each([
    ['text that is not JSON', 'hello\n'],
    ['a frame of no known form', '{"hello":1}\n'],
    [
      'a push with a state that does not fit',
      `${JSON.stringify({ push: 'state', value: { ...aState(), sessions: 7 } })}\n`,
    ],
  ])('is left after %s, said once, and tried again slowly', async (_what, text) => {
    const { clock, newest, link, attach, sockets, log } = openLink();
    await attach();

    newest().text(text);
    expect(link.contact()).toMatchObject({ state: 'away', problem: 'not-understood', last: aState() });
    expect(newest().isDestroyed).toBe(true);
    await clock.advanceAsync(1_999);
    expect(sockets.length).toBe(1);
    await clock.advanceAsync(1);
    await attach();

    expect(link.contact().state).toBe('attached');
    expect(log.lines.filter((line) => line.startsWith('warn')).length).toBe(1);
  });

  it('is left when a frame grows beyond the limit', async () => {
    const { newest, link, attach } = openLink();
    await attach();

    newest().text('x'.repeat(MAXIMUM_FRAME_BYTES + 1));

    expect(link.contact()).toMatchObject({ state: 'away', problem: 'not-understood' });
  });
});

describe('requests', () => {
  it('get the answer with their own number, in any order', async () => {
    const { newest, link, attach } = openLink();
    await attach();

    const first = link.request('claim', { offerId: 'a' });
    const second = link.request('claim', { offerId: 'b' });
    newest().say({ id: 3, ok: true, output: 'second' });
    newest().say({ id: 2, ok: false, code: 'BAD_FRAME', message: 'no' });
    newest().say({ id: 99, ok: true, output: 'nobody asked' });

    expect(await first).toEqual(failure('BAD_FRAME', 'no'));
    expect(await second).toEqual(success('second'));
  });

  it('end after twenty seconds without an answer, while the contact stays', async () => {
    const { clock, link, attach } = openLink();
    await attach();

    const answer = link.request('claim', { offerId: 'a' });
    await clock.advanceAsync(20_000);

    expect(await answer).toMatchObject({ ok: false, code: 'NO_ANSWER' });
    expect(link.contact().state).toBe('attached');
  });

  it.each([
    [success(success({ ticketId: 't' })), success({ ticketId: 't' })],
    [success(failure('OFFLINE', 'later')), failure('OFFLINE', 'later')],
    [failure('NO_ANSWER', 'silent'), failure('NO_ANSWER', 'silent')],
  ])('of commands open the outcome inside the frame: %j', (answer, expected) => {
    expect(openCommandAnswer(answer)).toEqual(expected);
  });

  it.each([null, 7, 'ok', {}, { ok: 1 }, { ok: true }, { ok: false, code: 'X' }])(
    'of commands do not believe %j',
    (value) => {
      expect(openCommandAnswer(success(value))).toMatchObject({ ok: false, code: 'NOT_UNDERSTOOD' });
    },
  );
});

it('leaves no timer and no socket behind when it is stopped', async () => {
  const { clock, link, newest, attach } = openLink();
  await attach();
  const answer = link.request('claim', { offerId: 'a' });

  link.stop();

  expect(await answer).toMatchObject({ ok: false });
  expect(newest().isDestroyed).toBe(true);
  expect(clock.pendingTimers).toBe(0);
});
