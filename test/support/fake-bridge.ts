/**
 * An agent host without a workstation, derived from agent-api and its decoders: it holds one AgentState, writes down
 * every wish, and answers as the test says. It drives the panel as a bridge (no browser) or by frames (a socket).
 */
import {
  type AgentState,
  PAGE_COMMAND_NAMES,
  type PageCommandName,
  type PanelBridge,
} from '../../shared/agent-api.ts';
import {
  agentStateSchema,
  COMMAND_DECODERS,
  decodeFrame,
  requestFrameSchema,
} from '../../shared/agent-api-codec.ts';
import { type Outcome, success } from '../../shared/outcome.ts';

export interface TakenWish {
  readonly name: PageCommandName;
  readonly input: Readonly<Record<string, unknown>>;
}

export type Answer = (wish: TakenWish, host: FakeHost) => Outcome<unknown> | Promise<Outcome<unknown>>;

export interface FakeHost {
  state(): AgentState;
  /** Replaces parts of the state and pushes it to whoever listens. Throws where the schema would refuse it. */
  change(over: Partial<AgentState>): void;
  /** Every wish in the order it came. */
  readonly wishes: readonly TakenWish[];
  run(wish: TakenWish): Promise<Outcome<unknown>>;
  /** Answers one request frame; the text is the answer frame. */
  receive(text: string): Promise<string>;
  onState(listener: (state: AgentState) => void): () => void;
}

const isPageCommand = (name: string): name is PageCommandName =>
  PAGE_COMMAND_NAMES.some((command) => command === name);

export function makeFakeHost(initial: AgentState, answer: Answer = () => success(null)): FakeHost {
  const listeners = new Set<(state: AgentState) => void>();
  const wishes: TakenWish[] = [];
  let state = initial;
  agentStateSchema.parse(initial);
  const host: FakeHost = {
    wishes,
    state: () => state,
    change(over) {
      state = { ...state, ...over };
      agentStateSchema.parse(state);
      for (const listener of listeners) listener(state);
    },
    async run(wish) {
      COMMAND_DECODERS[wish.name].parse(wish.input);
      wishes.push(wish);
      return answer(wish, host);
    },
    async receive(text) {
      const frame = decodeFrame(requestFrameSchema, text);
      if (!frame.ok) return JSON.stringify({ id: 0, ...frame });
      const { id, name, input } = frame.value;
      if (name === 'state') return JSON.stringify({ id, ok: true, output: state });
      if (!isPageCommand(name)) {
        return JSON.stringify({ id, ok: false, code: 'REFUSED', message: 'Pages may not do this.' });
      }
      const output = await host.run({ name, input: input as TakenWish['input'] });
      return JSON.stringify({ id, ok: true, output });
    },
    onState(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return host;
}

/** The host as a page in Electron sees it. */
export function makeFakeBridge(host: FakeHost): PanelBridge {
  const commands = Object.fromEntries(
    PAGE_COMMAND_NAMES.map((name) => [name, (input: TakenWish['input']) => host.run({ name, input })]),
  ) as unknown as Pick<PanelBridge, PageCommandName>;
  return {
    carrier: 'electron',
    state: async () => host.state(),
    openLink: async () => {},
    onState: (listener) => host.onState(listener),
    onCarrier: () => () => {},
    ...commands,
  };
}
