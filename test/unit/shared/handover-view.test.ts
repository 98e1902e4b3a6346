/** Places, requests and announced ends as one reader sees them. */
import { describe, expect, it } from 'vitest';
import type { AgentState } from '../../../shared/agent-api.ts';
import { viewAgent } from '../../../shared/agent-view.ts';
import { makeFormatClock, nextTimeOfDay } from '../../../shared/durations.ts';
import { EMPTY_MINE } from '../../../shared/views.ts';
import {
  aHandover,
  aHolder,
  anEntry,
  aPool,
  aRequest,
  aSession,
  aState,
  aTicket,
  aWarning,
  minutesAgo,
  NOW,
} from '../../support/a-state.ts';

const view = (over: Partial<AgentState> = {}) => viewAgent(aState(over), NOW, makeFormatClock('UTC'));
const mine = (over: Partial<typeof EMPTY_MINE>) => ({ mine: { ...EMPTY_MINE, ...over } });
const sentence = (over: Parameters<typeof aTicket>[0]) =>
  view(mine({ tickets: [aTicket(over)] })).tickets[0]?.sentence;

describe('a place in the queue', () => {
  it('says place, people ahead and the expected wait where they are known', () => {
    expect(sentence({})).toBe('You are 2nd.');
    const wait = { p50AtMs: NOW + 8 * 60_000, p90AtMs: NOW + 58 * 60_000, basis: 40 };
    expect(sentence({ place: 4, peopleAhead: 2, expectedWait: wait })).toBe(
      'You are 4th. 2 people are ahead of you. A seat: 50 % by 14:10, 90 % by 15:00.',
    );
    expect(sentence({ peopleAhead: 1, expectedWait: { ...wait, p90AtMs: null } })).toBe(
      'You are 2nd. One person is ahead of you. A seat: 50 % by 14:10, perhaps much later.',
    );
    expect(sentence({ place: 1, peopleAhead: 0, fairShareClasses: 1 })).toBe(
      'You are 1st. Seats that you held and did not use put you back by 1 step for now.',
    );
  });

  it('says why it steps aside, and how to wait again where that is the person’s own wish', () => {
    const aside = { because: 'deferred', untilMs: NOW + 900_000 } as const;
    const [ticket] = view(mine({ tickets: [aTicket({ aside })] })).tickets;
    expect(ticket).toMatchObject({
      sentence: 'Not before 14:17; you keep your place.',
      defer: null,
      back: { type: 'queue', productId: 'autocad', press: 'ready' },
    });
    expect(
      view(mine({ tickets: [aTicket({ aside: { because: 'cap', untilMs: null } })] })).tickets[0]?.back,
    ).toBe(null);
    expect(view(mine({ tickets: [aTicket({ aside })] })).headline).toBe(
      'Your place in the queue for AutoCAD is kept until 14:17.',
    );
  });
});

describe('asking a holder', () => {
  const pool = aPool({
    holders: [
      aHolder(),
      aHolder({ sessionId: 's-10', leaseId: 'lease-10', userId: 'me' }),
      aHolder({ seat: 'overage', leaseId: null }),
    ],
    queue: [anEntry({ ticketId: 'ticket-1', userId: 'me' })],
  });
  const pools = { asOfMs: NOW, pools: [pool], products: [] };

  it('is for who waits or runs without a seat, never of oneself', () => {
    expect([...view({ pools }).asks]).toEqual([]);
    expect([...view({ pools, ...mine({ tickets: [aTicket()] }) }).asks]).toEqual([
      [
        'lease-9',
        {
          type: 'askHolder',
          leaseId: 'lease-9',
          productId: 'autocad',
          isNamed: false,
          productName: 'AutoCAD',
          press: 'ready',
        },
      ],
    ]);
    const session = aSession({
      productId: 'autocad',
      productName: 'AutoCAD',
      seat: { state: 'overage', sinceMs: minutesAgo(1) },
    });
    expect(view({ pools, sessions: [session] }).asks.size).toBe(2);
  });

  it('is not offered while a request is open', () => {
    const over = mine({ tickets: [aTicket()], handovers: [aHandover()] });
    expect(view({ pools, ...over }).asks.size).toBe(0);
    expect(view(over).asked[0]?.sentences).toEqual([
      'You asked Tom Baker for their AutoCAD seat.',
      'No answer yet; the request ends at 14:17.',
    ]);
  });
});

describe('being asked', () => {
  it('names the asker only where they said so, and offers three answers', () => {
    const [request] = view(mine({ handoverRequests: [aRequest()] })).requests;
    expect(request?.sentences[0]).toBe('A colleague asks for your FreeCAD seat.');
    expect([request?.freeNow, request?.inTenMinutes, request?.busy]).toMatchObject([
      { answer: 'free-now' },
      { answer: 'in-10-minutes' },
      { answer: 'busy' },
    ]);
    const answered = view(
      mine({ handoverRequests: [aRequest({ answer: 'in-10-minutes', askerName: 'Mei Lin' })] }),
    );
    expect(answered.requests[0]).toMatchObject({ inTenMinutes: null });
    expect(answered.requests[0]?.sentences).toEqual([
      'Mei Lin asks for your FreeCAD seat.',
      'You said: in 10 minutes. The request stays open until 14:17.',
    ]);
  });

  it('is the headline, after a seat that ends', () => {
    expect(view(mine({ handoverRequests: [aRequest()] }))).toMatchObject({
      headline: 'Somebody asks for your FreeCAD seat.',
      tone: 'attention',
    });
    expect(view(mine({ handoverRequests: [aRequest()], warnings: [aWarning()] }))).toMatchObject({
      headline: 'An admin takes your FreeCAD seat back at 14:07.',
      tone: 'warning',
      trayShape: { kind: 'clock' },
    });
  });
});

describe('a time of the day', () => {
  it('is the next one that the clock shows: today, or tomorrow', () => {
    const at = (day: number, hours: number, minutes: number) =>
      new Date(2026, 10, day, hours, minutes).getTime();
    expect(nextTimeOfDay('14:30', at(22, 14, 2))).toBe(at(22, 14, 30));
    expect(nextTimeOfDay('14:02', at(22, 14, 2))).toBe(at(23, 14, 2));
    expect(nextTimeOfDay(' 9:05', at(22, 14, 2))).toBe(at(23, 9, 5));
    for (const text of ['24:00', '12:60', '12', 'noon', '1:2', '']) expect(nextTimeOfDay(text, 0)).toBe(null);
  });
});
