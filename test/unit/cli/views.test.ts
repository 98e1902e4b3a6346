import { describe, expect, it } from 'vitest';
import type { Output } from '../../../main/cli/context.ts';
import { paintNothing } from '../../../main/cli/output/paint.ts';
import { poolRows } from '../../../main/cli/pool-table.ts';
import { sessionLines, sessionRow } from '../../../main/cli/session-table.ts';
import { createScreen } from '../../../main/cli/start/screen.ts';
import { holdResult, nextWaitStep } from '../../../main/cli/wait/wait-state.ts';
import { makeFormatClock } from '../../../shared/durations.ts';
import { EMPTY_MINE } from '../../../shared/views.ts';
import {
  aHolder,
  anEntry,
  aPool,
  aSession,
  aState,
  aTicket,
  minutesAgo,
  NOW,
} from '../../support/a-state.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const clockText = makeFormatClock('UTC');
const ticket = aTicket({ ticketId: 't1', sinceMs: minutesAgo(3) });
const offer = {
  offerId: 'o1',
  ticketId: 't1',
  productId: 'autocad',
  productName: 'AutoCAD',
  untilMs: NOW + 300_000,
  strength: 'hard' as const,
};
const rows = (state: ReturnType<typeof aState>) =>
  sessionLines(state, NOW, clockText).map((line) => sessionRow(line, NOW, clockText).map(({ text }) => text));

describe('the table of what runs here', () => {
  it('has product, user, since, activity with its reason, and the seat', () => {
    expect(rows(aState({ sessions: [aSession()] }))).toEqual([
      ['FreeCAD', 'Ana Ruiz', '09:12', 'active: input 3 s ago', 'seat since 09:12'],
    ]);
  });

  it('shows the place in the queue of a session without a seat', () => {
    const session = aSession({
      productId: 'autocad',
      productName: 'AutoCAD',
      seat: { state: 'overage', sinceMs: minutesAgo(5) },
    });

    expect(rows(aState({ sessions: [session], mine: { ...EMPTY_MINE, tickets: [ticket] } }))[0]?.at(-1)).toBe(
      '2nd in the queue',
    );
  });

  it('lists what is only waited for', () => {
    expect(rows(aState({ mine: { ...EMPTY_MINE, tickets: [ticket], offers: [offer] } }))).toEqual([
      ['AutoCAD', 'Ana Ruiz', '-', 'not running', 'your turn until 14:07'],
    ]);
  });

  it('tells unknown from none', () => {
    const asking = aSession({ seat: null });
    const offline = {
      state: 'offline',
      sinceMs: minutesAgo(2),
      nextTryAtMs: null,
      reason: 'no answer',
    } as const;

    expect(rows(aState({ sessions: [asking] }))[0]?.at(-1)).toBe('asking the server');
    expect(rows(aState({ sessions: [asking], connection: offline }))[0]?.at(-1)).toBe('unknown, no contact');
    expect(rows(aState({ sessions: [aSession({ seat: { state: 'not-counted' } })] }))[0]?.at(-1)).toBe(
      'not counted',
    );
  });
});

describe('who holds seats', () => {
  it('lists holders by time, then those without a seat, then the queue; simulated people are marked', () => {
    const pool = aPool({
      holders: [
        aHolder({ sessionId: 's2', userName: 'Mei', sinceMs: minutesAgo(10) }),
        aHolder({ sessionId: 's3', userName: 'Ivo', seat: 'overage', leaseId: null }),
        aHolder({ sessionId: 's1', userName: 'Ana', sinceMs: minutesAgo(60), simulated: true }),
      ],
      queue: [
        anEntry({ userName: 'Sven', place: 2 }),
        anEntry({ userName: 'Tom', place: 1, offeredUntilMs: NOW + 60_000 }),
      ],
    });

    expect(poolRows(pool, NOW, clockText).map((row) => row.slice(0, 2).map(({ text }) => text))).toEqual([
      ['has one', 'Ana (simulated)'],
      ['has one', 'Mei'],
      ['without', 'Ivo'],
      ['1st', expect.stringContaining('Tom')],
      ['2nd', expect.stringContaining('Sven')],
    ]);
  });
});

describe('what `usher wait` does next', () => {
  const pools = {
    asOfMs: NOW,
    pools: [],
    products: [
      { productId: 'autocad', name: 'AutoCAD', poolIds: ['autocad'] },
      { productId: 'gimp', name: 'GIMP', poolIds: [] },
    ],
  };
  const next = (over: Parameters<typeof aState>[0], productId = 'autocad') =>
    nextWaitStep(aState({ pools, ...over }), productId);

  it('queues, waits at its place, and holds at the offer', () => {
    expect(next({})).toEqual({ do: 'queue' });
    expect(next({ mine: { ...EMPTY_MINE, tickets: [ticket] } })).toMatchObject({ do: 'wait', place: 2 });
    expect(next({ mine: { ...EMPTY_MINE, tickets: [ticket], offers: [offer] } })).toEqual({
      do: 'hold',
      because: 'offered',
    });
  });

  it('needs no seat for what nobody counts', () => {
    expect(next({}, 'gimp')).toEqual({ do: 'hold', because: 'not-counted' });
  });

  it('waits without contact and gives up when the server refuses this workstation', () => {
    const offline = { state: 'offline', sinceMs: NOW, nextTryAtMs: null, reason: 'no answer' } as const;
    const refused = {
      state: 'refused',
      sinceMs: NOW,
      code: 'UNAUTHORIZED',
      message: 'Enroll again.',
    } as const;

    expect(next({ connection: offline })).toEqual({ do: 'wait', because: 'no-contact' });
    expect(next({ connection: refused })).toMatchObject({ do: 'give-up', message: 'Enroll again.' });
  });

  it('tells a seat from a missed one and from no answer yet', () => {
    const withSeat = (seat: ReturnType<typeof aSession>['seat']) =>
      holdResult(aState({ sessions: [aSession({ sessionId: 'h', origin: 'hold', seat })] }), 'h');

    expect([
      withSeat({ state: 'held', sinceMs: NOW }),
      withSeat({ state: 'overage', sinceMs: NOW }),
      withSeat({ state: 'not-counted' }),
      withSeat(null),
    ]).toEqual(['held', 'missed', 'not-counted', null]);
  });
});

describe('the screen of `usher start` where there is no terminal', () => {
  function aScreen(options: Record<string, boolean> = {}) {
    const clock = new FakeClock({ wallMs: NOW });
    let said = '';
    const out: Output = {
      write: (text) => {
        said += text;
      },
      isTerminal: false,
      width: () => Number.POSITIVE_INFINITY,
      height: () => Number.POSITIVE_INFINITY,
      paint: paintNothing,
    };
    const take = () => {
      const lines = said.split('\n').slice(0, -1);
      said = '';
      return lines;
    };
    return { clock, take, screen: createScreen({ out, clock }, { words: [], options }) };
  }

  it('prints the table once and then only the lines that changed', () => {
    const { clock, take, screen } = aScreen();
    const gimp = aSession({
      sessionId: 's2',
      productId: 'gimp',
      productName: 'GIMP',
      startedAtMs: minutesAgo(1),
    });

    screen.table(aState({ sessions: [aSession(), gimp] }));
    expect(take()).toHaveLength(3);
    clock.advance(5_000);
    screen.table(aState({ sessions: [aSession(), gimp] }));
    screen.refresh();
    expect(take()).toEqual([]);
    screen.table(aState({ sessions: [aSession({ activity: { state: 'locked', sinceMs: NOW } }), gimp] }));
    expect(take()).toEqual([expect.stringMatching(/^\d\d:\d\d {2}FreeCAD .*locked/)]);
    screen.table(aState({ sessions: [gimp] }));
    expect(take()).toEqual([expect.stringMatching(/FreeCAD {2}ended$/)]);
  });

  it('teaches where nothing runs', () => {
    const { take, screen } = aScreen();

    screen.table(aState());

    expect(take()).toEqual([
      'Nothing licensed is running here. Usher watches 86 products; open one and it appears.',
    ]);
  });

  it('is one JSON object a line with --json, and no table twice', () => {
    const { take, screen } = aScreen({ json: true });

    screen.adminToken('usha_x');
    screen.table(aState({ sessions: [aSession()] }));
    screen.table(aState({ sessions: [aSession()], asOfMs: NOW + 1 }));

    expect(take().map((line) => JSON.parse(line))).toMatchObject([
      { event: 'admin-token', token: 'usha_x' },
      { event: 'table', products: [{ productId: 'freecad', seatState: 'held' }] },
    ]);
  });
});
