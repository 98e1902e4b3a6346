/**
 * One member of the simulated fleet: the real protocol over a real socket, with an outbox in memory and nothing else,
 * so that thousands fit into one process. How the day goes is main/agent/commands/simulated-person.ts's part.
 */
import type WebSocket from 'ws';
import {
  type Act,
  drawTemper,
  type Mood,
  nextPlan,
  type Sight,
  type Temper,
} from '../../main/agent/commands/simulated-person.ts';
import { afterClosing } from '../../main/agent/report/reconnect.ts';
import { CLOSE_CODES, type CloseName, type Fact, type NumberedFact } from '../../shared/protocol.ts';
import type { Random } from '../../shared/time.ts';
import type { Mine } from '../../shared/views.ts';
import { sharedNowMs } from './fleet-orders.ts';
import { helloOf, outboxOf, type Papers } from './fleet-people.ts';

/** What a member needs of its crew. */
export interface Crew {
  open(papers: Papers): WebSocket;
  readonly random: Random;
  freed(commandId: string): void;
  told(key: string): void;
  ponged(tookMs: number): void;
  heard(bytes: number): void;
  sentFacts(count: number): void;
  closed(name: string): void;
  becameWhole(): void;
}

const NAMES_BY_CODE: ReadonlyMap<number, CloseName> = new Map(
  (Object.keys(CLOSE_CODES) as CloseName[]).map((name) => [CLOSE_CODES[name].code, name]),
);
const FACTS_AT_ONCE = 200;
const WISH_EXPIRES_MS = 60_000;
/** Looks at the screen within one turn of the compressed day. */
const LOOKS_PER_TURN = 6;

type Incoming =
  | { readonly type: 'welcome'; readonly acknowledgedSeq: number }
  | { readonly type: 'ack'; readonly throughSeq: number }
  | { readonly type: 'mine'; readonly mine: Mine }
  | { readonly type: 'ping' | 'pong'; readonly nonce: number }
  | { readonly type: 'pools' | 'catalog' };

export class FleetMember {
  readonly papers: Papers;
  readonly #crew: Crew;
  readonly #temper: Temper;
  readonly #isWatching: boolean;
  #socket: WebSocket | null = null;
  #link: 'down' | 'greeting' | 'live' = 'down';
  #liveSinceMs = 0;
  #failures = 0;
  #hasMine = false;
  #mood: Mood = 'away';
  #isLocked = false;
  #sessionId: string | null = null;
  #sessions = 0;
  #mine: Mine | null = null;
  #seq = 0;
  #outbox: NumberedFact[] = [];
  #pingedAtMs = 0;
  #takesOffers = false;

  constructor(papers: Papers, isWatching: boolean, crew: Crew) {
    this.papers = papers;
    this.#crew = crew;
    this.#isWatching = isWatching;
    this.#temper = drawTemper(crew.random);
  }

  get isLive(): boolean {
    return this.#link === 'live';
  }

  /** Welcomed, told what is theirs, and nothing left to say. */
  get isWhole(): boolean {
    return this.#link === 'live' && this.#hasMine && this.#outbox.length === 0;
  }

  // ---------------------------------------------------------------- the connection

  connect(): void {
    const socket = this.#crew.open(this.papers);
    this.#socket = socket;
    socket.onopen = () => {
      this.#link = 'greeting';
      const open = this.#sessionId === null ? [] : [this.#sessionId];
      socket.send(JSON.stringify(helloOf(this.papers.index, open)));
    };
    socket.onmessage = ({ data }) => this.#receive(String(data));
    // A close always follows.
    socket.onerror = () => {};
    socket.onclose = ({ code }) => this.#closed(code);
  }

  #closed(code: number): void {
    const known = NAMES_BY_CODE.get(code);
    const name = known ?? (this.#link === 'down' ? 'UNREACHABLE' : 'GONE');
    const livedMs = this.#link === 'live' ? sharedNowMs() - this.#liveSinceMs : 0;
    const isFatal = known !== undefined && CLOSE_CODES[known].fatal;
    const { failures, waitMs } = afterClosing(this.#failures, { name, isFatal, livedMs }, this.#crew.random);
    this.#failures = failures;
    this.#link = 'down';
    this.#hasMine = false;
    this.#socket = null;
    this.#crew.closed(name);
    if (waitMs !== null) setTimeout(() => this.connect(), waitMs);
  }

  #receive(text: string): void {
    this.#crew.heard(text.length);
    // A panel reads it; here only its size counts.
    if (text.startsWith('{"type":"pools"')) return;
    const message = JSON.parse(text) as Incoming;
    if (message.type === 'welcome') this.#welcomed(message.acknowledgedSeq);
    else if (message.type === 'mine') this.#look(message.mine);
    else if (message.type === 'ping') this.#send({ type: 'pong', nonce: message.nonce });
    else if (message.type === 'pong') this.#crew.ponged(sharedNowMs() - this.#pingedAtMs);
    else if (message.type === 'ack') {
      this.#forget(message.throughSeq);
      this.#checkWhole();
    }
  }

  #welcomed(acknowledgedSeq: number): void {
    this.#link = 'live';
    this.#liveSinceMs = sharedNowMs();
    this.#forget(acknowledgedSeq);
    for (let first = 0; first < this.#outbox.length; first += FACTS_AT_ONCE)
      this.#send({ type: 'facts', facts: this.#outbox.slice(first, first + FACTS_AT_ONCE) });
    if (this.#isWatching) this.#send({ type: 'watch', pools: true });
  }

  #forget(throughSeq: number): void {
    this.#outbox = this.#outbox.filter(({ seq }) => seq > throughSeq);
  }

  #look(mine: Mine): void {
    this.#mine = mine;
    this.#hasMine = true;
    for (const { offerId } of mine.offers) this.#crew.told(`offer:${offerId}`);
    for (const { sessionId, seat } of mine.seats)
      if (seat.state === 'held') this.#crew.told(`seat:${sessionId}`);
    this.#takeOffer();
    this.#checkWhole();
  }

  #takeOffer(): void {
    const isOffered = (this.#mine?.offers.length ?? 0) > 0;
    if (this.#takesOffers && isOffered && this.#sessionId === null) this.#say(this.#start());
  }

  #checkWhole(): void {
    if (this.isWhole) this.#crew.becameWhole();
  }

  #send(message: unknown): void {
    if (this.#link === 'live') this.#socket?.send(JSON.stringify(message));
  }

  /** What an agent does every half minute: renews its sessions, and asks for a sign of life. */
  beat(): void {
    if (this.#link !== 'live') return;
    if (this.#sessionId !== null) this.#send({ type: 'renew', sessionIds: [this.#sessionId] });
    this.#pingedAtMs = sharedNowMs();
    this.#send({ type: 'ping', nonce: this.#seq });
  }

  // ---------------------------------------------------------------- the day

  /** @returns whether something was said to the server */
  live(): boolean {
    for (let look = 0; look < LOOKS_PER_TURN; look++) {
      const { mood, act } = nextPlan(this.#mood, this.#sight(), this.#temper, this.#crew.random);
      this.#mood = mood;
      const facts = this.#factsOf(act);
      if (facts.length === 0) continue;
      this.#say(facts);
      return true;
    }
    return false;
  }

  /** From now on an offer is taken at once. */
  settle(): void {
    this.#takesOffers = true;
    this.#takeOffer();
  }

  /** The idle state changed while nobody looked; said at once or after the next welcome. */
  note(): boolean {
    if (this.#sessionId === null) return false;
    this.#say(this.#lock(!this.#isLocked));
    return true;
  }

  #sight(): Sight {
    const { productId } = this.papers;
    const seat = this.#mine?.seats.find(({ sessionId }) => sessionId === this.#sessionId)?.seat.state;
    return {
      isRunning: this.#sessionId !== null,
      hasSeat: seat === 'held',
      isDenied: seat === 'overage',
      isQueued: this.#mine?.tickets.some((ticket) => ticket.productId === productId) ?? false,
      isOffered: (this.#mine?.offers.length ?? 0) > 0,
    };
  }

  #factsOf(act: Act): Fact[] {
    switch (act) {
      case 'start':
        return this.#sessionId === null ? this.#start() : [];
      case 'close':
        return this.#sessionId === null ? [] : this.#end(this.#sessionId);
      case 'lock':
        return this.#lock(true);
      case 'unlock':
        return this.#lock(false);
      case 'queue':
        return this.#wish({ type: 'queue', productId: this.papers.productId });
      case 'leave': {
        const ticketId = this.#mine?.tickets[0]?.ticketId;
        return ticketId === undefined ? [] : this.#wish({ type: 'leave', ticketId });
      }
      case 'type':
      case 'nothing':
        return [];
    }
  }

  #start(): Fact[] {
    const sessionId = `session-${this.papers.index}-${++this.#sessions}`;
    this.#sessionId = sessionId;
    this.#isLocked = false;
    const { productId } = this.papers;
    return [
      {
        ...{ kind: 'session-started', sessionId, productId, productName: productId },
        ...{ startedAtMs: Date.now(), processKey: `process-${sessionId}`, origin: 'application' },
      },
    ];
  }

  #end(sessionId: string): Fact[] {
    this.#sessionId = null;
    const { userId, workstationId, index } = this.papers;
    this.#crew.freed(`${workstationId}/${userId}/${outboxOf(index)}#${this.#seq + 1}`);
    return [{ kind: 'session-ended', sessionId, endedAtMs: Date.now(), reason: 'exit' }];
  }

  #lock(isLocked: boolean): Fact[] {
    if (this.#sessionId === null || isLocked === this.#isLocked) return [];
    this.#isLocked = isLocked;
    const fromMs = Date.now();
    const activity = isLocked
      ? ({ state: 'locked', sinceMs: fromMs } as const)
      : ({ state: 'active', sinceMs: fromMs, reasons: [{ kind: 'resumed' }] } as const);
    const intervalId = `interval-${this.papers.index}-${this.#seq + 1}`;
    return [
      {
        ...{ kind: 'interval', sessionId: this.#sessionId, intervalId, activity: { ...activity } },
        ...{ fromMs, toMs: null, projectId: null },
      } as Fact,
    ];
  }

  #wish(wish: Extract<Fact, { kind: 'wish' }>['wish']): Fact[] {
    return [{ kind: 'wish', wishId: `wish-${this.#seq + 1}`, wish, expiresInMs: WISH_EXPIRES_MS }];
  }

  #say(facts: readonly Fact[]): void {
    const numbered = facts.map((fact) => ({ seq: ++this.#seq, fact }));
    this.#outbox.push(...numbered);
    this.#crew.sentFacts(numbered.length);
    this.#send({ type: 'facts', facts: numbered });
  }
}
