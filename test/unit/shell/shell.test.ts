import { describe, expect, it } from 'vitest';
import type { SocketEvents } from '../../../main/shell/host-link.ts';
import type { Notice } from '../../../main/shell/notices.ts';
import type { NotifierEvents } from '../../../main/shell/notifier.ts';
import { runShell } from '../../../main/shell/shell.ts';
import type { TrayView } from '../../../main/shell/tray-view.ts';
import type { AgentState } from '../../../shared/agent-api.ts';
import { failure, success } from '../../../shared/outcome.ts';
import { EMPTY_MINE } from '../../../shared/views.ts';
import { anOffer, aSession, aState, NOW } from '../../support/a-state.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { aLog } from './support/a-log.ts';

/** The whole shell between a played host and recorders for everything that Electron would draw. */
function openShell() {
  const clock = new FakeClock({ wallMs: NOW });
  const sent: { id: number; name: string; input: unknown }[] = [];
  const drawn: TrayView[] = [];
  const shown: Notice[] = [];
  const closed: string[] = [];
  const told: string[] = [];
  const log = aLog();
  let socket: SocketEvents | null = null;
  let person: NotifierEvents | null = null;
  let isOn = false;
  let quits = 0;
  let panels = 0;
  const shell = runShell({
    clock,
    log,
    connect(events) {
      socket = events;
      return { write: (text) => void sent.push(JSON.parse(text)), destroy: () => {} };
    },
    startHost: null,
    drawTray: (view) => drawn.push(view),
    showPanel: () => panels++,
    tellPanel: ({ state }) => told.push(state),
    makeNotifier(events) {
      person = events;
      return { show: (notice) => shown.push(notice), close: (key) => closed.push(key), stop: () => {} };
    },
    openLink: async () => success(null),
    autostart: {
      isOn: () => isOn,
      set(next) {
        isOn = next;
        return success(null);
      },
    },
    quit: () => quits++,
  });
  const say = (frame: unknown): void => socket?.onText(`${JSON.stringify(frame)}\n`);
  const push = (state: AgentState): void => say({ push: 'state', value: state });
  const attach = async (state: AgentState = aState()): Promise<void> => {
    socket?.onOpen();
    say({ id: sent.at(-1)?.id, ok: true, output: state });
    await clock.advanceAsync(0);
  };
  const answer = async (output: unknown): Promise<void> => {
    say({ id: sent.at(-1)?.id, ok: true, output });
    await clock.advanceAsync(0);
  };
  const drop = (): void => socket?.onClose();
  return {
    ...{ clock, shell, sent, drawn, shown, closed, told, log, push, attach, answer, drop },
    person: () => person,
    quits: () => quits,
    panels: () => panels,
  };
}

const OFFERED = aState({ mine: { ...EMPTY_MINE, offers: [anOffer({ untilMs: NOW + 90_000 })] } });

it('draws at once, and again with every word of the host', async () => {
  const { drawn, attach, push, drop } = openShell();
  expect(drawn.at(-1)?.shape.kind).toBe('outline');

  await attach(aState({ sessions: [aSession()] }));
  expect(drawn.at(-1)?.shape.kind).toBe('filled');
  push(OFFERED);
  expect(drawn.at(-1)?.shape.kind).toBe('exclamation');
  drop();

  expect(drawn.at(-1)?.shape.kind).toBe('slashed');
});

it('tells the panel of the contact with every change', async () => {
  const { told, attach, push, drop } = openShell();

  await attach();
  push(OFFERED);
  drop();

  expect(told).toEqual(['attached', 'attached', 'away']);
});

describe('what the panel asks', () => {
  it('first, waits for the first state of a host that is starting', async () => {
    const { shell, attach } = openShell();

    const asked = shell.answerPanel({ name: 'state' });
    await attach(OFFERED);

    expect(await asked).toEqual(success(OFFERED));
  });

  it('while the host is away, is the last state, with the word that it is away', async () => {
    const { shell, attach, drop, told } = openShell();
    await attach(OFFERED);
    drop();

    expect(await shell.answerPanel({ name: 'state' })).toEqual(success(OFFERED));
    expect(told.at(-1)).toBe('away');
  });

  it('as a wish, is answered with what the host decided', async () => {
    const { shell, attach, answer, sent } = openShell();
    await attach(OFFERED);

    const wish = shell.answerPanel({ name: 'claim', input: { offerId: 'offer-1' } });
    await answer(failure('EXPIRED', 'The offer is over.'));

    expect(sent.at(-1)).toMatchObject({ name: 'claim', input: { offerId: 'offer-1' } });
    expect(await wish).toEqual(failure('EXPIRED', 'The offer is over.'));
  });

  it('while nobody is there, fails at once with a code', async () => {
    const { shell } = openShell();

    expect(await shell.answerPanel({ name: 'claim', input: { offerId: 'o' } })).toMatchObject({
      code: 'HOST_AWAY',
    });
  });
});

describe('what the person presses outside of the panel', () => {
  it('reaches the host, and a refusal comes back as a notification', async () => {
    const { shell, attach, answer, shown, sent } = openShell();
    await attach(aState());

    shell.act({ type: 'command', command: { name: 'release', input: { sessionId: 's' } } });
    await answer(failure('NOT_FOUND', 'That session is over.'));

    expect(sent.at(-1)).toMatchObject({ name: 'release', input: { sessionId: 's' } });
    expect(shown).toMatchObject([{ key: 'answer', body: 'That session is over.' }]);
  });

  it('says nothing more when it is granted', async () => {
    const { shell, attach, answer, shown, log } = openShell();
    await attach(aState());

    shell.act({ type: 'command', command: { name: 'release', input: { sessionId: 's' } } });
    await answer(success(null));

    expect(shown).toEqual([]);
    expect(log.lines.at(-1)).toBe('info shell: release: done');
  });

  it('opens the panel, changes starting at login and shows that, and quits', async () => {
    const { shell, attach, drawn, quits, panels } = openShell();
    await attach();
    const check = () => drawn.at(-1)?.menu.find((item) => item.kind === 'check');

    shell.act({ type: 'open-panel' });
    shell.act({ type: 'toggle-autostart' });
    expect(check()).toMatchObject({ isChecked: true });
    shell.act({ type: 'toggle-autostart' });
    expect(check()).toMatchObject({ isChecked: false });
    shell.act({ type: 'quit' });

    expect([panels(), quits()]).toEqual([1, 1]);
  });
});

describe('notifications', () => {
  it('become urgent by the clock alone, and close when the offer has run out', async () => {
    const { clock, attach, shown, closed } = openShell();
    await attach(OFFERED);

    await clock.advanceAsync(40_000);
    expect(shown.map(({ urgency }) => urgency)).toEqual(['normal', 'critical']);
    await clock.advanceAsync(60_000);

    expect(closed).toEqual(['offer offer-1']);
  });

  it('do not come back after a press, whatever the server of notifications forgets to say', async () => {
    const { clock, attach, shown, person } = openShell();
    await attach(OFFERED);

    person()?.onAction('offer offer-1', { type: 'open-panel' });
    await clock.advanceAsync(40_000);

    expect(shown).toHaveLength(1);
  });

  it('are not repeated when the host restarts with the same offer', async () => {
    const { clock, attach, drop, shown } = openShell();
    await attach(OFFERED);

    drop();
    await clock.advanceAsync(100);
    await attach(OFFERED);

    expect(shown).toHaveLength(1);
  });
});

it('leaves no timer behind when it is stopped', async () => {
  const { clock, shell, attach } = openShell();
  await attach();

  shell.stop();

  expect(clock.pendingTimers).toBe(0);
});
