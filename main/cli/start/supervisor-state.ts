/**
 * The supervisor's rules as a pure state machine: events in, new state and effects out. Starting processes is
 * children.ts, carrying effects out is supervisor.ts.
 *
 * | state of a child | what enters | what leaves |
 * |---|---|---|
 * | absent | not wanted, or what it needs is not ready | `start` of what it needs, `wanted` |
 * | starting | spawned | `ready`; `exited`: backoff or the end; its time limit: killed |
 * | ready | said that it works | `exited`: backoff, or `ended` where an end is no crash |
 * | backoff | crashed | its timer: starting |
 * | stopping | asked to stop | `exited` |
 * | ended | stopped, or given up | nothing |
 */
import { SECOND } from '../../../shared/time.ts';

export const CHILD_NAMES = ['server', 'agent', 'colleagues', 'shell'] as const;
export type ChildName = (typeof CHILD_NAMES)[number];

export type ChildState =
  | { readonly state: 'absent' }
  | { readonly state: 'starting'; readonly crashes: number }
  | { readonly state: 'ready'; readonly sinceMs: number; readonly crashes: number }
  | { readonly state: 'backoff'; readonly crashes: number }
  | { readonly state: 'stopping' }
  | { readonly state: 'ended' };

export type Phase =
  | { readonly phase: 'running' }
  | { readonly phase: 'stopping'; readonly because: StopReason }
  | { readonly phase: 'stopped'; readonly because: StopReason };

/** Why everything stops: a person or a signal, or a child that cannot be kept alive. */
export type StopReason = { readonly kind: 'asked' } | { readonly kind: 'crashed'; readonly child: ChildName };

export interface SupervisorState {
  readonly phase: Phase;
  readonly wanted: readonly ChildName[];
  readonly children: Readonly<Record<ChildName, ChildState>>;
}

/** How a process ended; exactly one of the two is set. */
export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

export type SupervisorEvent =
  | { readonly kind: 'start' }
  /** One more child is wanted, for example the shell when its runtime has arrived. */
  | { readonly kind: 'wanted'; readonly child: ChildName }
  | { readonly kind: 'ready'; readonly child: ChildName }
  | { readonly kind: 'exited'; readonly child: ChildName; readonly exit: Exit }
  | { readonly kind: 'timer'; readonly timer: TimerName }
  | { readonly kind: 'stop' };

export type TimerName = `restart-${ChildName}` | `ready-limit-${ChildName}` | 'stop-server' | 'kill-rest';

export type Effect =
  | { readonly do: 'spawn'; readonly child: ChildName }
  | { readonly do: 'ask-stop'; readonly child: ChildName }
  | { readonly do: 'kill'; readonly child: ChildName }
  | { readonly do: 'set-timer'; readonly timer: TimerName; readonly delayMs: number }
  | { readonly do: 'cancel-timer'; readonly timer: TimerName }
  | { readonly do: 'tell'; readonly notice: Notice }
  | { readonly do: 'stopped'; readonly because: StopReason };

/** What a person is told. */
export type Notice =
  | { readonly kind: 'restarting'; readonly child: ChildName; readonly exit: Exit; readonly inMs: number }
  | { readonly kind: 'too-slow'; readonly child: ChildName }
  | { readonly kind: 'closed'; readonly child: ChildName }
  | { readonly kind: 'gave-up'; readonly child: ChildName; readonly exit: Exit };

/** A child that ran this long has proven itself: its next crash is a first one again. */
export const STABLE_AFTER_MS = 30 * SECOND;
export const READY_LIMIT_MS = 20 * SECOND;
export const CRASHES_IN_A_ROW = 3;
const FIRST_BACKOFF_MS = 500;
/** All of a stop takes less than 2 s: the agent host may deliver what it has, then the server goes, then force. */
export const STOP_SERVER_AFTER_MS = 900;
export const KILL_AFTER_MS = 1_700;

const NEEDS: Readonly<Record<ChildName, readonly ChildName[]>> = {
  server: [],
  agent: ['server'],
  colleagues: ['server'],
  shell: ['agent'],
};
/** Without these there is nothing to supervise; the others only make the day nicer. */
const REQUIRED: readonly ChildName[] = ['server', 'agent'];

type Step = { readonly state: SupervisorState; readonly effects: readonly Effect[] };

export function initialSupervisor(wanted: readonly ChildName[]): SupervisorState {
  const absent = { state: 'absent' } as const;
  return {
    phase: { phase: 'running' },
    wanted,
    children: { server: absent, agent: absent, colleagues: absent, shell: absent },
  };
}

function withChild(state: SupervisorState, child: ChildName, next: ChildState): SupervisorState {
  return { ...state, children: { ...state.children, [child]: next } };
}

function isOver(child: ChildState): boolean {
  return child.state === 'absent' || child.state === 'ended' || child.state === 'backoff';
}

/** Starts every wanted child that is absent and has what it needs. */
function startPossible(state: SupervisorState): Step {
  let next = state;
  const effects: Effect[] = [];
  for (const child of state.wanted) {
    if (next.children[child].state !== 'absent') continue;
    const needs = NEEDS[child].filter((need) => state.wanted.includes(need));
    if (!needs.every((need) => next.children[need].state === 'ready')) continue;
    next = withChild(next, child, { state: 'starting', crashes: 0 });
    effects.push(...spawnEffects(child));
  }
  return { state: next, effects };
}

function spawnEffects(child: ChildName): readonly Effect[] {
  return [
    { do: 'spawn', child },
    { do: 'set-timer', timer: `ready-limit-${child}`, delayMs: READY_LIMIT_MS },
  ];
}

function onExit(state: SupervisorState, child: ChildName, exit: Exit, nowMs: number): Step {
  const before = state.children[child];
  const cancel: Effect = { do: 'cancel-timer', timer: `ready-limit-${child}` };
  if (state.phase.phase !== 'running' || before.state === 'stopping')
    return continueStop(withChild(state, child, { state: 'ended' }), [cancel]);
  // A person who quits the shell means it.
  if (child === 'shell' && exit.code === 0)
    return {
      state: withChild(state, child, { state: 'ended' }),
      effects: [cancel, { do: 'tell', notice: { kind: 'closed', child } }],
    };
  const wasStable = before.state === 'ready' && nowMs - before.sinceMs >= STABLE_AFTER_MS;
  const earlier = before.state === 'starting' || before.state === 'ready' ? before.crashes : 0;
  const crashes = wasStable ? 1 : earlier + 1;
  if (crashes >= CRASHES_IN_A_ROW) return giveUp(state, child, exit, cancel);
  const inMs = FIRST_BACKOFF_MS * 2 ** (crashes - 1);
  return {
    state: withChild(state, child, { state: 'backoff', crashes }),
    effects: [
      cancel,
      { do: 'tell', notice: { kind: 'restarting', child, exit, inMs } },
      { do: 'set-timer', timer: `restart-${child}`, delayMs: inMs },
    ],
  };
}

function giveUp(state: SupervisorState, child: ChildName, exit: Exit, cancel: Effect): Step {
  const ended = withChild(state, child, { state: 'ended' });
  const told: readonly Effect[] = [cancel, { do: 'tell', notice: { kind: 'gave-up', child, exit } }];
  if (!REQUIRED.includes(child)) return { state: ended, effects: told };
  const stopping = beginStop(ended, { kind: 'crashed', child });
  return { state: stopping.state, effects: [...told, ...stopping.effects] };
}

/** Asks everything but the server; the server hears last, so that the last facts of the agent host reach it. */
function beginStop(state: SupervisorState, because: StopReason): Step {
  let next: SupervisorState = { ...state, phase: { phase: 'stopping', because } };
  const effects: Effect[] = [
    { do: 'set-timer', timer: 'stop-server', delayMs: STOP_SERVER_AFTER_MS },
    { do: 'set-timer', timer: 'kill-rest', delayMs: KILL_AFTER_MS },
  ];
  for (const child of CHILD_NAMES) {
    if (isOver(next.children[child])) {
      effects.push({ do: 'cancel-timer', timer: `restart-${child}` });
      next = withChild(next, child, { state: 'ended' });
    } else if (child !== 'server') {
      effects.push({ do: 'ask-stop', child });
      next = withChild(next, child, { state: 'stopping' });
    }
  }
  return continueStop(next, effects);
}

/** While stopping: the server goes when nobody needs it any more, and the last one ends the supervisor. */
function continueStop(state: SupervisorState, effects: readonly Effect[]): Step {
  if (state.phase.phase !== 'stopping') return { state, effects };
  const { because } = state.phase;
  const isEnded = (child: ChildName) => state.children[child].state === 'ended';
  if (CHILD_NAMES.every(isEnded))
    return {
      state: { ...state, phase: { phase: 'stopped', because } },
      effects: [
        ...effects,
        { do: 'cancel-timer', timer: 'stop-server' },
        { do: 'cancel-timer', timer: 'kill-rest' },
        { do: 'stopped', because },
      ],
    };
  const isServerAlone = isEnded('agent') && isEnded('colleagues');
  return isServerAlone ? stopServer(state, effects) : { state, effects };
}

function stopServer(state: SupervisorState, effects: readonly Effect[]): Step {
  const { server } = state.children;
  if (server.state === 'stopping' || server.state === 'ended') return { state, effects };
  return {
    state: withChild(state, 'server', { state: 'stopping' }),
    effects: [...effects, { do: 'ask-stop', child: 'server' }],
  };
}

function onTimer(state: SupervisorState, timer: TimerName): Step {
  if (timer === 'stop-server')
    return state.phase.phase === 'stopping' ? stopServer(state, []) : { state, effects: [] };
  if (timer === 'kill-rest') {
    const left = CHILD_NAMES.filter((child) => !isOver(state.children[child]));
    return { state, effects: left.map((child) => ({ do: 'kill', child })) };
  }
  const child = CHILD_NAMES.find((name) => timer.endsWith(`-${name}`));
  if (!child || state.phase.phase !== 'running') return { state, effects: [] };
  const before = state.children[child];
  if (timer.startsWith('ready-limit-'))
    return before.state === 'starting'
      ? {
          state,
          effects: [
            { do: 'tell', notice: { kind: 'too-slow', child } },
            { do: 'kill', child },
          ],
        }
      : { state, effects: [] };
  if (before.state !== 'backoff') return { state, effects: [] };
  return {
    state: withChild(state, child, { state: 'starting', crashes: before.crashes }),
    effects: spawnEffects(child),
  };
}

/** @param nowMs monotonic time */
export function stepSupervisor(state: SupervisorState, event: SupervisorEvent, nowMs: number): Step {
  switch (event.kind) {
    case 'start':
      return startPossible(state);
    case 'wanted':
      if (state.wanted.includes(event.child)) return { state, effects: [] };
      return startPossible({ ...state, wanted: [...state.wanted, event.child] });
    case 'ready': {
      const before = state.children[event.child];
      if (before.state !== 'starting') return { state, effects: [] };
      const ready = { state: 'ready', sinceMs: nowMs, crashes: before.crashes } as const;
      const next = startPossible(withChild(state, event.child, ready));
      return {
        ...next,
        effects: [{ do: 'cancel-timer', timer: `ready-limit-${event.child}` }, ...next.effects],
      };
    }
    case 'exited':
      return onExit(state, event.child, event.exit, nowMs);
    case 'timer':
      return onTimer(state, event.timer);
    case 'stop':
      return state.phase.phase === 'running' ? beginStop(state, { kind: 'asked' }) : { state, effects: [] };
  }
}
