/**
 * An agent's wire and outbox without the agent: facts with numbers that are sent until they are acknowledged, over any
 * of several servers, whichever is there. What was acknowledged and what was answered is kept for the audit.
 */
import type { Fact, ServerMessage, WishResult } from '../../shared/protocol.ts';
import type { Mine } from '../../shared/views.ts';
import { started, wish } from './facts.ts';
import { aHello, RawAgent } from './raw-agent.ts';

const AGAIN_MS = 100;

export interface RoamingOptions {
  readonly name: string;
  readonly credential: string;
  readonly instanceId: string;
  /** Tried in turn, beginning with this one. */
  readonly urls: () => readonly string[];
  readonly firstUrl: number;
  readonly renewEveryMs: number;
}

export class RoamingAgent {
  readonly name: string;
  readonly acknowledged: Fact[] = [];
  readonly results = new Map<string, WishResult>();
  /** When the last acknowledgment came, and how often it had to connect. */
  connections = 0;
  mine: Mine | null = null;
  readonly #options: RoamingOptions;
  readonly #outbox: { readonly seq: number; readonly fact: Fact }[] = [];
  readonly #open = new Set<string>();
  #lastSeq = 0;
  #throughSeq = 0;
  #turn: number;
  #agent: RawAgent | null = null;
  #isLive = false;
  #isStopped = false;
  #timers = new Set<NodeJS.Timeout>();
  #waiters: { readonly seq: number; readonly resolve: () => void }[] = [];

  constructor(options: RoamingOptions) {
    this.#options = options;
    this.name = options.name;
    this.#turn = options.firstUrl;
    void this.#live();
    this.#every(options.renewEveryMs, () => {
      if (this.#isLive) this.#agent?.send({ type: 'renew', sessionIds: [...this.#open] });
    });
  }

  get isLive(): boolean {
    return this.#isLive;
  }

  get url(): string {
    const urls = this.#options.urls();
    return urls[this.#turn % urls.length] ?? '';
  }

  /** Resolves when all of them are acknowledged, by whatever server. */
  tell(...facts: Fact[]): Promise<void> {
    for (const fact of facts) {
      this.#outbox.push({ seq: ++this.#lastSeq, fact });
      if (fact.kind === 'session-started') this.#open.add(fact.sessionId);
      if (fact.kind === 'session-ended') this.#open.delete(fact.sessionId);
    }
    if (this.#isLive) this.#send(this.#outbox.slice(-facts.length));
    const seq = this.#lastSeq;
    return new Promise((resolve) => this.#waiters.push({ seq, resolve }));
  }

  start(sessionId: string): Promise<void> {
    return this.tell(started(sessionId));
  }

  async queue(productId = 'freecad'): Promise<WishResult | undefined> {
    const wishId = `queue-${this.name}-${this.#lastSeq + 1}`;
    await this.tell(wish(wishId, { type: 'queue', productId }));
    return this.results.get(wishId);
  }

  seatOf(sessionId: string): string | undefined {
    return this.mine?.seats.find((seat) => seat.sessionId === sessionId)?.seat.state;
  }

  get place(): number | undefined {
    return this.mine?.tickets[0]?.place;
  }

  /** As by a cut: connects again, to the next server. */
  drop(): void {
    this.#agent?.close();
  }

  stop(): void {
    this.#isStopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#agent?.close();
  }

  async #live(): Promise<void> {
    while (!this.#isStopped) {
      try {
        await this.#connectOnce();
      } catch {
        // Nobody there, or not for long: the next one is tried.
      }
      this.#isLive = false;
      this.#agent?.close();
      this.#turn += 1;
      await new Promise<void>((resolve) => this.#later(AGAIN_MS, resolve));
    }
  }

  async #connectOnce(): Promise<void> {
    const { credential, instanceId, name } = this.#options;
    const agent = new RawAgent(this.url, credential);
    this.#agent = agent;
    const ended = new Promise<void>((resolve) => agent.socket.once('close', () => resolve()));
    const welcome = await Promise.race([
      agent.greet({
        ...{ instanceId, outboxId: `outbox-${name}`, loginSessionId: `login-${name}` },
        workstation: { ...aHello().workstation, name: `pc-${name}` },
        openSessionIds: [...this.#open],
      }),
      ended.then(() => null),
    ]);
    if (welcome === null || agent.closing) return;
    this.connections += 1;
    this.#acknowledge(welcome.acknowledgedSeq);
    this.#isLive = true;
    const take = () => {
      for (const message of agent.messages.splice(0)) this.#receive(message);
    };
    agent.socket.on('message', take);
    take();
    this.#send(this.#outbox);
    await ended;
  }

  #send(facts: readonly { readonly seq: number; readonly fact: Fact }[]): void {
    if (facts.length > 0) this.#agent?.send({ type: 'facts', facts });
  }

  #receive(message: ServerMessage): void {
    if (message.type === 'mine') this.mine = message.mine;
    if (message.type !== 'ack') return;
    for (const result of message.results) this.results.set(result.wishId, result);
    this.#acknowledge(message.throughSeq);
  }

  #acknowledge(throughSeq: number): void {
    if (throughSeq < this.#throughSeq)
      throw new Error(`${this.name}: ${this.#throughSeq} was acknowledged, now only ${throughSeq}`);
    this.#throughSeq = throughSeq;
    while (this.#outbox[0] && this.#outbox[0].seq <= throughSeq) {
      const [done] = this.#outbox.splice(0, 1);
      if (done) this.acknowledged.push(done.fact);
    }
    const reached = this.#waiters.filter(({ seq }) => seq <= throughSeq);
    this.#waiters = this.#waiters.filter(({ seq }) => seq > throughSeq);
    for (const { resolve } of reached) resolve();
  }

  #later(ms: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, ms);
    this.#timers.add(timer);
  }

  #every(ms: number, run: () => void): void {
    this.#later(ms, () => {
      run();
      this.#every(ms, run);
    });
  }
}
