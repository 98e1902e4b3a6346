/** A process full of fleet members: started by fleet-house.ts, told what to do over its channel, counts what it sees. */
import { setPriority } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { TLSSocket } from 'node:tls';
import WebSocket from 'ws';
import { agentSocketUrl } from '../../main/agent/report/socket.ts';
import { assertNever } from '../../shared/outcome.ts';
import { seededRandom } from '../../shared/seeded-random.ts';
import { type Crew, FleetMember } from './fleet-member.ts';
import { type CrewOrder, type CrewReply, type CrewSettings, sharedNowMs } from './fleet-orders.ts';
import { type Papers, sourceAddress } from './fleet-people.ts';

const BEAT_EVERY_MS = 30_000;
/** Members are visited in so many groups, so that their beats are spread over the period. */
const BEAT_GROUPS = 300;
const DAY_TICK_MS = 20;
/** Opening takes at most as long as a real agent waits for it. */
const OPEN_LIMIT_MS = 10_000;

const stall = monitorEventLoopDelay({ resolution: 5 });
stall.enable();

class FleetCrew implements Crew {
  readonly random: Crew['random'];
  readonly members: FleetMember[];
  readonly #settings: CrewSettings;
  readonly #url: string;
  readonly #sessions = new Map<number, Buffer>();
  #freed: [string, number][] = [];
  #told = new Map<string, number>();
  #pings: number[] = [];
  #day: NodeJS.Timeout | null = null;
  #facts = 0;
  #messages = 0;
  #bytes = 0;
  #lastWholeAtMs = 0;
  readonly #closings: Record<string, number> = {};
  readonly #handshakes = { full: 0, resumed: 0 };

  constructor(settings: CrewSettings) {
    this.#settings = settings;
    setPriority(settings.niceness);
    this.random = seededRandom(settings.seed);
    this.#url = agentSocketUrl(settings.url);
    this.members = settings.members.map(
      (papers, position) =>
        new FleetMember(papers, settings.watchEvery > 0 && position % settings.watchEvery === 0, this),
    );
    this.#beatOn(0);
  }

  open(papers: Papers): WebSocket {
    const { certificate } = this.#settings;
    const session = this.#sessions.get(papers.index);
    const socket = new WebSocket(this.#url, {
      headers: { authorization: `Bearer ${papers.credential}` },
      ...{ perMessageDeflate: false, handshakeTimeout: OPEN_LIMIT_MS, followRedirects: false },
      localAddress: sourceAddress(papers.index),
      ...(certificate === null ? {} : { ca: certificate, ...(session ? { session } : {}) }),
    });
    if (certificate !== null) this.#watchTls(socket, papers.index);
    return socket;
  }

  #watchTls(socket: WebSocket, index: number): void {
    socket.once('upgrade', ({ socket: bare }) => {
      const tls = bare as TLSSocket;
      if (tls.isSessionReused()) this.#handshakes.resumed += 1;
      else this.#handshakes.full += 1;
      tls.on('session', (ticket: Buffer) => this.#sessions.set(index, ticket));
    });
  }

  #beatOn(group: number): void {
    for (let index = group; index < this.members.length; index += BEAT_GROUPS) this.members[index]?.beat();
    setTimeout(() => this.#beatOn((group + 1) % BEAT_GROUPS), BEAT_EVERY_MS / BEAT_GROUPS);
  }

  connect(overMs: number): void {
    for (const member of this.members) setTimeout(() => member.connect(), this.random() * overMs);
  }

  /** Keeps the rate over time, however late the timers are. */
  day(changesPerS: number): void {
    if (this.#day) clearInterval(this.#day);
    this.#day = null;
    if (changesPerS === 0) return;
    const startedAtMs = sharedNowMs();
    let done = 0;
    this.#day = setInterval(() => {
      const due = ((sharedNowMs() - startedAtMs) * changesPerS) / 1_000;
      for (let tries = 0; done < due && tries < 10_000; tries++) {
        const member = this.members[Math.floor(this.random() * this.members.length)];
        if (member?.isLive && member.live()) done += 1;
      }
    }, DAY_TICK_MS);
  }

  freed(commandId: string): void {
    this.#freed.push([commandId, sharedNowMs()]);
  }
  told(key: string): void {
    if (!this.#told.has(key)) this.#told.set(key, sharedNowMs());
  }
  ponged(tookMs: number): void {
    this.#pings.push(tookMs);
  }
  heard(bytes: number): void {
    this.#messages += 1;
    this.#bytes += bytes;
  }
  sentFacts(count: number): void {
    this.#facts += count;
  }
  closed(name: string): void {
    this.#closings[name] = (this.#closings[name] ?? 0) + 1;
  }
  becameWhole(): void {
    this.#lastWholeAtMs = sharedNowMs();
  }

  report(): CrewReply {
    const { user, system } = process.cpuUsage();
    const longestStallMs = stall.max / 1e6;
    stall.reset();
    return {
      type: 'report',
      live: this.members.filter(({ isLive }) => isLive).length,
      whole: this.members.filter(({ isWhole }) => isWhole).length,
      lastWholeAtMs: this.#lastWholeAtMs,
      ...{ factsSent: this.#facts, messagesIn: this.#messages, bytesIn: this.#bytes },
      ...{ handshakes: this.#handshakes, closings: this.#closings },
      cpuMs: (user + system) / 1_000,
      rssMb: process.memoryUsage.rss() / 1_048_576,
      longestStallMs,
    };
  }

  times(): CrewReply {
    const reply = { type: 'times', freed: this.#freed, told: [...this.#told], pingMs: this.#pings } as const;
    this.#freed = [];
    this.#pings = [];
    return reply;
  }
}

let crew: FleetCrew | null = null;
const say = (reply: CrewReply) => process.send?.(reply);

function obey(order: CrewOrder): void {
  if (order.type === 'hire') {
    crew = new FleetCrew(order.settings);
    say({ type: 'ready' });
  } else if (crew === null) throw new Error('a crew is hired first');
  else if (order.type === 'connect') crew.connect(order.overMs);
  else if (order.type === 'day') crew.day(order.changesPerS);
  else if (order.type === 'settle') for (const member of crew.members) member.settle();
  else if (order.type === 'note') for (const member of crew.members) member.note();
  else if (order.type === 'report') say(crew.report());
  else if (order.type === 'times') say(crew.times());
  else assertNever(order);
}

process.on('message', obey);
// The benchmark is gone, however it went: nothing stays behind.
process.on('disconnect', () => process.exit(0));
