/**
 * What the server pushes to the console: every pool and workstation, kept current by /api/v1/live. A snapshot first,
 * then what changed; after a loss a snapshot again.
 */
import {
  type LiveMessage,
  liveMessageSchema,
  type PoolResource,
  type WorkstationResource,
} from '../../shared/rest.ts';
import type { Cancel } from '../../shared/time.ts';
import { openReconnectingSocket, type SocketPorts } from '../kit/reconnecting-socket.ts';

export interface LiveState {
  /** null until the first snapshot. */
  readonly pools: ReadonlyMap<string, PoolResource> | null;
  readonly workstations: ReadonlyMap<string, WorkstationResource> | null;
  readonly isLive: boolean;
  /** When the last word of the server came; null: none yet. */
  readonly asOfMs: number | null;
}

export interface Live {
  state(): LiveState;
  subscribe(listener: () => void): () => void;
  hurry(): void;
  stop(): void;
}

/** Nothing for this long, not even a ping: the socket is half open, so it is given up. */
const SILENCE_MS = 90_000;

/** @param nowMs when the message came */
export function applyLive(state: LiveState, message: LiveMessage, nowMs: number): LiveState {
  const heard: LiveState = { ...state, isLive: true, asOfMs: nowMs };
  switch (message.type) {
    case 'ping':
      return heard;
    case 'workstations': {
      const workstations = new Map(message.full ? [] : state.workstations);
      for (const workstation of message.workstations) {
        workstations.set(workstation.workstationId, workstation);
      }
      return { ...heard, workstations };
    }
    case 'pools': {
      const pools = new Map(message.full ? [] : state.pools);
      for (const poolId of message.removedPoolIds) pools.delete(poolId);
      for (const pool of message.pools) {
        const known = pools.get(pool.view.poolId);
        if (!known || known.view.revision <= pool.view.revision) pools.set(pool.view.poolId, pool);
      }
      return { ...heard, pools };
    }
  }
}

export function openLive(ports: SocketPorts & { readonly warn: (sentence: string) => void }): Live {
  const listeners = new Set<() => void>();
  let state: LiveState = { pools: null, workstations: null, isLive: false, asOfMs: null };
  let cancelSilence: Cancel = () => {};

  function change(next: LiveState): void {
    state = next;
    for (const listener of listeners) listener();
  }
  function watchSilence(): void {
    cancelSilence();
    cancelSilence = ports.clock.setTimer(() => socket.drop(), SILENCE_MS);
  }

  const socket = openReconnectingSocket(ports, {
    onOpen: watchSilence,
    onText(text) {
      watchSilence();
      const decoded = decodeLive(text);
      if (decoded) change(applyLive(state, decoded, ports.clock.wallMs()));
      else ports.warn('A live message of the server does not fit.');
    },
    onLost() {
      cancelSilence();
      change({ ...state, isLive: false });
    },
  });

  return {
    state: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    hurry: socket.hurry,
    stop() {
      cancelSilence();
      socket.stop();
    },
  };
}

function decodeLive(text: string): LiveMessage | null {
  try {
    const decoded = liveMessageSchema.safeParse(JSON.parse(text));
    return decoded.success ? decoded.data : null;
  } catch {
    return null;
  }
}
