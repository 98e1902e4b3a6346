/** What the agent host answers when the end of a seat is announced. */
import { describe, expect, it } from 'vitest';
import { NO_UNSAVED_WORK_READER } from '../../../main/agent/sensors/unsaved-work.ts';
import { WarningDesk } from '../../../main/agent/warning-desk.ts';
import type { UnsavedWork } from '../../../shared/domain.ts';
import type { Fact } from '../../../shared/protocol.ts';
import type { MyWarning } from '../../../shared/views.ts';
import { aWarning } from '../../support/a-state.ts';
import { FakeClock } from '../../support/fake-clock.ts';

function aDesk(words: Record<string, UnsavedWork> | null = null) {
  const facts: Fact[] = [];
  let pumped = 0;
  const reader = words
    ? { read: async ({ sessionId }: { sessionId: string }): Promise<UnsavedWork> => words[sessionId] ?? 'no' }
    : NO_UNSAVED_WORK_READER;
  const desk = new WarningDesk({
    outbox: { commit: (entry) => void facts.push(...entry.facts) },
    clock: new FakeClock(),
    reader,
    sessions: () => [
      { sessionId: 's1', productId: 'freecad' },
      { sessionId: 's2', productId: 'freecad' },
    ],
    onFacts: () => {
      pumped += 1;
    },
  });
  const take = async (...warnings: MyWarning[]) => {
    desk.take({ warnings });
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { facts, take, pumped: () => pumped };
}

const warned = (over: Partial<MyWarning> = {}) => aWarning({ leaseId: 'l1', sessionIds: ['s1'], ...over });

describe('the desk for announced ends', () => {
  it('[L151] says "unknown" at once where no sensor can tell, once for each announcement', async () => {
    const { facts, take, pumped } = aDesk();

    await take(warned());
    await take(warned({ unsavedWork: 'unknown' }));
    expect(facts).toEqual([{ kind: 'unsaved-work', leaseId: 'l1', unsavedWork: 'unknown' }]);

    await take(warned({ untilMs: 1 }));
    await take();
    await take(warned({ untilMs: 1 }));
    expect([facts.length, pumped()]).toEqual([3, 3]);
  });

  it('[L151] says the worst of the sessions of this workstation, and nothing of those elsewhere', async () => {
    const { facts, take } = aDesk({ s2: 'yes', s3: 'yes' });

    await take(
      warned({ sessionIds: ['s1', 's2', 's3'] }),
      warned({ leaseId: 'l2', sessionIds: ['s1', 's3'] }),
    );
    await take(warned({ leaseId: 'l3', sessionIds: ['s3'] }));

    expect(facts).toEqual([
      { kind: 'unsaved-work', leaseId: 'l1', unsavedWork: 'yes' },
      { kind: 'unsaved-work', leaseId: 'l2', unsavedWork: 'no' },
    ]);
  });
});
