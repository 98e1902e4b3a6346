/**
 * The follower's side of the link: keeps one socket to whoever owns the group, says hello, watches for silence, and
 * tries again. What is said on it is the business of the cluster.
 *
 * | state | what enters | what leaves |
 * |---|---|---|
 * | down | no owner known; the socket closed | an owner is known and the pause is over (to opening) |
 * | opening | a socket was asked for | welcome of the owner that was meant (to live), anything else (to down) |
 * | live | welcome | close, silence, a message that does not fit, another owner (to down) |
 */
import type { Cancel, Clock } from '../../shared/time.ts';
import type { LinkClose, LinkSocket, OpenEvents, OpenLink } from './link.ts';
import { decodeOwnerMessage, encodeMessage, LINK_VERSION, type OwnerMessage } from './messages.ts';
import type { ClusterTiming, Instance, Owner } from './ports.ts';

/** Between two tries. */
const AGAIN_MS = 150;

export interface FollowerLinkOptions {
  readonly instance: Instance;
  readonly clock: Clock;
  readonly timing: Pick<ClusterTiming, 'pulseEveryMs' | 'silenceMs'>;
  readonly open: OpenLink;
  /** null: nobody has made one yet. */
  readonly secret: () => Promise<string | null>;
  readonly onLive: (welcome: Extract<OwnerMessage, { type: 'welcome' }>) => void;
  readonly onMessage: (message: Exclude<OwnerMessage, { type: 'welcome' }>) => void;
  readonly onDown: () => void;
  readonly onProblem: (sentence: string, cause: unknown) => void;
}

type State =
  | { readonly state: 'down' }
  | { readonly state: 'opening' | 'live'; readonly socket: LinkSocket; readonly heardAtMs: number };

export class FollowerLink {
  readonly #options: FollowerLinkOptions;
  #owner: Owner | null = null;
  #state: State = { state: 'down' };
  /** Grows with every try, so that what an older socket says late is not taken for the newer one's. */
  #try = 0;
  #isFailureSaid = false;
  #cancelAgain: Cancel | null = null;
  #cancelPulse: Cancel | null = null;

  constructor(options: FollowerLinkOptions) {
    this.#options = options;
  }

  get isLive(): boolean {
    return this.#state.state === 'live';
  }

  /** Whom to follow from now on; null: nobody, because the group is ours or we stop. */
  follow(owner: Owner | null): void {
    const isSame = owner?.ownerId === this.#owner?.ownerId && owner?.epoch === this.#owner?.epoch;
    if (isSame) return;
    this.#owner = owner;
    this.#drop('NOT_OWNER');
    this.#cancelAgain?.();
    if (owner !== null) void this.#open();
  }

  /** Does nothing while the link is not live. */
  send(text: string): void {
    if (this.#state.state === 'live') this.#state.socket.send(text);
  }

  async #open(): Promise<void> {
    const owner = this.#owner;
    if (owner === null) return;
    const thisTry = ++this.#try;
    const secret = await this.#secret();
    if (thisTry !== this.#try) return;
    if (secret === null) return this.#again();
    const isCurrent = () => thisTry === this.#try;
    const events: OpenEvents = {
      onOpen: () => isCurrent() && this.#hello(),
      onFailed: (cause) => isCurrent() && this.#failed(cause),
      onText: (text) => isCurrent() && this.#receive(text),
      onClosed: () => isCurrent() && this.#closed(),
    };
    const heardAtMs = this.#options.clock.monotonicMs();
    this.#state = { state: 'opening', socket: this.#options.open(owner.ownerUrl, secret, events), heardAtMs };
    this.#watch();
  }

  async #secret(): Promise<string | null> {
    try {
      return await this.#options.secret();
    } catch (cause) {
      this.#options.onProblem('The secret between instances cannot be read; trying again', cause);
      return null;
    }
  }

  /** Once for each time that it cannot be reached. */
  #failed(cause: unknown): void {
    if (this.#isFailureSaid) return;
    this.#isFailureSaid = true;
    this.#options.onProblem('The server that owns the ledger cannot be reached; trying again', cause);
  }

  #hello(): void {
    if (this.#state.state !== 'opening') return;
    const { instanceId, url } = this.#options.instance;
    this.#state.socket.send(encodeMessage({ type: 'hello', version: LINK_VERSION, instanceId, url }));
  }

  #receive(text: string): void {
    if (this.#state.state === 'down') return;
    this.#state = { ...this.#state, heardAtMs: this.#options.clock.monotonicMs() };
    const message = decodeOwnerMessage(text);
    if (!message.ok) {
      this.#options.onProblem(
        'Another instance said what does not fit; the link is made anew',
        message.message,
      );
      this.#state.socket.close('BAD_MESSAGE');
      return;
    }
    if (message.value.type === 'welcome') this.#welcome(message.value);
    else if (this.#state.state === 'live') this.#options.onMessage(message.value);
  }

  /** An owner that was suspended may not know yet that its time is over. */
  #welcome(welcome: Extract<OwnerMessage, { type: 'welcome' }>): void {
    if (this.#state.state !== 'opening' || this.#owner === null) return;
    const { ownerId, epoch } = this.#owner;
    if (welcome.instanceId !== ownerId || welcome.epoch < epoch) {
      this.#state.socket.close('NOT_OWNER');
      return;
    }
    this.#state = { ...this.#state, state: 'live' };
    this.#isFailureSaid = false;
    this.#options.onLive(welcome);
  }

  #watch(): void {
    const { clock, timing } = this.#options;
    this.#cancelPulse = clock.setTimer(() => {
      if (this.#state.state === 'down') return;
      if (clock.monotonicMs() - this.#state.heardAtMs > timing.silenceMs) return this.#drop('SILENT', true);
      if (this.#state.state === 'live') this.#state.socket.send(encodeMessage({ type: 'pulse' }));
      this.#watch();
    }, timing.pulseEveryMs);
  }

  /** Ends what is there without waiting for the other end. */
  #drop(why: LinkClose, isTriedAgain = false): void {
    this.#try++;
    const before = this.#state;
    this.#down();
    if (before.state !== 'down') before.socket.close(why);
    if (isTriedAgain) this.#again();
  }

  #closed(): void {
    this.#try++;
    this.#down();
    this.#again();
  }

  #down(): void {
    const wasLive = this.#state.state === 'live';
    this.#state = { state: 'down' };
    this.#cancelPulse?.();
    if (wasLive) this.#options.onDown();
  }

  #again(): void {
    this.#cancelAgain?.();
    if (this.#owner === null) return;
    this.#cancelAgain = this.#options.clock.setTimer(() => void this.#open(), AGAIN_MS);
  }
}
