/** What the agent host does for its faces: one method for each query and command of shared/agent-api.ts. */
import type { AgentCommands, AgentState, CommandName, WishFailure } from '../../../shared/agent-api.ts';
import { failure, type Outcome, success } from '../../../shared/outcome.ts';
import type { Wish } from '../../../shared/protocol.ts';
import { type Cancel, type Clock, SECOND } from '../../../shared/time.ts';
import type { AgentStore } from '../agent-store.ts';
import type { MyContact } from '../report/my-contact.ts';
import type { WishOutcome } from '../report/reporter.ts';
import type { SessionKeeper } from '../session-keeper.ts';

export interface FaceDeskOptions {
  readonly clock: Clock;
  readonly store: AgentStore;
  readonly keeper: SessionKeeper;
  readonly wish: (wish: Wish) => Promise<WishOutcome>;
  readonly contact: MyContact;
  readonly isProductKnown: (productId: string) => boolean;
  /** The first face came, or the last one has been gone for a while. */
  readonly onWatched: (isWatched: boolean) => void;
  /** A person did something: a good moment to try the server again. */
  readonly onPerson: () => void;
  readonly panelAddress: () => Promise<string>;
  readonly saveDismissed: (noticeIds: readonly string[]) => void;
  readonly shutdown: () => void;
}

type Handlers = {
  [N in CommandName]: (
    input: AgentCommands[N]['input'],
    holds: Set<string>,
  ) => Promise<AgentCommands[N]['output']>;
};

/** A face that comes back at once (a page is loaded again) does not make the server begin anew. */
const LINGER_MS = 5 * SECOND;

export class FaceDesk {
  readonly #options: FaceDeskOptions;
  readonly #handlers: Handlers;
  #watchers = 0;
  #cancelLinger: Cancel | null = null;

  constructor(options: FaceDeskOptions) {
    this.#options = options;
    this.#handlers = this.#makeHandlers();
  }

  state(): AgentState {
    return this.#options.store.state();
  }

  async panelAddress(): Promise<{ url: string }> {
    return { url: await this.#options.panelAddress() };
  }

  /** @param input as the name's decoder took it */
  command(name: CommandName, input: unknown, holds: Set<string>): Promise<unknown> {
    this.#options.onPerson();
    const handler = this.#handlers[name] as (input: unknown, holds: Set<string>) => Promise<unknown>;
    return handler(input, holds);
  }

  watch(listener: (state: AgentState) => void): Cancel {
    const { store, clock, onWatched } = this.#options;
    const stop = store.listen(listener);
    this.#watchers += 1;
    this.#cancelLinger?.();
    if (this.#watchers === 1 && this.#cancelLinger === null) onWatched(true);
    this.#cancelLinger = null;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      stop();
      this.#watchers -= 1;
      if (this.#watchers > 0) return;
      this.#cancelLinger = clock.setTimer(() => {
        this.#cancelLinger = null;
        onWatched(false);
      }, LINGER_MS);
    };
  }

  endHold(sessionId: string): void {
    this.#options.keeper.endHold(sessionId);
  }

  stop(): void {
    this.#cancelLinger?.();
    this.#cancelLinger = null;
  }

  async #wishFor(wish: Wish): Promise<Outcome<null, WishFailure>> {
    const outcome = await this.#ask(wish);
    return outcome.ok ? success(null) : outcome;
  }

  async #ask(wish: Wish): Promise<WishOutcome> {
    const { connection } = this.#options.store;
    if (connection.state === 'refused') return failure('OFFLINE', `Nothing was done. ${connection.message}`);
    return this.#options.wish(wish);
  }

  #makeHandlers(): Handlers {
    const { keeper, store, isProductKnown, saveDismissed, shutdown, contact } = this.#options;
    return {
      queue: ({ productId }) => this.#ask({ type: 'queue', productId }),
      leave: ({ ticketId }) => this.#wishFor({ type: 'leave', ticketId }),
      claim: ({ offerId }) => this.#wishFor({ type: 'claim', offerId }),
      decline: ({ offerId }) => this.#wishFor({ type: 'decline', offerId }),
      release: ({ sessionId, comeBackAtMs = null }) =>
        this.#wishFor({ type: 'release', sessionId, ...(comeBackAtMs === null ? {} : { comeBackAtMs }) }),
      defer: ({ ticketId, forMs }) => this.#wishFor({ type: 'defer', ticketId, forMs }),
      askHolder: (input) => this.#wishFor({ type: 'ask-holder', ...input }),
      answerHandover: (input) => this.#wishFor({ type: 'answer-handover', ...input }),
      hold: async ({ productId, pid }, holds) => {
        if (!isProductKnown(productId))
          return failure(
            'NOT_FOUND',
            `There is no product "${productId}" in the catalog of this workstation.`,
          );
        const sessionId = keeper.hold(productId, pid);
        if (sessionId === null) return failure('REFUSED', 'Too many sessions are open on this workstation.');
        holds.add(sessionId);
        return success({ sessionId });
      },
      endHold: async ({ sessionId }, holds) => {
        // Only who holds may let go: another face's hold is not ours to end.
        if (!holds.delete(sessionId)) return failure('NOT_FOUND', 'This connection holds no such session.');
        keeper.endHold(sessionId);
        return success(null);
      },
      dismissNotice: async ({ noticeId }) => {
        if (!store.dismiss(noticeId)) return failure('NOT_FOUND', 'There is no such notice any more.');
        saveDismissed(store.dismissedNoticeIds);
        return success(null);
      },
      myContact: () => contact.read(),
      setContact: (input) => contact.write(input),
      shutdown: async () => {
        shutdown();
        return success(null);
      },
    };
  }
}
