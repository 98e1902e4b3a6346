/**
 * The tray as a value: icon, tooltip and the whole menu for one contact with the agent host. Pure. The menu holds
 * everything, because on many desktops a click on the icon does nothing else. It shows points in time and no ages,
 * so that it changes only when something happened: on Linux every change replaces an open menu.
 */

import type { AgentState, SensorHealth } from '../../shared/agent-api.ts';
import {
  type AgentAction,
  type AgentView,
  actionLabel,
  type Tone,
  type TrayShape,
} from '../../shared/agent-view.ts';
import type { FormatClock } from '../../shared/durations.ts';
import { assertNever } from '../../shared/outcome.ts';
import { sensorSentences, startSentence, tooltip } from '../../shared/strings.ts';
import type { HostContact } from './host-contact.ts';
import { commandOf, type ShellAction } from './shell-action.ts';
import { awayText, menuText } from './tray-strings.ts';

export type MenuItem =
  | { readonly kind: 'separator' }
  /** A line to read. */
  | { readonly kind: 'text'; readonly label: string }
  | {
      readonly kind: 'press';
      readonly label: string;
      readonly isEnabled: boolean;
      readonly action: ShellAction;
    }
  | {
      readonly kind: 'check';
      readonly label: string;
      readonly isChecked: boolean;
      readonly action: ShellAction;
    }
  | { readonly kind: 'submenu'; readonly label: string; readonly items: readonly MenuItem[] };

export interface TrayView {
  readonly shape: TrayShape;
  readonly tone: Tone;
  readonly tooltip: string;
  readonly menu: readonly MenuItem[];
}

/** More products than this do not fit a menu; the panel has a search. */
const PRODUCTS_IN_MENU = 12;

const SEPARATOR: MenuItem = { kind: 'separator' };
const openPanel = (label: string): MenuItem => ({
  kind: 'press',
  label,
  isEnabled: true,
  action: { type: 'open-panel' },
});
const QUIT: MenuItem = { kind: 'press', label: menuText.quit, isEnabled: true, action: { type: 'quit' } };

/** A wish that waits for its answer, or that nobody could answer, is shown and says so, but cannot be pressed. */
function pressItem(action: AgentAction, label: string = actionLabel(action)): MenuItem {
  const labels = { ready: label, pending: menuText.pending(label), offline: menuText.offline(label) };
  return {
    kind: 'press',
    label: labels[action.press],
    isEnabled: action.press === 'ready',
    action: { type: 'command', command: commandOf(action) },
  };
}

const submenu = (label: string, actions: readonly AgentAction[]): MenuItem => ({
  kind: 'submenu',
  label,
  items: actions.map((action) => pressItem(action)),
});

/** One line for each thing of this person, with what may be done about it. */
function myItems(view: AgentView, nowMs: number, formatClock: FormatClock): MenuItem[] {
  const offers = view.offers.map(({ offer, claim, decline, defer, leave }) =>
    submenu(menuText.offer(offer.productName, formatClock(offer.untilMs, nowMs)), [
      claim,
      decline,
      defer,
      leave,
    ]),
  );
  const tickets = view.tickets.map(({ ticket, sentence, defer, back, leave }) =>
    submenu(
      ticket.aside
        ? menuText.aside(ticket.productName, sentence)
        : menuText.ticket(ticket.productName, ticket.place),
      [...(defer ? [defer] : []), ...(back ? [back] : []), leave],
    ),
  );
  const sessions = view.sessions.flatMap(({ session, release, queue }): MenuItem[] => {
    if (release && session.seat?.state === 'held')
      return [
        submenu(menuText.held(session.productName, formatClock(session.seat.sinceMs, nowMs)), [release]),
      ];
    return queue ? [submenu(menuText.overage(session.productName), [queue])] : [];
  });
  const runningProductIds = new Set(view.sessions.map(({ session }) => session.productId));
  const denials = view.denials
    .filter(({ denial }) => !runningProductIds.has(denial.productId))
    .map(({ denial, queue }) => submenu(menuText.denied(denial.productName), [queue]));
  const notices = view.notices.map(({ sentence, dismiss }) => submenu(sentence, [dismiss]));
  return [
    ...offers,
    ...handoverItems(view, nowMs, formatClock),
    ...denials,
    ...tickets,
    ...sessions,
    ...notices,
  ];
}

/** Seats that end, who asks for one of mine, and whom I ask. */
function handoverItems(
  { warnings, requests, asked }: AgentView,
  nowMs: number,
  formatClock: FormatClock,
): MenuItem[] {
  return [
    ...warnings.map(({ warning }) =>
      openPanel(menuText.warned(warning.productName, formatClock(warning.untilMs, nowMs))),
    ),
    ...requests.map(({ request, freeNow, inTenMinutes, busy }) =>
      submenu(menuText.asked(request.productName, formatClock(request.untilMs, nowMs)), [
        freeNow,
        ...(inTenMinutes ? [inTenMinutes] : []),
        busy,
      ]),
    ),
    ...asked.map(({ handover }): MenuItem => {
      return { kind: 'text', label: menuText.youAsked(handover.productName, handover.holderName) };
    }),
  ];
}

/** Products with no free seat, most used first (the shared view sorts them). */
function queueItems(view: AgentView): MenuItem[] {
  const full = view.products.flatMap(({ product, isFull, queue }) =>
    isFull && queue ? [{ product, queue }] : [],
  );
  if (full.length === 0) return [];
  const items = full.slice(0, PRODUCTS_IN_MENU).map(({ product, queue }) => pressItem(queue, product.name));
  const rest = full.length - items.length;
  const more: MenuItem[] = rest > 0 ? [openPanel(menuText.moreInPanel(rest))] : [];
  return [{ kind: 'submenu', label: menuText.queueFor, items: [...items, ...more] }];
}

function sensorLine(name: string, { source, state, detail }: SensorHealth): MenuItem {
  const words = sensorSentences[state](source);
  return { kind: 'text', label: detail ? `${name}: ${words} (${detail})` : `${name}: ${words}` };
}

function sensorItem({ sensors }: AgentState): MenuItem {
  const { name } = sensorSentences;
  return {
    kind: 'submenu',
    label: menuText.sensors,
    items: [
      sensorLine(name.processes, sensors.processes),
      sensorLine(name.idle, sensors.idle),
      sensorLine(name.power, sensors.power),
    ],
  };
}

function lastItems(startsAtLogin: boolean): MenuItem[] {
  const login: MenuItem = {
    kind: 'check',
    label: menuText.startAtLogin,
    isChecked: startsAtLogin,
    action: { type: 'toggle-autostart' },
  };
  return [login, QUIT];
}

function attachedView(
  agent: AgentState,
  view: AgentView,
  startsAtLogin: boolean,
  nowMs: number,
  formatClock: FormatClock,
): TrayView {
  const mine = myItems(view, nowMs, formatClock);
  return {
    shape: view.trayShape,
    tone: view.tone,
    tooltip: view.tooltip,
    menu: [
      { kind: 'text', label: view.headline },
      ...mine,
      SEPARATOR,
      openPanel(menuText.openUsher),
      openPanel(menuText.whoHasOne),
      ...queueItems(view),
      SEPARATOR,
      sensorItem(agent),
      ...lastItems(startsAtLogin),
    ],
  };
}

function unattachedView(sentence: string, shape: TrayShape, tone: Tone, startsAtLogin: boolean): TrayView {
  return {
    shape,
    tone,
    tooltip: tooltip(sentence),
    menu: [
      { kind: 'text', label: startSentence(sentence) },
      SEPARATOR,
      openPanel(menuText.openUsher),
      SEPARATOR,
      ...lastItems(startsAtLogin),
    ],
  };
}

/**
 * @param viewOf the shared view of the same state, at the same time
 * @param startsAtLogin whether the system starts the shell at login
 */
export function viewTray(
  contact: HostContact,
  viewOf: (agent: AgentState) => AgentView,
  startsAtLogin: boolean,
  nowMs: number,
  formatClock: FormatClock,
): TrayView {
  switch (contact.state) {
    case 'attached':
      return attachedView(contact.agent, viewOf(contact.agent), startsAtLogin, nowMs, formatClock);
    case 'starting':
      return unattachedView(awayText.starting, { kind: 'outline' }, 'muted', startsAtLogin);
    case 'away':
      return contact.problem === null
        ? unattachedView(
            awayText.away(formatClock(contact.sinceMs, nowMs)),
            { kind: 'slashed' },
            'muted',
            startsAtLogin,
          )
        : unattachedView(awayText[contact.problem], { kind: 'dot' }, 'attention', startsAtLogin);
    default:
      return assertNever(contact);
  }
}
