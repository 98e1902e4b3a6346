/** [L100] The store as one owner uses it: every batch is kept in its name, and the first refusal ends its time. */
import type { LedgerStore } from '../ledger/ports.ts';
import { NotOwnerError } from '../stores/store.ts';
import type { ClusterStore, OwnerGuard } from './ports.ts';

/** @param onDeposed called once, before the batch that was refused rejects */
export function ownedStore(store: ClusterStore, guard: OwnerGuard, onDeposed: () => void): LedgerStore {
  let isOver = false;
  const check = (): void => {
    if (isOver) throw new NotOwnerError('Another instance owns the ledger by now.');
  };
  return {
    async load() {
      check();
      return store.load();
    },
    async append(units) {
      check();
      try {
        await store.append(units, guard);
      } catch (error) {
        if (error instanceof NotOwnerError && !isOver) {
          isOver = true;
          onDeposed();
        }
        throw error;
      }
    },
    async saveSnapshot(snapshot) {
      check();
      await store.saveSnapshot(snapshot);
    },
    answerOf: (commandId) => store.answerOf(commandId),
    events: (afterNumber, limit) => store.events(afterNumber, limit),
  };
}
