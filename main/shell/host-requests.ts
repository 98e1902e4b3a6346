/** Requests to the agent host that wait for their answer, each with its own time limit. Knows no socket. */
import type { RequestFrame } from '../../shared/agent-api-codec.ts';
import { failure, type Outcome, success } from '../../shared/outcome.ts';
import { type Cancel, type Clock, SECOND } from '../../shared/time.ts';

/** The server decides within seconds or the host says OFFLINE, so silence this long is a host that hangs. */
const ANSWER_WITHIN_MS = 20 * SECOND;

export const HOST_AWAY = failure(
  'HOST_AWAY',
  'Usher on this workstation is being started again. Try again in a moment; nothing was lost.',
);
const NO_ANSWER = failure(
  'NO_ANSWER',
  'Usher on this workstation does not answer. Try again in a moment; nothing was lost.',
);
const NOT_UNDERSTOOD = failure(
  'NOT_UNDERSTOOD',
  'Usher on this workstation gave an answer that this window does not know. Install one version of both.',
);

export interface HostRequests {
  /** Makes the frame to send and the promise of its answer. */
  open(
    name: RequestFrame['name'],
    input: unknown,
  ): { readonly frame: RequestFrame; readonly answer: Promise<Outcome<unknown>> };
  /** Resolves the request with this id; an id nobody waits for any more is nothing. */
  settle(id: number, outcome: Outcome<unknown>): void;
  /** The connection is gone, and with it every answer. */
  failAll(): void;
}

export function makeHostRequests(clock: Clock): HostRequests {
  const waiting = new Map<number, { resolve(outcome: Outcome<unknown>): void; cancelTimer: Cancel }>();
  let nextId = 1;

  function settle(id: number, outcome: Outcome<unknown>): void {
    const asker = waiting.get(id);
    if (!asker) return;
    waiting.delete(id);
    asker.cancelTimer();
    asker.resolve(outcome);
  }

  return {
    open(name, input) {
      const id = nextId++;
      const answer = new Promise<Outcome<unknown>>((resolve) => {
        const cancelTimer = clock.setTimer(() => settle(id, NO_ANSWER), ANSWER_WITHIN_MS);
        waiting.set(id, { resolve, cancelTimer });
      });
      return { frame: { id, name, input }, answer };
    },
    settle,
    failAll() {
      for (const id of [...waiting.keys()]) settle(id, HOST_AWAY);
    },
  };
}

/** What a command answered: the host's own Outcome inside the frame's, checked, or why there is none. */
export function openCommandAnswer(answer: Outcome<unknown>): Outcome<unknown> {
  if (!answer.ok) return answer;
  const { value } = answer;
  if (typeof value !== 'object' || value === null || !('ok' in value)) return NOT_UNDERSTOOD;
  if (value.ok === true && 'value' in value) return success(value.value);
  if (value.ok === false && 'code' in value && 'message' in value)
    return failure(String(value.code), String(value.message));
  return NOT_UNDERSTOOD;
}
