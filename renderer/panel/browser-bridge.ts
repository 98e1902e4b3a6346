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
import { moments } from '../../shared/strings.ts';
import {
  hurryWithPage,
  openReconnectingSocket,
  pagePorts,
  type ReconnectingSocket,
  type SocketPorts,
} from '../kit/reconnecting-socket.ts';

export interface BridgePorts extends SocketPorts {
  /** Says what a host sent that does not fit; the page goes on with what it has. */
  readonly warn: (sentence: string) => void;
}

export type BrowserBridge = PanelBridge & Pick<ReconnectingSocket, 'hurry' | 'stop'>;

const LOST = failure('OFFLINE', moments.hostSilent());

type Answer = { readonly ok: true; readonly output: unknown } | ReturnType<typeof failure>;

export function openBrowserBridge(ports: BridgePorts): BrowserBridge {
  const stateListeners = new Set<(state: AgentState) => void>();
  const carrierListeners = new Set<(isConnected: boolean) => void>();
  const waiting = new Map<number, (answer: Answer) => void>();
  let isOpen = false;
  let lastId = 0;

  function ask(name: string, input: unknown): Promise<Answer> {
    if (!isOpen) return Promise.resolve(LOST);
    const id = ++lastId;
    return new Promise((resolve) => {
      waiting.set(id, resolve);
      socket.send(JSON.stringify({ id, name, input }));
    });
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

  function setOpen(next: boolean): void {
    isOpen = next;
    for (const listener of carrierListeners) listener(next);
  }

  const askState = async (): Promise<void> => {
    const answer = await ask('state', null);
    if (answer.ok) publish(answer.output);
  };

  const socket = openReconnectingSocket(ports, {
    onOpen() {
      setOpen(true);
      void askState();
    },
    onText(text) {
      const frame = decodeFrame(hostFrameSchema, text);
      if (frame.ok) receive(frame.value);
      else ports.warn(frame.message);
    },
    onLost() {
      for (const settle of waiting.values()) settle(LOST);
      waiting.clear();
      setOpen(false);
    },
  });

  return {
    carrier: 'browser',
    state: () =>
      new Promise((resolve) => {
        const stop = subscribe(stateListeners, (state) => {
          stop();
          resolve(state);
        });
        void askState();
      }),
    queue: (input) => command('queue', input),
    leave: (input) => command('leave', input),
    claim: (input) => command('claim', input),
    decline: (input) => command('decline', input),
    release: (input) => command('release', input),
    defer: (input) => command('defer', input),
    askHolder: (input) => command('askHolder', input),
    answerHandover: (input) => command('answerHandover', input),
    dismissNotice: (input) => command('dismissNotice', input),
    myContact: (input) => command('myContact', input),
    setContact: (input) => command('setContact', input),
    openLink: async (name: LinkName) => {
      window.open(`./link/${name}`, '_blank', 'noopener');
    },
    onState: (listener) => subscribe(stateListeners, listener),
    onCarrier: (listener) => subscribe(carrierListeners, listener),
    hurry: socket.hurry,
    stop: socket.stop,
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
  return failure('BAD_FRAME', moments.badAnswer());
}

/** The bridge of this page, on its own origin. */
export function openPageBridge(): PanelBridge {
  const bridge = openBrowserBridge({ ...pagePorts('/api'), warn: (sentence) => console.warn(sentence) });
  hurryWithPage(bridge);
  return bridge;
}
