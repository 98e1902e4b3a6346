/**
 * What tray, panel and command say, in one place: plain, short, second person, no blame (English; a catalog of
 * messages replaces the bodies later, not the names). Times come in as text, numbers as numbers.
 * The console's own sentences are in strings-console.ts.
 */

import { assertNever } from './outcome.ts';
import type { Aside, MyDenial, MyNotice } from './views.ts';

/** "1 seat", "3 seats". */
export function count(amount: number, one: string, many: string): string {
  return `${amount} ${amount === 1 ? one : many}`;
}

/** "1st", "2nd", "3rd", "11th". */
export function ordinal(place: number): string {
  const lastTwo = place % 100;
  if (lastTwo >= 11 && lastTwo <= 13) return `${place}th`;
  const suffix = ['th', 'st', 'nd', 'rd'][place % 10] ?? 'th';
  return `${place}${suffix}`;
}

export function joinNames(names: readonly string[]): string {
  if (names.length <= 1) return names[0] ?? '';
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** What a button is called, the same in every face. */
export const buttons = {
  queue: 'Queue me',
  claim: 'Claim',
  decline: 'Not now',
  leave: 'Leave the queue',
  defer: 'Not now, 15 min',
  release: 'Give my seat back',
  releaseAndComeBack: 'Give it back and book',
  comeBack: 'Come back at …',
  askHolder: 'Ask for it',
  answers: { 'free-now': 'Free now', 'in-10-minutes': 'In 10 minutes', busy: 'Busy' },
  dismiss: 'Dismiss',
  whoHasOne: 'Who has one?',
  close: 'Close',
  dismissMessage: 'Dismiss this message',
  clearSearch: 'Clear the search',
} as const;

/** First lines: the state of this person here, as the tray says them after "Usher: ". */
export const headlines = {
  nothing: () => 'no licensed application is running.',
  uncounted: (products: readonly string[]) =>
    `${joinNames(products)} ${products.length === 1 ? 'runs' : 'run'} here; nobody counts ${products.length === 1 ? 'its' : 'their'} seats.`,
  overage: (product: string) => `${product} runs here without a seat.`,
  holding: (product: string, since: string) => `you hold ${product} (since ${since}).`,
  holdingSeveral: (products: readonly string[]) => `you hold ${joinNames(products)}.`,
  waiting: (place: number, product: string) => `${ordinal(place)} in the queue for ${product}.`,
  aside: (product: string, until: string | null) =>
    until === null
      ? `your place in the queue for ${product} is kept.`
      : `your place in the queue for ${product} is kept until ${until}.`,
  warned: (product: string, until: string) => `an admin takes your ${product} seat back at ${until}.`,
  asked: (product: string) => `somebody asks for your ${product} seat.`,
  yourTurn: (product: string, until: string) => `a seat for ${product} is held for you until ${until}.`,
  denied: (product: string) =>
    `no seat was free for ${product}; queue and Usher tells you when it is your turn.`,
  suspended: (product: string) => `${product} is suspended.`,
  offline: (since: string) => `no contact with the server since ${since}; nothing will be closed.`,
  connecting: () => 'connecting to the server.',
  enrolling: () => 'this workstation is being enrolled.',
  mustEnroll: () => 'this workstation must be enrolled again.',
  refused: () => 'the server refuses this workstation; the panel says why.',
} as const;

export const tooltip = (headline: string): string => `Usher: ${headline}`;

/** Lets a text stand alone. Not for texts that open with a name: names keep their first letter. */
export const startSentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** What happened to a person, why, and what they can do (one entry for each moment). */
export const moments = {
  queued: (place: number) => `You are ${ordinal(place)}.`,
  waited: (duration: string) => `You have waited ${duration}.`,
  peopleAhead: (people: number) =>
    people === 0
      ? 'Nobody is ahead of you.'
      : `${people === 1 ? 'One person is' : `${people} people are`} ahead of you.`,
  expectedWait: (half: string, most: string | null) =>
    most === null
      ? `A seat: 50 % by ${half}, perhaps much later.`
      : `A seat: 50 % by ${half}, 90 % by ${most}.`,
  fairShare: (classes: number) =>
    `Seats that you held and did not use put you back by ${count(classes, 'step', 'steps')} for now.`,
  asked: (asker: string | null, product: string) =>
    `${asker ?? 'A colleague'} asks for your ${product} seat.`,
  askedHow: (until: string) =>
    `“Free now” gives it to them at once; your application keeps running, without a seat. The request ends at ${until}.`,
  askedLater: (until: string) => `You said: in 10 minutes. The request stays open until ${until}.`,
  youAsked: (holder: string, product: string) => `You asked ${holder} for their ${product} seat.`,
  noAnswerYet: (until: string) => `No answer yet; the request ends at ${until}.`,
  answeredLater: (until: string) => `The answer: in 10 minutes. The request stays open until ${until}.`,
  warned: (until: string) => `An admin takes this seat back at ${until}.`,
  warnedWhy: (note: string) => `The reason: ${note}`,
  warnedWhatNext: () => 'Your application keeps running, without a seat. Save your work before.',
  warnedUnsaved: () => 'Something is not saved there.',
  yourTurn: (until: string) => `A seat is held for you until ${until}.`,
  yourTurnSoft: () =>
    'A seat is free and Usher asks others to leave it for you; a program started without Usher could still take it.',
  ifMissed: (missesLeft: number) =>
    missesLeft <= 1
      ? 'If you let it pass, your place in the queue ends.'
      : 'If you let it pass, you keep your place.',
  offline: (since: string) =>
    `No contact with the server since ${since}. Your work goes on; Usher closes nothing while it is offline.`,
  nextTry: (inDuration: string) => `Next try in ${inDuration}.`,
  refused: (message: string) => `The server refuses this workstation: ${message}`,
  outboxWaiting: (facts: number) =>
    `${count(facts, 'record waits', 'records wait')} on this workstation until the server answers.`,
  hostSilent: () => 'Usher on this workstation did not answer. Try again in a moment.',
  badAnswer: () =>
    'Usher on this workstation answered in a form this page does not know. Load the page again.',
  carrierLost: () =>
    'This page lost contact with Usher on this workstation. It tries again by itself; if Usher was started anew, open the panel from there.',
} as const;

/** Why there was no seat. `capacity` is null where it is not known. */
export function denialSentence(reason: MyDenial['reason'], product: string, capacity: number | null): string {
  const next = 'Queue and Usher tells you when it is your turn.';
  switch (reason) {
    case 'no-free-seat':
      return capacity === null
        ? `All ${product} seats are in use. ${next}`
        : `${capacity === 1 ? `The only ${product} seat is` : `All ${capacity} ${product} seats are`} in use. ${next}`;
    case 'others-wait':
      return `Others wait for ${product} already. ${next}`;
    case 'pool-unknown':
      return `Nobody can say now whether ${product} has a free seat. ${next}`;
    case 'denied-by-admin':
      return `An admin has put you on the list of those who get no seat for ${product}.`;
    case 'pool-paused':
      return `No seats for ${product} are given out now: an admin paused them. ${next}`;
    case 'user-limit':
      return `You have as many ${product} seats as one person may have.`;
    case 'group-cap':
      return `Your group has as many ${product} seats as it may have. ${next}`;
    case 'reserved':
      return `The free ${product} seats are kept for another group. ${next}`;
    default:
      return assertNever(reason);
  }
}

/** @param missesLeft of the ticket, null where the ticket is gone */
export function noticeSentence(
  kind: MyNotice['kind'],
  product: string,
  at: string,
  missesLeft: number | null,
): string {
  switch (kind) {
    case 'offer-missed':
      return missesLeft === null
        ? `The ${product} seat went to the next person at ${at}.`
        : `The ${product} seat went to the next person at ${at}. You keep your place; ${missesLeft === 1 ? 'one more miss ends' : `${missesLeft} more misses end`} it.`;
    case 'ticket-ended-missed':
      return `Your place in the queue for ${product} ended at ${at}: its offers were missed. Queue again when you need a seat.`;
    case 'ticket-ended-admin':
      return `An admin ended your place in the queue for ${product} at ${at}.`;
    case 'ticket-ended-pool-gone':
      return `${product} has no seats here any more; your place in its queue ended at ${at}.`;
    case 'lease-expired':
      return `Your ${product} seat ended at ${at}: this workstation had not been heard from. Your work is untouched.`;
    case 'lease-admin':
      return `An admin took your ${product} seat back at ${at}. Your application keeps running.`;
    case 'handover-moved':
      return `Your colleague gave you the ${product} seat at ${at}. Start ${product} if it does not run: the seat is held for you for some minutes.`;
    case 'handover-busy':
      return `The colleague you asked for the ${product} seat still needs it (${at}).`;
    case 'handover-expired':
      return `The colleague you asked for the ${product} seat did not answer until ${at}. You can ask somebody else.`;
    case 'handover-lease-gone':
      return `The ${product} seat you asked for was given back at ${at}; it goes to whoever is first in the queue.`;
    case 'warning-withdrawn':
      return `You keep your ${product} seat: the admin changed the decision at ${at}.`;
    default:
      return assertNever(kind);
  }
}

/** Why a place in the queue is kept without being offered anything. */
export function asideSentence(because: Aside['because'], until: string | null): string {
  switch (because) {
    case 'deferred':
      return until === null ? 'Not now; you keep your place.' : `Not before ${until}; you keep your place.`;
    case 'booked':
      return until === null ? 'Your place is booked.' : `Your place is booked for ${until}.`;
    case 'quiet':
      return 'These are quiet hours: nothing is offered before they end, and you keep your place.';
    case 'limit':
      return 'You have as many seats as one person may have; you keep your place.';
    case 'cap':
      return 'Your group has as many seats as it may have; you keep your place.';
    case 'closed':
      return 'No seats are given out now; you keep your place.';
    case 'denied':
      return 'An admin has put you on the list of those who get no seat here.';
    default:
      return assertNever(because);
  }
}

/** The line of a pool: its numbers first, then what they mean for the reader. */
export const poolSentences = {
  inUse: (inUse: number, capacity: number, name: string) => `${inUse} of ${capacity} ${name} seats in use.`,
  allInUse: (capacity: number) => (capacity === 1 ? 'The only seat is in use.' : `All ${capacity} in use.`),
  overCapacity: (inUse: number, capacity: number) => `${inUse} in use, ${capacity} allowed.`,
  noSeats: (name: string) => `${name} has no seats now.`,
  unknown: (since: string) => `Unknown since ${since}: the license server does not answer.`,
  youHold: () => 'You hold one.',
  youHoldSeveral: (seats: number) => `You hold ${seats}.`,
  youCanStart: () => 'You can start.',
  yourTurn: () => 'One is held for you.',
  youAre: (place: number) => `You are ${ordinal(place)} in the queue.`,
  heldForQueue: (offered: number) =>
    offered === 1 ? 'One is held for the next in the queue.' : `${offered} are held for the queue.`,
  waiting: (people: number) => (people === 1 ? 'One person waits.' : `${people} people wait.`),
  noneFree: () => 'No seat is free.',
  queueAndBeTold: () => 'Queue and Usher tells you when it is your turn.',
} as const;

/** Small words beside people and sessions. */
export const marks = { you: 'you', simulated: 'simulated', notKnownYet: 'not known yet' } as const;

/** How old what you see is. */
export const freshness = {
  live: () => 'live',
  asOf: (time: string) => `as of ${time}`,
  never: () => 'no data yet',
} as const;

/** Which readers watch this workstation. */
export const sensorSentences = {
  name: { processes: 'Processes', idle: 'Idle time', power: 'Sleep and wake' },
  working: (source: string) => `read by ${source}`,
  fallback: (source: string) => `read by the fallback ${source}`,
  failed: (source: string) => `${source} does not answer`,
} as const;
