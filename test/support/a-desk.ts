/** A desk for faces over an agent without sensors: real store, keeper and reporter, a paper server, a fake clock. */
import { AgentStore } from '../../main/agent/agent-store.ts';
import { FaceDesk } from '../../main/agent/local/face-desk.ts';
import { EMPTY_CONTACT } from '../../shared/contact.ts';
import { success } from '../../shared/outcome.ts';
import { PRODUCTS } from './a-tracker.ts';
import { AgentCore } from './an-agent-core.ts';
import { PaperServer } from './paper-server.ts';

export class DeskDriver {
  readonly server = new PaperServer();
  readonly core = new AgentCore(this.server);
  readonly watched: boolean[] = [];
  readonly saved: (readonly string[])[] = [];
  shutdowns = 0;
  readonly store: AgentStore;
  readonly desk: FaceDesk;

  constructor() {
    const { core } = this;
    this.store = new AgentStore({
      clock: core.clock,
      agentVersion: '0.0.0-test',
      userName: 'ana',
      workstationName: 'ws-1',
      dismissedNoticeIds: [],
      sources: {
        sessions: () => core.keeper.sessions,
        pendingWishes: () => core.reporter.pendingWishes,
        outboxWaiting: () => core.outbox.waiting,
        credentialStorage: () => 'owner-only-file',
        watchedProducts: () => 2,
      },
    });
    this.desk = new FaceDesk({
      clock: core.clock,
      store: this.store,
      keeper: core.keeper,
      wish: (wish) => core.reporter.wish(wish),
      contact: {
        read: async () => success(EMPTY_CONTACT),
        write: async (contact) => success(contact),
      },
      isProductKnown: (productId) => productId in PRODUCTS,
      onWatched: (isWatched) => this.watched.push(isWatched),
      onPerson: () => core.link.hint(),
      panelAddress: async () => 'http://127.0.0.1:1/enter?token=x',
      saveDismissed: (noticeIds) => this.saved.push(noticeIds),
      shutdown: () => {
        this.shutdowns += 1;
      },
    });
  }

  /** Runs due timers and lets real sockets deliver until the condition holds; fails after five seconds. */
  async until(what: string, condition: () => boolean): Promise<void> {
    const deadline = Date.now() + 5_000;
    while (!condition()) {
      if (Date.now() > deadline) throw new Error(`waited in vain: ${what}`);
      await this.core.clock.advanceAsync(0);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Like `until`, for a promise. */
  async outcome<T>(what: string, promise: Promise<T>): Promise<T> {
    let result: { value: T } | undefined;
    let failed: unknown;
    promise.then(
      (value) => {
        result = { value };
      },
      (error: unknown) => {
        failed = error ?? new Error('rejected');
      },
    );
    await this.until(what, () => result !== undefined || failed !== undefined);
    if (!result) throw failed;
    return result.value;
  }

  stop(): void {
    this.desk.stop();
    this.store.stop();
    this.core.stop();
    this.core.remove();
  }
}
