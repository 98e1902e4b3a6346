/**
 * One attached face (shell, panel, command), whatever carries it: requests in, answers and states out. It becomes a
 * watcher with its first `state` question; what it holds ends with it.
 */
import {
  type AgentState,
  type CommandName,
  PAGE_COMMAND_NAMES,
  type QueryName,
} from '../../../shared/agent-api.ts';
import {
  COMMAND_DECODERS,
  decodeFrame,
  type HostFrame,
  QUERY_DECODERS,
  type RequestFrame,
  requestFrameSchema,
} from '../../../shared/agent-api-codec.ts';
import type { Cancel } from '../../../shared/time.ts';
import { errorText, type Log } from '../log.ts';
import type { FaceDesk } from './face-desk.ts';

export interface FaceCarrier {
  /** @returns false: it does not read; the next state waits until `drained` */
  send(frame: string): boolean;
  close(): void;
}

/** page: a browser's page, which may neither steer the host nor hold seats for processes. */
export type FaceKind = 'local' | 'page';

/** Requests of one face that are being answered; a face that asks more without listening is cut off. */
const MAXIMUM_OPEN_REQUESTS = 64;
const PAGE_NAMES: ReadonlySet<string> = new Set(['state', ...PAGE_COMMAND_NAMES]);

/** One encoding serves all faces that are told the same state. */
const encodedStates = new WeakMap<AgentState, string>();

export function encodeState(state: AgentState): string {
  const known = encodedStates.get(state);
  if (known !== undefined) return known;
  const text = JSON.stringify({ push: 'state', value: state } satisfies HostFrame);
  encodedStates.set(state, text);
  return text;
}

export class Face {
  readonly #carrier: FaceCarrier;
  readonly #desk: FaceDesk;
  readonly #kind: FaceKind;
  readonly #log: Log;
  /** Sessions that live as long as this face. */
  readonly #holds = new Set<string>();
  #stopWatching: Cancel | null = null;
  #canSend = true;
  #missed: AgentState | null = null;
  #openRequests = 0;
  #isGone = false;

  constructor(carrier: FaceCarrier, desk: FaceDesk, kind: FaceKind, log: Log) {
    this.#carrier = carrier;
    this.#desk = desk;
    this.#kind = kind;
    this.#log = log;
  }

  /** One frame of text. What does not fit is answered, and ends the connection: the two ends do not understand each other. */
  receive(text: string): void {
    if (this.#isGone) return;
    const frame = decodeFrame(requestFrameSchema, text);
    if (!frame.ok) {
      this.#send({ id: 0, ok: false, code: frame.code, message: frame.message });
      this.#carrier.close();
      return;
    }
    this.#openRequests += 1;
    if (this.#openRequests > MAXIMUM_OPEN_REQUESTS) {
      this.#send({ id: frame.value.id, ok: false, code: 'TOO_MANY', message: 'Too many requests at once.' });
      this.#carrier.close();
      return;
    }
    this.#answer(frame.value)
      .catch((error: unknown) => {
        this.#log.error('a request failed', { name: frame.value.name, error: errorText(error) });
        const message = 'The agent host failed at this. Its log says why.';
        this.#send({ id: frame.value.id, ok: false, code: 'INTERNAL', message });
      })
      .finally(() => {
        this.#openRequests -= 1;
      });
  }

  /** The other end reads again: the newest state it missed goes out. */
  drained(): void {
    this.#canSend = true;
    const missed = this.#missed;
    this.#missed = null;
    if (missed) this.#push(missed);
  }

  /** The connection ended, by either end. */
  gone(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#stopWatching?.();
    for (const sessionId of this.#holds) this.#desk.endHold(sessionId);
  }

  async #answer({ id, name, input }: RequestFrame): Promise<void> {
    if (this.#kind === 'page' && !PAGE_NAMES.has(name)) {
      this.#send({ id, ok: false, code: 'NOT_ALLOWED', message: 'A page may not ask for this.' });
      return;
    }
    const isQuery = name in QUERY_DECODERS;
    const decoder = isQuery ? QUERY_DECODERS[name as QueryName] : COMMAND_DECODERS[name as CommandName];
    const checked = decoder.safeParse(input);
    if (!checked.success) {
      const where = checked.error.issues[0]?.path.map(String).join('.') || 'its top';
      this.#send({
        id,
        ok: false,
        code: 'BAD_INPUT',
        message: `The input of ${name} does not fit at ${where}.`,
      });
      return;
    }
    if (name === 'state') {
      this.#watch();
      this.#send({ id, ok: true, output: this.#desk.state() });
    } else if (name === 'panelAddress') this.#send({ id, ok: true, output: await this.#desk.panelAddress() });
    else {
      const output = await this.#desk.command(name as CommandName, checked.data, this.#holds);
      this.#send({ id, ok: true, output });
      // The face went while its hold was being made: the hold goes with it.
      if (this.#isGone) for (const sessionId of this.#holds) this.#desk.endHold(sessionId);
    }
  }

  #watch(): void {
    this.#stopWatching ??= this.#desk.watch((state) => this.#push(state));
  }

  #push(state: AgentState): void {
    if (this.#isGone) return;
    if (!this.#canSend) this.#missed = state;
    else this.#canSend = this.#carrier.send(encodeState(state));
  }

  #send(frame: HostFrame): void {
    if (!this.#isGone) this.#canSend = this.#carrier.send(JSON.stringify(frame));
  }
}
