/**
 * Which notifications a state deserves, and what changes between two states. Pure: showing is the notifier's part.
 * One notification per subject; a changed one replaces the shown one; what the person closed stays closed.
 */
import { type AgentAction, type AgentView, actionLabel } from '../../shared/agent-view.ts';
import { MINUTE } from '../../shared/time.ts';
import { commandOf, type ShellAction } from './shell-action.ts';
import { noticeText } from './tray-strings.ts';

export interface NoticeButton {
  readonly label: string;
  readonly action: ShellAction;
}

export interface Notice {
  /** The same key replaces. */
  readonly key: string;
  readonly title: string;
  readonly body: string;
  /** critical: the last minute of an offer. */
  readonly urgency: 'normal' | 'critical';
  readonly buttons: readonly NoticeButton[];
}

/**
 * Always there, also without contact: a button that comes and goes would show the notification again. At most two,
 * because some servers draw no more; tray menu and panel have everything.
 */
function buttonsOf(actions: readonly AgentAction[]): NoticeButton[] {
  return actions.map((action) => ({
    label: actionLabel(action),
    action: { type: 'command', command: commandOf(action) },
  }));
}

/** Everything in this state that is worth a notification now. */
export function noticesOf(view: AgentView): readonly Notice[] {
  const offers = view.offers
    .filter(({ leftMs }) => leftMs > 0)
    .map(
      ({ offer, leftMs, sentences, claim, decline }): Notice => ({
        key: `offer ${offer.offerId}`,
        title: noticeText.yourTurn(offer.productName),
        body: sentences.join(' '),
        urgency: leftMs <= MINUTE ? 'critical' : 'normal',
        buttons: buttonsOf([claim, decline]),
      }),
    );
  const denials = view.denials.map(
    ({ denial, sentence, queue }): Notice => ({
      key: `denial ${denial.denialId}`,
      title: noticeText.denied(denial.productName),
      body: sentence,
      urgency: 'normal',
      buttons: buttonsOf([queue]),
    }),
  );
  const endings = view.notices.map(
    ({ notice, sentence }): Notice => ({
      key: `notice ${notice.noticeId}`,
      title: noticeText.ended(notice.productName),
      body: sentence,
      urgency: 'normal',
      buttons: [],
    }),
  );
  return [...offers, ...warningNotices(view), ...requestNotices(view), ...denials, ...endings];
}

/** Somebody asks, or somebody answered "in 10 minutes": all other answers are endings. */
function requestNotices({ requests, asked }: AgentView): Notice[] {
  const toMe = requests.map(
    ({ request, sentences, freeNow, inTenMinutes, busy }): Notice => ({
      key: `handover ${request.handoverId}`,
      title: noticeText.asked(request.productName),
      body: sentences.join(' '),
      urgency: 'normal',
      buttons: buttonsOf([freeNow, inTenMinutes ?? busy]),
    }),
  );
  const answers = asked
    .filter(({ handover }) => handover.answer !== null)
    .map(
      ({ handover, sentences }): Notice => ({
        key: `answer ${handover.handoverId}`,
        title: noticeText.ended(handover.productName),
        body: sentences.join(' '),
        urgency: 'normal',
        buttons: [],
      }),
    );
  return [...toMe, ...answers];
}

/** Critical from the first moment: something of the person's ends. */
function warningNotices({ warnings }: AgentView): Notice[] {
  return warnings.map(({ warning, sentences }) => ({
    key: `warning ${warning.leaseId}`,
    title: noticeText.warned(warning.productName),
    body: sentences.join(' '),
    urgency: 'critical',
    buttons: [],
  }));
}

/** What a person has been told, by key; `isOpen` is false once they closed it. */
export type ToldNotices = ReadonlyMap<string, { readonly notice: Notice; readonly isOpen: boolean }>;

/** Notices that have a time limit of their own. */
const WAITS = /^(offer|handover|warning) /;

export interface NoticeChange {
  readonly told: ToldNotices;
  readonly show: readonly Notice[];
  readonly closeKeys: readonly string[];
}

/**
 * @param told null: the shell has just started. Only what waits for the person is shown then; older denials and
 *   endings stand in the panel.
 */
export function changeNotices(told: ToldNotices | null, current: readonly Notice[]): NoticeChange {
  const isFirst = told === null;
  const before: ToldNotices = told ?? new Map();
  const next = new Map<string, { readonly notice: Notice; readonly isOpen: boolean }>();
  const show: Notice[] = [];
  for (const notice of current) {
    const earlier = before.get(notice.key);
    const isNew = !earlier && !(isFirst && !WAITS.test(notice.key));
    const isChanged = earlier?.isOpen === true && JSON.stringify(earlier.notice) !== JSON.stringify(notice);
    if (isNew || isChanged) show.push(notice);
    next.set(notice.key, { notice, isOpen: isNew || earlier?.isOpen === true });
  }
  const closeKeys = [...before].filter(([key, { isOpen }]) => isOpen && !next.has(key)).map(([key]) => key);
  return { told: next, show, closeKeys };
}

/** The person closed it, or its server did. */
export function closeNotice(told: ToldNotices, key: string): ToldNotices {
  const earlier = told.get(key);
  return earlier ? new Map(told).set(key, { ...earlier, isOpen: false }) : told;
}
