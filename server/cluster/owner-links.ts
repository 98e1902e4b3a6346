/**
 * The owner's side of all links: greets followers, tells them what was committed, carries out what they forward, and
 * passes on what they tell. An instance that owns nothing greets nobody.
 */
import { type Cancel, type Clock, SECOND } from '../../shared/time.ts';
import type { RecordedEvent } from '../ledger/events.ts';
import type { Ledger } from '../ledger/ports.ts';
import { type LinkClose, type LinkEvents, type LinkSocket, MAXIMUM_UNREAD_BYTES } from './link.ts';
import {
  type Attributed,
  decodeFollowerMessage,
  encodeList,
  encodeMessage,
  type FollowerMessage,
  LINK_VERSION,
} from './messages.ts';
import { eventTexts, OwnerDesk, pulseText } from './owner-desk.ts';
import type { ClusterTiming, OwnerGuard } from './ports.ts';

const HELLO_WITHIN_MS = 3 * SECOND;

/** An owner's time in office, as its links see it. */
export interface Office {
  readonly guard: OwnerGuard;
  readonly ledger: Ledger;
}

export interface OwnerLinksOptions {
  readonly clock: Clock;
  readonly timing: Pick<ClusterTiming, 'pulseEveryMs' | 'silenceMs'>;
  /** Told by a follower about itself. */
  readonly onTales: (items: readonly Attributed[]) => void;
  /** What a newcomer must know: tales about every instance but itself. */
  readonly news: (instanceId: string) => readonly Attributed[];
  /** A follower's link is gone; null: it never said hello. */
  readonly onGone: (instanceId: string) => void;
  readonly onProblem: (sentence: string, cause: unknown) => void;
}

interface Peer {
  readonly socket: LinkSocket;
  instanceId: string | null;
  desk: OwnerDesk | null;
  heardAtMs: number;
  cancelHello: Cancel;
}

export class OwnerLinks {
  readonly #options: OwnerLinksOptions;
  readonly #peers = new Set<Peer>();
  #office: Office | null = null;
  #cancelPulse: Cancel | null = null;

  constructor(options: OwnerLinksOptions) {
    this.#options = options;
  }

  /** Links of followers that were greeted. */
  get followers(): number {
    return [...this.#peers].filter(({ instanceId }) => instanceId !== null).length;
  }

  /** null: the group is not ours any more. */
  setOffice(office: Office | null): void {
    this.#office = office;
    this.#cancelPulse?.();
    if (office === null) for (const peer of [...this.#peers]) this.#end(peer, 'NOT_OWNER');
    else this.#pulse();
  }

  stop(): void {
    this.#office = null;
    this.#cancelPulse?.();
    for (const peer of [...this.#peers]) this.#end(peer, 'STOPPING');
  }

  /** A link that showed the secret. @returns what its socket calls */
  accept(socket: LinkSocket): LinkEvents {
    const { clock } = this.#options;
    const peer: Peer = {
      ...{ socket, instanceId: null, desk: null, heardAtMs: clock.monotonicMs() },
      cancelHello: clock.setTimer(() => this.#end(peer, 'SILENT'), HELLO_WITHIN_MS),
    };
    this.#peers.add(peer);
    return { onText: (text) => this.#receive(peer, text), onClosed: () => this.#gone(peer) };
  }

  tellEvents(events: readonly RecordedEvent[]): void {
    if (this.followers === 0) return;
    for (const text of eventTexts(events)) this.#broadcast(text);
  }

  /** @param except the instance that told it */
  tell(items: readonly Attributed[], except: string | null = null): void {
    if (items.length === 0 || this.followers === 0) return;
    for (const text of encodeList({ type: 'tales', items })) this.#broadcast(text, except);
  }

  #broadcast(text: string, except: string | null = null): void {
    for (const peer of [...this.#peers])
      if (peer.instanceId !== null && peer.instanceId !== except) this.#send(peer, text);
  }

  #send(peer: Peer, text: string): void {
    peer.socket.send(text);
    if (peer.socket.unreadBytes() > MAXIMUM_UNREAD_BYTES) this.#end(peer, 'TOO_SLOW');
  }

  #receive(peer: Peer, text: string): void {
    if (!this.#peers.has(peer)) return;
    peer.heardAtMs = this.#options.clock.monotonicMs();
    const message = decodeFollowerMessage(text);
    if (!message.ok) {
      this.#options.onProblem('Another instance said what does not fit; its link is cut', message.message);
      this.#end(peer, 'BAD_MESSAGE');
    } else if (message.value.type === 'hello') this.#greet(peer, message.value);
    else if (peer.instanceId === null) this.#end(peer, 'BAD_MESSAGE');
    else this.#take(peer, peer.instanceId, message.value);
  }

  #greet(peer: Peer, { version, instanceId }: Extract<FollowerMessage, { type: 'hello' }>) {
    const office = this.#office;
    if (version !== LINK_VERSION) return this.#end(peer, 'OTHER_VERSION');
    if (office === null || instanceId === office.guard.ownerId) return this.#end(peer, 'NOT_OWNER');
    for (const older of [...this.#peers]) if (older.instanceId === instanceId) this.#end(older, 'SILENT');
    peer.cancelHello();
    peer.instanceId = instanceId;
    peer.desk = new OwnerDesk({
      ledger: office.ledger,
      send: (text) => this.#send(peer, text),
      isOver: () => this.#office !== office,
    });
    const { ownerId, epoch } = office.guard;
    const { eventNumber } = office.ledger.state();
    this.#send(peer, encodeMessage({ type: 'welcome', instanceId: ownerId, epoch, eventNumber }));
    const items = this.#options.news(instanceId);
    for (const text of encodeList({ type: 'tales', items })) this.#send(peer, text);
  }

  #take(peer: Peer, instanceId: string, message: Exclude<FollowerMessage, { type: 'hello' }>): void {
    if (message.type === 'submit') peer.desk?.carryOut(message.items);
    if (message.type !== 'tales') return;
    const own = message.items.filter(({ from }) => from === instanceId);
    this.#options.onTales(own);
    // What was heard goes to everybody by the owner's own word, with what it heard itself.
    this.tell(
      own.filter(({ tale }) => tale.kind !== 'heard'),
      instanceId,
    );
  }

  #pulse(): void {
    const { clock, timing } = this.#options;
    this.#cancelPulse = clock.setTimer(() => {
      for (const peer of [...this.#peers])
        if (clock.monotonicMs() - peer.heardAtMs > timing.silenceMs) this.#end(peer, 'SILENT');
      if (this.#office !== null) this.#broadcast(pulseText(this.#office.ledger.state().eventNumber));
      this.#pulse();
    }, timing.pulseEveryMs);
  }

  #end(peer: Peer, why: LinkClose): void {
    if (!this.#peers.has(peer)) return;
    this.#gone(peer);
    peer.socket.close(why);
  }

  #gone(peer: Peer): void {
    if (!this.#peers.delete(peer)) return;
    peer.cancelHello();
    peer.desk?.close();
    if (peer.instanceId !== null) this.#options.onGone(peer.instanceId);
  }
}
