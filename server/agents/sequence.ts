/** Whether a message of numbered facts continues an outbox. Pure. */
import { failure, type Outcome, success } from '../../shared/outcome.ts';
import type { NumberedFact } from '../../shared/protocol.ts';

export interface Continuation {
  /** Already durable: acknowledged again, and wishes among them answered again. */
  readonly repeated: readonly NumberedFact[];
  readonly fresh: readonly NumberedFact[];
  readonly throughSeq: number;
}

/** @param acknowledgedSeq the high-water mark: every fact up to it is durable */
export function continueOutbox(
  acknowledgedSeq: number,
  facts: readonly NumberedFact[],
): Outcome<Continuation, 'OUT_OF_ORDER'> {
  const first = facts[0]?.seq ?? acknowledgedSeq + 1;
  const hasHole = facts.some(({ seq }, index) => seq !== first + index);
  if (hasHole || first > acknowledgedSeq + 1)
    return failure(
      'OUT_OF_ORDER',
      `Facts must go on from ${acknowledgedSeq + 1} without a hole. Connect again and start there.`,
    );
  return success({
    repeated: facts.filter(({ seq }) => seq <= acknowledgedSeq),
    fresh: facts.filter(({ seq }) => seq > acknowledgedSeq),
    throughSeq: Math.max(acknowledgedSeq, first + facts.length - 1),
  });
}
