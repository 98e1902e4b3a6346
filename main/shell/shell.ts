/** The composition root of the shell: contact with the host in; tray, panel and notifications out. */
import type { AgentState } from '../../shared/agent-api.ts';
import { viewAgent } from '../../shared/agent-view.ts';
import { makeFormatClock } from '../../shared/durations.ts';
import { assertNever, type Outcome, success } from '../../shared/outcome.ts';
import { type Cancel, type Clock, SECOND } from '../../shared/time.ts';
import { type HostContact, lastState } from './host-contact.ts';
import { type HostLink, type HostLinkPorts, openHostLink } from './host-link.ts';
import { openCommandAnswer } from './host-requests.ts';
import type { Log } from './log.ts';
import { changeNotices, closeNotice, noticesOf, type ToldNotices } from './notices.ts';
import type { Notifier, NotifierEvents } from './notifier.ts';
import type { PageCommand, PanelRequest } from './panel-requests.ts';
import type { ShellAction } from './shell-action.ts';
import { type TrayView, viewTray } from './tray-view.ts';

/** What the shell draws on and reads from; main.ts gives the real ones. */
export interface ShellPorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly connect: HostLinkPorts['connect'];
  readonly startHost: HostLinkPorts['startHost'];
  readonly drawTray: (view: TrayView) => void;
  readonly showPanel: () => void;
  /** Gives the panel what is true now; it may not be open. */
  readonly tellPanel: (contact: HostContact) => void;
  readonly makeNotifier: (events: NotifierEvents) => Notifier;
  readonly openLink: (name: Extract<PanelRequest, { name: 'openLink' }>['link']) => Promise<Outcome<null>>;
  readonly autostart: { isOn(): boolean; set(isOn: boolean): Outcome<null> };
  readonly quit: () => void;
}

export interface Shell {
  answerPanel(request: PanelRequest): Promise<Outcome<unknown>>;
  act(action: ShellAction): void;
  contact(): HostContact;
  /** Draws again where only the surroundings changed: theme, screen, time. */
  redraw(): void;
  stop(): void;
}

/** Offers become urgent and end by the clock alone; nothing else here depends on it. */
const LOOK_AGAIN_MS = 10 * SECOND;

export function runShell(ports: ShellPorts): Shell {
  const { clock, log, autostart } = ports;
  const formatClock = makeFormatClock();
  const waitingForState: ((state: AgentState) => void)[] = [];
  let told: ToldNotices | null = null;
  let cancelLook: Cancel = () => {};

  const notifier = ports.makeNotifier({
    onAction(key, action) {
      markClosed(key);
      act(action);
    },
    onClosed: markClosed,
  });
  const link: HostLink = openHostLink({
    connect: ports.connect,
    startHost: ports.startHost,
    clock,
    log,
    onContact(contact) {
      draw(contact);
      ports.tellPanel(contact);
      const state = lastState(contact);
      if (state) for (const resolve of waitingForState.splice(0)) resolve(state);
    },
  });

  function draw(contact: HostContact): void {
    const nowMs = clock.wallMs();
    const viewOf = (agent: AgentState) => viewAgent(agent, nowMs, formatClock);
    ports.drawTray(viewTray(contact, viewOf, autostart.isOn(), nowMs, formatClock));
    if (contact.state !== 'attached') return;
    const change = changeNotices(told, noticesOf(viewOf(contact.agent)));
    told = change.told;
    for (const key of change.closeKeys) notifier.close(key);
    for (const notice of change.show) notifier.show(notice);
  }

  function lookAgain(): void {
    draw(link.contact());
    cancelLook = clock.setTimer(lookAgain, LOOK_AGAIN_MS);
  }

  function markClosed(key: string): void {
    if (told) told = closeNotice(told, key);
  }

  async function command({ name, input }: PageCommand): Promise<Outcome<unknown>> {
    return openCommandAnswer(await link.request(name, input));
  }

  /** From tray or notification: an answer that says no must reach the person, and there is no page to show it. */
  async function commandAloud(wish: PageCommand): Promise<void> {
    const outcome = await command(wish);
    log.info('shell', `${wish.name}: ${outcome.ok ? 'done' : outcome.code}`);
    if (outcome.ok) return;
    notifier.show({ key: 'answer', title: 'Usher', body: outcome.message, urgency: 'normal', buttons: [] });
  }

  function toggleAutostart(): void {
    const outcome = autostart.set(!autostart.isOn());
    if (!outcome.ok)
      notifier.show({
        key: 'autostart',
        title: 'Usher',
        body: outcome.message,
        urgency: 'normal',
        buttons: [],
      });
    draw(link.contact());
  }

  function act(action: ShellAction): void {
    switch (action.type) {
      case 'command':
        void commandAloud(action.command);
        return;
      case 'open-panel':
        ports.showPanel();
        return;
      case 'toggle-autostart':
        toggleAutostart();
        return;
      case 'quit':
        ports.quit();
        return;
      default:
        assertNever(action);
    }
  }

  async function answerState(): Promise<Outcome<AgentState>> {
    const contact = link.contact();
    ports.tellPanel(contact);
    const state = lastState(contact);
    if (state) return success(state);
    return success(await new Promise<AgentState>((resolve) => waitingForState.push(resolve)));
  }

  lookAgain();
  return {
    async answerPanel(request) {
      switch (request.name) {
        case 'state':
          return answerState();
        case 'openLink':
          return ports.openLink(request.link);
        default:
          return command(request);
      }
    },
    act,
    contact: link.contact,
    redraw: () => draw(link.contact()),
    stop() {
      cancelLook();
      link.stop();
      notifier.stop();
    },
  };
}
