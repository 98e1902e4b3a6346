/** Carries the supervisor's effects out: processes and timers on one side, the pure rules on the other. */
import type { Cancel, Clock } from '../../../shared/time.ts';
import {
  type ChildName,
  type Effect,
  type Exit,
  initialSupervisor,
  type Notice,
  type StopReason,
  type SupervisorEvent,
  stepSupervisor,
  type TimerName,
} from './supervisor-state.ts';

/** A process that was started. `onExit` is called once, also when it could not be started. */
export interface RunningChild {
  readonly pid: number | undefined;
  /** Asks it to end in order. */
  askStop(): void;
  /** Ends it at once. */
  kill(): void;
}

export interface ChildEvents {
  onReady(): void;
  onExit(exit: Exit): void;
}

export interface SupervisorPorts {
  readonly clock: Clock;
  spawn(child: ChildName, events: ChildEvents): RunningChild;
  onNotice(notice: Notice): void;
  onStarting(child: ChildName): void;
  onReady(child: ChildName): void;
}

export interface Supervisor {
  start(): void;
  /** Wants one more child. */
  add(child: ChildName): void;
  /** Stops everything in order; calling it again does nothing. */
  stop(): void;
  /** Settles when every child has ended. */
  readonly stopped: Promise<StopReason>;
  pidOf(child: ChildName): number | undefined;
  isReady(child: ChildName): boolean;
}

export function createSupervisor(wanted: readonly ChildName[], ports: SupervisorPorts): Supervisor {
  let state = initialSupervisor(wanted);
  const running = new Map<ChildName, RunningChild>();
  const timers = new Map<TimerName, Cancel>();
  const { promise: stopped, resolve: finish } = Promise.withResolvers<StopReason>();

  function handle(event: SupervisorEvent): void {
    const step = stepSupervisor(state, event, ports.clock.monotonicMs());
    state = step.state;
    for (const effect of step.effects) carryOut(effect);
  }

  function spawn(child: ChildName): void {
    ports.onStarting(child);
    const started = ports.spawn(child, {
      onReady: () => {
        if (running.get(child) !== started) return;
        handle({ kind: 'ready', child });
        ports.onReady(child);
      },
      onExit: (exit) => {
        if (running.get(child) !== started) return;
        running.delete(child);
        handle({ kind: 'exited', child, exit });
      },
    });
    running.set(child, started);
  }

  function setTimer(timer: TimerName, delayMs: number): void {
    timers.get(timer)?.();
    const cancel = ports.clock.setTimer(() => {
      timers.delete(timer);
      handle({ kind: 'timer', timer });
    }, delayMs);
    timers.set(timer, cancel);
  }

  function carryOut(effect: Effect): void {
    switch (effect.do) {
      case 'spawn':
        spawn(effect.child);
        break;
      case 'ask-stop':
        running.get(effect.child)?.askStop();
        break;
      case 'kill':
        running.get(effect.child)?.kill();
        break;
      case 'set-timer':
        setTimer(effect.timer, effect.delayMs);
        break;
      case 'cancel-timer':
        timers.get(effect.timer)?.();
        timers.delete(effect.timer);
        break;
      case 'tell':
        ports.onNotice(effect.notice);
        break;
      case 'stopped':
        for (const cancel of timers.values()) cancel();
        timers.clear();
        finish(effect.because);
        break;
    }
  }

  return {
    start: () => handle({ kind: 'start' }),
    add: (child) => handle({ kind: 'wanted', child }),
    stop: () => handle({ kind: 'stop' }),
    stopped,
    isReady: (child) => state.children[child].state === 'ready',
    pidOf: (child) => running.get(child)?.pid,
  };
}
