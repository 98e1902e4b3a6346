/** Signals that ask this process to end, and the end of the process that started it. */
import { constants } from 'node:os';
import type { Cancel } from '../../shared/time.ts';

export const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
export type StopSignal = (typeof STOP_SIGNALS)[number];

export function signalNumber(name: string): number {
  return constants.signals[name as NodeJS.Signals] ?? 0;
}

/**
 * Calls `onStop` for each of them. A launcher that started us with an IPC channel and is gone counts as SIGHUP, as
 * the loss of a terminal does.
 */
export function onStopSignal(onStop: (signal: StopSignal) => void): Cancel {
  const listeners = STOP_SIGNALS.map((name) => [name, () => onStop(name)] as const);
  for (const [name, listener] of listeners) process.on(name, listener);
  const onDisconnect = () => onStop('SIGHUP');
  process.on('disconnect', onDisconnect);
  // A listener for it would keep the process alive as long as the launcher lives.
  process.channel?.unref();
  return () => {
    for (const [name, listener] of listeners) process.off(name, listener);
    process.off('disconnect', onDisconnect);
  };
}
