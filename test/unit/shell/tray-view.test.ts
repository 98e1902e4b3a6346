import { describe, expect, it } from 'vitest';
import type { HostContact } from '../../../main/shell/host-contact.ts';
import { type MenuItem, type TrayView, viewTray } from '../../../main/shell/tray-view.ts';
import type { AgentState } from '../../../shared/agent-api.ts';
import { viewAgent } from '../../../shared/agent-view.ts';
import { makeFormatClock } from '../../../shared/durations.ts';
import { startSentence } from '../../../shared/strings.ts';
import { EMPTY_MINE } from '../../../shared/views.ts';
import {
  aHandover,
  anOffer,
  aPool,
  aRequest,
  aSession,
  aState,
  aTicket,
  aWarning,
  minutesAgo,
  NOW,
} from '../../support/a-state.ts';

const formatClock = makeFormatClock('UTC');

function view(contact: HostContact, startsAtLogin = false, nowMs = NOW): TrayView {
  return viewTray(
    contact,
    (agent) => viewAgent(agent, nowMs, formatClock),
    startsAtLogin,
    nowMs,
    formatClock,
  );
}
const attached = (agent: AgentState): HostContact => ({ state: 'attached', sinceMs: minutesAgo(5), agent });

/** The menu as nested labels; "-" is a separator, "(x)" cannot be pressed, "[x]" is checked. */
function outline(items: readonly MenuItem[]): unknown[] {
  return items.map((item) => {
    if (item.kind === 'separator') return '-';
    if (item.kind === 'submenu') return [item.label, ...outline(item.items)];
    if (item.kind === 'check') return item.isChecked ? `[${item.label}]` : item.label;
    return item.kind === 'press' && item.isEnabled ? item.label : `(${item.label})`;
  });
}

function press(menu: readonly MenuItem[], label: string): unknown {
  const flat = menu.flatMap((item) => (item.kind === 'submenu' ? [item, ...item.items] : [item]));
  const found = flat.find((item) => item.kind !== 'separator' && item.label === label);
  return found && 'action' in found ? found.action : undefined;
}

const SENSORS = [
  "What Usher's sensors say",
  '(Processes: read by /proc)',
  '(Idle time: read by X11)',
  '(Sleep and wake: read by logind)',
];
const END = ['-', SENSORS, 'Start at login', 'Quit'];

describe('while attached', () => {
  it('shows headline, icon and tooltip of the shared view', () => {
    const holding = view(attached(aState({ sessions: [aSession()] })));

    expect(holding).toMatchObject({
      shape: { kind: 'filled' },
      tone: 'positive',
      tooltip: 'Usher: you hold FreeCAD (since 09:12).',
    });
    expect(holding.menu[0]).toEqual({ kind: 'text', label: 'You hold FreeCAD (since 09:12).' });
  });

  it('has nothing but the ways in where nothing is', () => {
    expect(outline(view(attached(aState())).menu)).toEqual([
      '(No licensed application is running.)',
      '-',
      'Open Usher',
      'Who has a seat…',
      ...END,
    ]);
  });

  it('lists what is mine, most urgent first, each with everything that may be done about it', () => {
    const state = aState({
      sessions: [
        aSession(),
        aSession({
          sessionId: 's2',
          productId: 'kicad',
          productName: 'KiCad',
          seat: { state: 'overage', sinceMs: NOW },
        }),
        aSession({ sessionId: 's3', productId: 'gimp', productName: 'GIMP', seat: { state: 'not-counted' } }),
      ],
      mine: {
        ...EMPTY_MINE,
        offers: [anOffer()],
        tickets: [
          aTicket({ place: 1 }),
          aTicket({ ticketId: 't2', productId: 'abaqus', productName: 'Abaqus', place: 4 }),
        ],
        denials: [
          {
            denialId: 'd1',
            productId: 'nx',
            productName: 'NX',
            sessionId: null,
            atMs: NOW,
            reason: 'no-free-seat',
            enforcement: 'ask',
          },
        ],
        notices: [
          { noticeId: 'n1', productId: 'nx', productName: 'NX', atMs: NOW, kind: 'ticket-ended-missed' },
        ],
      },
    });

    expect(outline(view(attached(state)).menu)).toEqual([
      '(A seat for AutoCAD is held for you until 14:06.)',
      ['AutoCAD: your turn until 14:06', 'Claim', 'Not now', 'Not now, 15 min', 'Leave the queue'],
      ['NX: no seat was free', 'Queue me'],
      ['Abaqus: 4th in the queue', 'Not now, 15 min', 'Leave the queue'],
      ['FreeCAD: you hold a seat since 09:12', 'Give my seat back'],
      ['KiCad: runs without a seat', 'Queue me'],
      [
        'Your place in the queue for NX ended at 14:02: its offers were missed. Queue again when you need a seat.',
        'Dismiss',
      ],
      '-',
      'Open Usher',
      'Who has a seat…',
      ...END,
    ]);
  });

  it('stands for the command of each entry', () => {
    const { menu } = view(
      attached(aState({ sessions: [aSession()], mine: { ...EMPTY_MINE, offers: [anOffer()] } })),
    );

    expect(press(menu, 'Claim')).toEqual({
      type: 'command',
      command: { name: 'claim', input: { offerId: 'offer-1' } },
    });
    expect(press(menu, 'Not now')).toEqual({
      type: 'command',
      command: { name: 'decline', input: { offerId: 'offer-1' } },
    });
    expect(press(menu, 'Leave the queue')).toEqual({
      type: 'command',
      command: { name: 'leave', input: { ticketId: 'ticket-1' } },
    });
    expect(press(menu, 'Give my seat back')).toEqual({
      type: 'command',
      command: { name: 'release', input: { sessionId: 'session-1' } },
    });
    expect(press(menu, 'Quit')).toEqual({ type: 'quit' });
  });

  it('shows a wish that was sent, and one that nobody could answer, as not to be pressed', () => {
    const wish = { wishId: 'w', type: 'claim', subjectId: 'offer-1', deadlineMs: NOW + 1_000 } as const;
    const mine = { ...EMPTY_MINE, offers: [anOffer()] };
    const pending = view(attached(aState({ mine, pendingWishes: [wish] }))).menu;
    const connection = { state: 'offline', sinceMs: minutesAgo(22), nextTryAtMs: null, reason: 'x' } as const;
    const offline = view(attached(aState({ mine, connection }))).menu;

    expect(outline(pending)[1]).toEqual([
      'AutoCAD: your turn until 14:06',
      '(Claim (sent))',
      'Not now',
      'Not now, 15 min',
      'Leave the queue',
    ]);
    expect(outline(offline)[1]).toEqual([
      'AutoCAD: your turn until 14:06',
      '(Claim (no contact))',
      '(Not now (no contact))',
      '(Not now, 15 min (no contact))',
      '(Leave the queue (no contact))',
    ]);
  });

  it('lists what ends, who asks with the three answers, whom I asked, and a place that was put off', () => {
    const mine = {
      ...EMPTY_MINE,
      warnings: [aWarning()],
      handoverRequests: [aRequest()],
      handovers: [aHandover()],
      tickets: [aTicket({ aside: { because: 'deferred', untilMs: NOW + 900_000 } })],
    };
    const { menu } = view(attached(aState({ mine })));

    expect(outline(menu).slice(1, 5)).toEqual([
      'FreeCAD: an admin takes your seat back at 14:07',
      ['FreeCAD: somebody asks for your seat until 14:17', 'Free now', 'In 10 minutes', 'Busy'],
      '(AutoCAD: you asked Tom Baker)',
      ['AutoCAD: Not before 14:17; you keep your place.', 'Queue me', 'Leave the queue'],
    ]);
    expect(press(menu, 'In 10 minutes')).toEqual({
      type: 'command',
      command: { name: 'answerHandover', input: { handoverId: 'handover-1', answer: 'in-10-minutes' } },
    });
  });

  it('offers to queue for full products only, twelve at most, the rest in the panel', () => {
    const ids = Array.from({ length: 15 }, (_, index) => `p${String(index).padStart(2, '0')}`);
    const pools = ids.map((id, index) =>
      aPool({
        poolId: id,
        name: id,
        productIds: [id],
        seats: {
          state: 'known',
          capacity: 20,
          inUse: index === 14 ? 3 : 20 - index,
          offered: index === 14 ? 0 : index,
          free: index === 14 ? 17 : 0,
        },
      }),
    );
    const products = ids.map((id) => ({ productId: id, name: id.toUpperCase(), poolIds: [id] }));

    const menu = view(attached(aState({ pools: { asOfMs: NOW, pools, products } }))).menu;

    const queueFor = outline(menu).find(
      (item): item is string[] => Array.isArray(item) && item[0] === 'Queue for',
    );
    expect(queueFor).toEqual([
      'Queue for',
      ...ids.slice(0, 12).map((id) => id.toUpperCase()),
      '2 more in the panel…',
    ]);
    expect(press(menu, 'P03')).toEqual({
      type: 'command',
      command: { name: 'queue', input: { productId: 'p03' } },
    });
  });

  it('does not change while nothing happens but time', () => {
    const idle = aSession({
      activity: { state: 'idle', sinceMs: minutesAgo(3), reason: { kind: 'no-input', percentOfCore: 1 } },
    });
    const contact = attached(aState({ sessions: [idle], mine: { ...EMPTY_MINE, tickets: [aTicket()] } }));

    expect(view(contact, false, NOW + 7 * 60_000)).toEqual(view(contact, false, NOW));
  });

  it('says of every sensor whether it works', () => {
    const state = aState({
      sensors: {
        processes: { source: 'ps', state: 'fallback', detail: '/proc cannot be read' },
        idle: { source: 'X11', state: 'failed' },
        power: { source: 'logind', state: 'working' },
      },
    });

    expect(outline(view(attached(state)).menu)).toContainEqual([
      "What Usher's sensors say",
      '(Processes: read by the fallback ps (/proc cannot be read))',
      '(Idle time: X11 does not answer)',
      '(Sleep and wake: read by logind)',
    ]);
  });
});

describe('without a host', () => {
  const rest = ['-', 'Open Usher', '-', '[Start at login]', 'Quit'];

  it.each([
    [{ state: 'starting', sinceMs: NOW }, 'outline', 'muted', 'starting.'],
    [
      { state: 'away', sinceMs: minutesAgo(22), last: aState({ sessions: [aSession()] }), problem: null },
      'slashed',
      'muted',
      'no contact with the agent on this workstation since 13:40; it is being started again; nothing will be closed.',
    ],
    [
      { state: 'away', sinceMs: NOW, last: null, problem: 'does-not-start' },
      'dot',
      'attention',
      'the agent on this workstation does not start; install Usher again or look into its log; nothing will be closed.',
    ],
    [
      { state: 'away', sinceMs: NOW, last: null, problem: 'not-understood' },
      'dot',
      'attention',
      'the agent on this workstation is of another version than this window; quit Usher and start it again.',
    ],
  ] as const)('%j says so and offers nothing that nobody could do', (contact, shape, tone, sentence) => {
    const drawn = view(contact, true);

    expect(drawn).toMatchObject({
      shape: { kind: shape },
      tone,
      tooltip: `Usher: ${sentence}`,
    });
    expect(outline(drawn.menu)).toEqual([`(${startSentence(sentence)})`, ...rest]);
  });
});
