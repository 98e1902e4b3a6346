/**
 * The panel's carrier in a browser: the agent host's loopback socket, with the frames of agent-api-codec. It
 * reconnects by itself; whatever was asked on a socket that ended fails as OFFLINE. Never sends a wish twice.
 */
import '../../shared/jitless.ts';
import type { AgentState, LinkName, PageCommandName, PanelBridge } from '../../shared/agent-api.ts';
import {
  decodeAgentState,
  decodeFrame,
  type HostFrame,
  hostFrameSchema,
} from '../../shared/agent-api-codec.ts';
import { failure, type Outcome } from '../../shared/outcome.ts';
import type { Cancel, Clock, Random } from '../../shared/time.ts';
import { pageClock, pageRandom } from '../kit/clock.ts';

/** The part of a browser's WebSocket that is used here. */
export interface PageSocket {
  send(text: string): void;
  close(): void;
  onopen: (() => void) | null;
  onclose: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
}

export interface BridgePorts {
  readonly openSocket: () => PageSocket;
  readonly clock: Clock;
  readonly random: Random;
  /** Says what a host sent that does not fit; the page goes on with what it has. */
  readonly warn: (sentence: string) => void;
}

export interface BrowserBridge extends PanelBridge {
  /** Tries at once instead of waiting on (the page became visible, the network came back). */
  hurry(): void;
  stop(): void;
}

/** Wait before a new try: doubles from the first to the longest, with up to half of it random. */
const FIRST_WAIT_MS = 300;
const LONGEST_WAIT_MS = 10_000;

const LOST = failure('OFFLINE', 'Usher on this workstation did not answer. Try again in a moment.');

type Answer = { readonly ok: true; readonly output: unknown } | ReturnType<typeof failure>;

export function openBrowserBridge(ports: BridgePorts): BrowserBridge {
  const stateListeners = new Set<(state: AgentState) => void>();
  const carrierListeners = new Set<(isConnected: boolean) => void>();
  const waiting = new Map<number, (answer: Answer) => void>();
  let socket: PageSocket | null = null;
  let isOpen = false;
  let isStopped = false;
  let lastId = 0;
  let tries = 0;
  let cancelRetry: Cancel = () => {};

  function ask(name: string, input: unknown): Promise<Answer> {
    if (!socket || !isOpen) return Promise.resolve(LOST);
    const id = ++lastId;
    socket.send(JSON.stringify({ id, name, input }));
    return new Promise((resolve) => waiting.set(id, resolve));
  }

  async function command(name: PageCommandName, input: unknown): Promise<Outcome<never>> {
    const answer = await ask(name, input);
    return answer.ok ? asOutcome(answer.output) : answer;
  }

  function publish(value: unknown): void {
    const decoded = decodeAgentState(value);
    if (decoded.ok) for (const listener of stateListeners) listener(decoded.value);
    else ports.warn(decoded.message);
  }

  function receive(frame: HostFrame): void {
    if ('push' in frame) {
      publish(frame.value);
      return;
    }
    if (frame.id === 0 && !frame.ok) ports.warn(frame.message);
    const settle = waiting.get(frame.id);
    waiting.delete(frame.id);
    if (frame.ok) settle?.({ ok: true, output: frame.output });
    else settle?.(failure(frame.code, frame.message));
  }

  function lose(): void {
    if (isOpen) for (const listener of carrierListeners) listener(false);
    isOpen = false;
    socket = null;
    for (const settle of waiting.values()) settle(LOST);
    waiting.clear();
    if (isStopped) return;
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries++);
    cancelRetry = ports.clock.setTimer(connect, longest * (0.5 + ports.random() / 2));
  }

  function connect(): void {
    const opened = ports.openSocket();
    socket = opened;
    opened.onopen = () => {
      isOpen = true;
      tries = 0;
      for (const listener of carrierListeners) listener(true);
      void ask('state', null).then((answer) => answer.ok && publish(answer.output));
    };
    opened.onmessage = ({ data }) => {
      const frame = decodeFrame(hostFrameSchema, String(data));
      if (frame.ok) receive(frame.value);
      else ports.warn(frame.message);
    };
    opened.onclose = () => {
      if (socket === opened) lose();
    };
  }

  connect();
  return {
    carrier: 'browser',
    state: () =>
      new Promise((resolve) => {
        const stop = subscribe(stateListeners, (state) => {
          stop();
          resolve(state);
        });
        void ask('state', null).then((answer) => answer.ok && publish(answer.output));
      }),
    queue: (input) => command('queue', input),
    leave: (input) => command('leave', input),
    claim: (input) => command('claim', input),
    decline: (input) => command('decline', input),
    release: (input) => command('release', input),
    dismissNotice: (input) => command('dismissNotice', input),
    openLink: async (name: LinkName) => {
      window.open(`./link/${name}`, '_blank', 'noopener');
    },
    onState: (listener) => subscribe(stateListeners, listener),
    onCarrier: (listener) => subscribe(carrierListeners, listener),
    hurry() {
      if (socket || isStopped) return;
      cancelRetry();
      connect();
    },
    stop() {
      isStopped = true;
      cancelRetry();
      socket?.close();
    },
  };
}

function subscribe<T>(listeners: Set<(value: T) => void>, listener: (value: T) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Takes the Outcome that a command was answered with. Its value is shown at most, so it is not looked into. */
function asOutcome(output: unknown): Outcome<never> {
  if (typeof output === 'object' && output !== null && 'ok' in output) {
    if (output.ok === true) return output as Outcome<never>;
    if ('code' in output && 'message' in output) {
      return failure(String(output.code), String(output.message));
    }
  }
  return failure(
    'BAD_FRAME',
    'The answer of Usher on this workstation does not fit. Is it of another version?',
  );
}

/** The bridge of this page, on its own origin. */
export function openPageBridge(): PanelBridge {
  const address = new URL('/api', window.location.href);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  const bridge = openBrowserBridge({
    openSocket: () => new WebSocket(address) as PageSocket,
    clock: pageClock,
    random: pageRandom,
    warn: (sentence) => console.warn(sentence),
  });
  window.addEventListener('online', bridge.hurry);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') bridge.hurry();
  });
  return bridge;
}
