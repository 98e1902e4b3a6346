/** Names for views in tests: every id is its own name. */
import type { ViewContext } from '../../server/ledger/views.ts';
import type { TestLedger } from './a-ledger.ts';

export function aViewContext(t: TestLedger): ViewContext {
  return {
    names: {
      userName: (userId) => `${userId} by name`,
      isSimulated: () => false,
      contactOf: () => null,
      workstationName: (workstationId) => workstationId,
      productName: (productId) => productId,
      activityOf: () => null,
    },
    nowMs: t.clock.wallMs(),
    isLive: (sessionId) => t.ledger.isLive(sessionId),
    expectedWaitOf: () => null,
  };
}
