import { describe, expect, it } from 'vitest';
import { measureOffsetMs, onServerClock } from '../../../server/agents/fact-times.ts';
import {
  commandIdOf,
  type FactContext,
  type Ownership,
  prepareFacts,
} from '../../../server/agents/facts-to-commands.ts';
import { continueOutbox } from '../../../server/agents/sequence.ts';
import type { Fact, NumberedFact } from '../../../shared/protocol.ts';

const NOW = 1_800_000_000_000;
const started = (sessionId: string, over: object = {}): Fact => ({
  kind: 'session-started',
  sessionId,
  productId: 'freecad',
  productName: 'FreeCAD',
  startedAtMs: NOW - 1000,
  processKey: 'process-1',
  origin: 'application',
  ...over,
});
const ended = (sessionId: string): Fact => ({
  kind: 'session-ended',
  sessionId,
  endedAtMs: NOW - 10,
  reason: 'exit',
});
const interval = (sessionId: string): Fact => ({
  kind: 'interval',
  sessionId,
  intervalId: 'interval-1',
  activity: { state: 'locked', sinceMs: NOW - 500 },
  fromMs: NOW - 500,
  toMs: null,
  projectId: null,
});
const number = (...facts: Fact[]): NumberedFact[] => facts.map((fact, index) => ({ seq: index + 1, fact }));
const context = (owners: Record<string, Ownership> = {}, over: Partial<FactContext> = {}): FactContext => ({
  userId: 'ana',
  workstationId: 'cad-07',
  loginSessionId: 'login-1',
  outboxKey: 'cad-07/ana/outbox',
  offsetMs: 0,
  nowMs: NOW,
  usageIdleAfterMs: 300_000,
  ownershipOf: (sessionId) => owners[sessionId] ?? 'unknown',
  idleOf: () => [],
  ...over,
});
const commandsOf = (facts: readonly NumberedFact[], with_: FactContext) =>
  prepareFacts(facts, with_).map(({ submission }) => submission.command);

describe('fact times', () => {
  it.each([
    [0, 0],
    [2_000, 0],
    [-2_000, 0],
    [2_001, 2_001],
    [-31_536_000_000, -31_536_000_000],
  ])('[P23] a difference of %i ms shifts facts by %i', (difference, offset) => {
    expect(measureOffsetMs(NOW, NOW - difference)).toBe(offset);
  });

  it('[P23] shifts every instant of a fact', () => {
    expect(onServerClock(interval('s'), -100, NOW)).toMatchObject({
      fromMs: NOW - 600,
      activity: { sinceMs: NOW - 600 },
    });
    expect(onServerClock(started('s'), -100, NOW)).toMatchObject({ startedAtMs: NOW - 1100 });
    expect(onServerClock(ended('s'), -100, NOW)).toMatchObject({ endedAtMs: NOW - 110 });
  });

  it('[P24] takes an instant of the future as now, and none before 1970', () => {
    expect(onServerClock(started('s'), 5_000, NOW)).toMatchObject({ startedAtMs: NOW });
    expect(onServerClock(started('s'), -2 * NOW, NOW)).toMatchObject({ startedAtMs: 0 });
  });
});

describe('sequence of an outbox', () => {
  const facts = (...seqs: number[]) => seqs.map((seq) => ({ seq, fact: ended('s') }));

  it('[P17] goes on where the high-water mark stands', () => {
    expect(continueOutbox(8, facts(9, 10))).toMatchObject({ ok: true, value: { throughSeq: 10 } });
  });

  it('[P19] tells repeats from what is new', () => {
    const next = continueOutbox(8, facts(7, 8, 9));

    expect(next.ok && next.value.repeated.map(({ seq }) => seq)).toEqual([7, 8]);
    expect(next.ok && next.value.fresh.map(({ seq }) => seq)).toEqual([9]);
  });

  it('[P19] never acknowledges less than the mark', () => {
    expect(continueOutbox(8, facts(1, 2))).toMatchObject({ value: { throughSeq: 8 } });
  });

  it.each([[[10]], [[9, 11]], [[9, 9]], [[10, 9]]])('[P17] %j after 8 is OUT_OF_ORDER', (seqs) => {
    expect(continueOutbox(8, facts(...seqs))).toMatchObject({ ok: false, code: 'OUT_OF_ORDER' });
  });
});

describe('facts to commands', () => {
  it('asks for a seat when a session starts, under an id that a repeat has too', () => {
    const [first] = prepareFacts(number(started('s1')), context());
    const [again] = prepareFacts(number(started('s1')), context());

    expect(first?.submission).toMatchObject({
      commandId: commandIdOf('cad-07/ana/outbox', 1),
      by: { kind: 'agent', userId: 'ana', workstationId: 'cad-07' },
      command: { kind: 'start-session', sessionId: 's1', userId: 'ana', loginSessionId: 'login-1' },
      outbox: { outboxId: 'cad-07/ana/outbox', seq: 1 },
    });
    expect(again?.submission).toEqual(first?.submission);
  });

  it('[P22] records a session that starts and ends in one message and asks for no seat', () => {
    const prepared = prepareFacts(number(started('s1'), interval('s1'), ended('s1')), context());

    expect(prepared.map(({ submission }) => submission.command)).toEqual([null, null, null]);
    expect(prepared.flatMap(({ submission }) => submission.changes ?? [])).toMatchObject([
      { record: 'usageSession', op: 'put', row: { sessionId: 's1', usageIdleAfterMs: 300_000 } },
      { record: 'usageInterval', op: 'put', row: { intervalId: 'interval-1' } },
      { record: 'usageSession', op: 'patch', set: { endedAtMs: NOW - 10, endReason: 'exit' } },
    ]);
  });

  it('ends a session that was open before', () => {
    expect(commandsOf(number(ended('s1')), context({ s1: 'mine' }))).toMatchObject([
      { kind: 'end-session', sessionId: 's1', reason: 'exit' },
    ]);
  });

  it('[P13] lets a late end correct the record of a session that was ended unseen', () => {
    const [prepared] = prepareFacts(number(ended('s1')), context({ s1: 'past' }));

    expect(prepared?.submission.command).toBeNull();
    expect(prepared?.submission.changes).toMatchObject([
      { record: 'usageSession', op: 'patch', key: { sessionId: 's1' }, set: { endReason: 'exit' } },
    ]);
  });

  it.each(['foreign', 'unknown'] as const)('[P21] touches nothing of a session that is %s', (owner) => {
    const told = [interval('s1'), ended('s1'), ...(owner === 'foreign' ? [started('s1')] : [])];
    const facts: Fact[] = [
      ...told,
      {
        kind: 'summarized',
        fromMs: 1,
        toMs: 9,
        facts: 3,
        sessions: [{ sessionId: 's1', activeMs: 4, inactiveMs: 4 }],
      },
    ];
    const prepared = prepareFacts(number(...(owner === 'foreign' ? facts : told)), context({ s1: owner }));

    expect(prepared.flatMap(({ submission }) => [submission.command].filter(Boolean))).toEqual([]);
    expect(prepared.flatMap(({ submission }) => submission.changes)).toEqual([]);
  });

  it('[P21] keeps the place of a fact that means nothing, so that it blocks nothing', () => {
    const [prepared] = prepareFacts(number(ended('nobody')), context());

    expect(prepared).toMatchObject({ isUsable: false, submission: { outbox: { seq: 1 }, command: null } });
  });

  it('does not tell a session again that is over', () => {
    expect(prepareFacts(number(started('s1')), context({ s1: 'past' }))[0]?.submission).toMatchObject({
      command: null,
      changes: [],
    });
  });

  it('[P25] asks nothing of the ledger for a wish with no time left', () => {
    const wish: Fact = { kind: 'wish', wishId: 'w1', wish: { type: 'claim', offerId: 'o1' }, expiresInMs: 0 };
    const [late] = prepareFacts(number(wish), context());
    const [timely] = prepareFacts(number({ ...wish, expiresInMs: 1 }), context());

    expect(late).toMatchObject({
      wish: { wishId: 'w1', isExpired: true },
      submission: { command: null, outbox: { seq: 1 } },
    });
    expect(timely?.submission.command).toEqual({
      kind: 'claim',
      userId: 'ana',
      workstationId: 'cad-07',
      offerId: 'o1',
    });
  });

  it('lays a summary down as intervals with the right sums', () => {
    const summary: Fact = {
      kind: 'summarized',
      fromMs: NOW - 10_000,
      toMs: NOW,
      facts: 40,
      sessions: [{ sessionId: 's1', activeMs: 3_000, inactiveMs: 4_000 }],
    };
    const [prepared] = prepareFacts(number(summary), context({ s1: 'mine' }));
    const rows = (prepared?.submission.changes ?? []).flatMap((change) =>
      change.record === 'usageInterval' && change.op === 'put' ? [change.row] : [],
    );

    expect(rows.map(({ activity, fromMs, toMs }) => [activity.state, (toMs ?? 0) - fromMs])).toEqual([
      ['active', 3_000],
      ['idle', 4_000],
    ]);
    expect(new Set(rows.map(({ intervalId }) => intervalId)).size).toBe(2);
    for (const { intervalId } of rows) expect(intervalId.length).toBeLessThanOrEqual(128);
  });
});
