import { describe, expect, it } from 'vitest';
import { changeNotices, closeNotice, type Notice, noticesOf } from '../../../main/shell/notices.ts';
import type { AgentState } from '../../../shared/agent-api.ts';
import { viewAgent } from '../../../shared/agent-view.ts';
import { makeFormatClock } from '../../../shared/durations.ts';
import { EMPTY_MINE, type MyDenial, type MyNotice } from '../../../shared/views.ts';
import { aHandover, anOffer, aRequest, aState, aTicket, aWarning, NOW } from '../../support/a-state.ts';

const notices = (state: AgentState, nowMs = NOW): readonly Notice[] =>
  noticesOf(viewAgent(state, nowMs, makeFormatClock('UTC')));
const mine = (over: Partial<typeof EMPTY_MINE>): AgentState => aState({ mine: { ...EMPTY_MINE, ...over } });

const DENIAL: MyDenial = {
  denialId: 'd1',
  productId: 'nx',
  productName: 'NX',
  sessionId: 'session-1',
  atMs: NOW,
  reason: 'no-free-seat',
  enforcement: 'ask',
};
const ENDING: MyNotice = {
  noticeId: 'n1',
  productId: 'nx',
  productName: 'NX',
  atMs: NOW,
  kind: 'lease-admin',
};

describe('what is worth a notification', () => {
  it('is an offer, with the two answers to it', () => {
    expect(notices(mine({ offers: [anOffer()], tickets: [aTicket({ place: 1 })] }))).toEqual([
      {
        key: 'offer offer-1',
        title: 'Your turn: AutoCAD',
        body: 'A seat is held for you until 14:06. If you let it pass, you keep your place.',
        urgency: 'normal',
        buttons: [
          {
            label: 'Claim',
            action: { type: 'command', command: { name: 'claim', input: { offerId: 'offer-1' } } },
          },
          {
            label: 'Not now',
            action: { type: 'command', command: { name: 'decline', input: { offerId: 'offer-1' } } },
          },
        ],
      },
    ]);
  });

  it('becomes urgent in the last minute and is over at its end', () => {
    const state = mine({ offers: [anOffer({ untilMs: NOW + 90_000 })] });

    expect(notices(state, NOW + 29_999)[0]?.urgency).toBe('normal');
    expect(notices(state, NOW + 30_000)[0]?.urgency).toBe('critical');
    expect(notices(state, NOW + 90_000)).toEqual([]);
  });

  it('is a request for a seat, with its two first answers', () => {
    expect(notices(mine({ handoverRequests: [aRequest({ askerName: 'Mei Lin' })] }))).toMatchObject([
      {
        key: 'handover handover-1',
        title: 'Somebody asks for your seat: FreeCAD',
        body: expect.stringContaining('Mei Lin asks for your FreeCAD seat.'),
        urgency: 'normal',
        buttons: [{ label: 'Free now' }, { label: 'In 10 minutes' }],
      },
    ]);
    expect(
      notices(mine({ handoverRequests: [aRequest({ answer: 'in-10-minutes' })] }))[0]?.buttons,
    ).toMatchObject([{ label: 'Free now' }, { label: 'Busy' }]);
  });

  it('is the answer "in 10 minutes" of a holder, and no open question to one', () => {
    expect(notices(mine({ handovers: [aHandover()] }))).toEqual([]);
    expect(notices(mine({ handovers: [aHandover({ answer: 'in-10-minutes' })] }))).toMatchObject([
      { key: 'answer handover-2', body: expect.stringContaining('The answer: in 10 minutes.'), buttons: [] },
    ]);
  });

  it('is the announced end of a seat, critical, with the reason', () => {
    expect(notices(mine({ warnings: [aWarning()] }))).toMatchObject([
      {
        key: 'warning lease-1',
        urgency: 'critical',
        body: expect.stringMatching(/at 14:07\. The reason: a class needs it/),
      },
    ]);
  });

  it('is shown at the start of the shell where it waits for the person', () => {
    const current = notices(
      mine({ handoverRequests: [aRequest()], warnings: [aWarning()], notices: [ENDING], denials: [DENIAL] }),
    );
    expect(changeNotices(null, current).show.map(({ key }) => key)).toEqual([
      'warning lease-1',
      'handover handover-1',
    ]);
  });

  it('is a denial that the pool asks about, until a ticket answers it', () => {
    expect(notices(mine({ denials: [DENIAL] }))).toMatchObject([
      { key: 'denial d1', title: 'No free seat: NX', buttons: [{ label: 'Queue me' }] },
    ]);
    expect(notices(mine({ denials: [{ ...DENIAL, enforcement: 'observe' }] }))).toEqual([]);
    expect(notices(mine({ denials: [DENIAL], tickets: [aTicket({ productId: 'nx' })] }))).toEqual([]);
  });

  it('is something that ended without its person', () => {
    expect(notices(mine({ notices: [ENDING] }))).toMatchObject([
      {
        key: 'notice n1',
        body: 'An admin took your NX seat back at 14:02. Your application keeps running.',
        buttons: [],
      },
    ]);
  });
});

describe('what changes', () => {
  const everything = notices(mine({ offers: [anOffer()], denials: [DENIAL], notices: [ENDING] }));
  const [offer] = everything;
  if (!offer) throw new Error('no offer');

  it('after the start is shown only where it waits for an answer', () => {
    const { show, told } = changeNotices(null, everything);

    expect(show).toEqual([offer]);
    expect([...told.keys()]).toEqual(['offer offer-1', 'denial d1', 'notice n1']);
    expect(changeNotices(told, everything)).toMatchObject({ show: [], closeKeys: [] });
  });

  it('is shown once when it comes later', () => {
    const started = changeNotices(null, []).told;

    const { show, told } = changeNotices(started, everything);

    expect(show).toEqual(everything);
    expect(changeNotices(told, everything).show).toEqual([]);
  });

  it('is replaced when it became urgent, but not after the person closed it', () => {
    const { told } = changeNotices(null, [offer]);
    const urgent: Notice = { ...offer, urgency: 'critical' };

    expect(changeNotices(told, [urgent]).show).toEqual([urgent]);
    expect(changeNotices(closeNotice(told, offer.key), [urgent]).show).toEqual([]);
  });

  it('is closed when it is over, unless it is closed already', () => {
    const { told } = changeNotices(null, [offer]);

    expect(changeNotices(told, [])).toMatchObject({ closeKeys: ['offer offer-1'], show: [] });
    expect(changeNotices(closeNotice(told, offer.key), []).closeKeys).toEqual([]);
    expect(closeNotice(told, 'never shown')).toBe(told);
  });
});
