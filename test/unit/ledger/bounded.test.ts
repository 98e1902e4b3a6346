/** Memory follows what is going on, not what once was. */
import { describe, expect, it } from 'vitest';
import { AnswerBook } from '../../../server/ledger/answer-book.ts';
import type { RecordedEvent } from '../../../server/ledger/events.ts';
import { REMEMBERED_ANSWERS } from '../../../server/ledger/ports.ts';
import { Reaper } from '../../../server/ledger/reaper.ts';
import { emptyState } from '../../../server/ledger/state.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const answer = { ok: false, code: 'NOT_FOUND', message: 'Gone.' } as const;

describe('memory', () => {
  it('[L80] the newest 100,000 answers are remembered, and the first of each id', () => {
    const book = new AnswerBook({ answers: [], outboxMarks: [] });
    const keep = (commandId: string, message = 'Gone.') => {
      const unit = {
        commandId,
        atMs: 1,
        events: [],
        answer: { ...answer, message },
        outbox: null,
        changes: [],
      };
      book.decided(unit);
      book.durable(unit);
    };
    for (let index = 0; index < REMEMBERED_ANSWERS + 500; index++) keep(`command-${index}`);
    keep('command-600', 'Another.');

    expect(book.answerOf('command-499')).toBeUndefined();
    expect(book.answerOf('command-500')).toEqual(answer);
    expect(book.answerOf('command-600')).toEqual(answer);
    keep('one-more');
    expect(book.answerOf('command-500')).toBeUndefined();
    expect(book.answerOf('one-more')).toEqual(answer);
  });

  it('[L30] offers that were claimed long before their time leave no deadlines behind', () => {
    const state = emptyState();
    const clock = new FakeClock();
    const asked: string[] = [];
    const reaper = new Reaper({
      clock,
      leaseTtlMs: 120_000,
      state: () => state,
      silentMs: () => 0,
      submit: async (command) => {
        asked.push(command.kind);
        return 'done';
      },
    });
    let looked = 0;
    for (let index = 0; index < 50_000; index++) {
      const offer = anOffer(`offer-${index}`, clock.wallMs() + 60_000);
      state.offers.set(offer.offerId, offer);
      reaper.notice([recorded({ kind: 'offer-made', ...offer })]);
      state.offers.delete(offer.offerId);
      looked = Math.max(looked, reaper.watched);
    }

    expect(looked).toBeLessThan(5_000);
    expect(asked).toEqual([]);
    reaper.stop();
  });
});

function anOffer(offerId: string, untilMs: number) {
  const whose = { ticketId: 't', userId: 'ann', productId: 'cad', takes: [{ poolId: 'cad', units: 1 }] };
  return { offerId, ...whose, strength: 'hard', windowMs: 60_000, untilMs } as const;
}

function recorded(event: RecordedEvent['event']): RecordedEvent {
  return { eventNumber: 1, atMs: 1, commandId: 'c', by: { kind: 'server' }, event };
}
