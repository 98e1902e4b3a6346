/** Who sits on which lease, from the events alone: a lease that nobody uses and that waits for nobody is lost. */
import type { LedgerEvent } from '../../server/ledger/events.ts';

export class Sitters {
  readonly #sessionsOf = new Map<string, Set<string>>();
  readonly #awaited = new Set<string>();

  enter(event: LedgerEvent): void {
    switch (event.kind) {
      case 'lease-granted':
        this.#sessionsOf.set(event.leaseId, new Set());
        if (event.awaitedUntilMs !== null) this.#awaited.add(event.leaseId);
        break;
      case 'session-seated':
        for (const { leaseId } of event.seats) {
          this.#awaited.delete(leaseId);
          this.#sessionsOf.get(leaseId)?.add(event.sessionId);
        }
        break;
      case 'session-unseated':
      case 'session-closed':
        for (const leaseId of event.leaseIds) this.#sessionsOf.get(leaseId)?.delete(event.sessionId);
        break;
      case 'lease-ended':
        this.#sessionsOf.delete(event.leaseId);
        this.#awaited.delete(event.leaseId);
    }
  }

  /** Leases that were lost. */
  empty(): string[] {
    return [...this.#sessionsOf].flatMap(([leaseId, sessions]) =>
      sessions.size === 0 && !this.#awaited.has(leaseId) ? [leaseId] : [],
    );
  }
}
