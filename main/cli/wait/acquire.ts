/** Gets a seat for `usher wait`: queues, waits for the offer, holds. Everything it began it takes back when it stops. */
import type { AgentState } from '../../../shared/agent-api.ts';
import { assertNever } from '../../../shared/outcome.ts';
import type { Clock } from '../../../shared/time.ts';
import type { ExitName } from '../exit-codes.ts';
import type { LocalHost } from '../local-host.ts';
import { waitForState } from '../local-host.ts';
import { exitNameOf } from '../wishes.ts';
import { holdResult, nextWaitStep } from './wait-state.ts';

export type Acquired =
  | { readonly kind: 'held'; readonly sessionId: string; readonly isCounted: boolean }
  /** The caller's signal: a stop by a person, or the time limit. */
  | { readonly kind: 'stopped' }
  | { readonly kind: 'host-gone' }
  | { readonly kind: 'failed'; readonly code: ExitName; readonly message: string };

/** What a person or a script is told on the way. */
export type WaitNews =
  | { readonly event: 'no-contact' }
  | { readonly event: 'queued'; readonly place: number }
  | { readonly event: 'offered' }
  | { readonly event: 'missed' };

export interface AcquirePorts {
  readonly clock: Clock;
  readonly host: LocalHost;
  readonly productId: string;
  /** Processes below it belong to the hold. */
  readonly pid: number;
  readonly stop: AbortSignal;
  tell(news: WaitNews): void;
}

/** The server's word on a hold, and the ticket after a queue wish, arrive within this time or not at all. */
const ANSWER_LIMIT_MS = 10_000;

/** @returns when the state has changed, the host is gone, or `stop` */
function nextState(host: LocalHost, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      cancel();
      stop.removeEventListener('abort', finish);
      resolve();
    };
    const cancel = host.onState(finish);
    stop.addEventListener('abort', finish);
    void host.closed.then(finish);
  });
}

async function queue(ports: AcquirePorts): Promise<Acquired | null> {
  const { clock, host, productId } = ports;
  const answer = await host.command('queue', { productId });
  if (!answer.ok) {
    // OFFLINE: contact was lost a moment ago; the next state says so and the waiting goes on.
    if (answer.code === 'OFFLINE') return null;
    // A seat of this person counts for the command too, and what nobody counts needs none.
    if (answer.code === 'ALREADY_SEATED' || answer.code === 'NOT_COUNTED') return hold(ports);
    return { kind: 'failed', code: exitNameOf(answer.code), message: answer.message };
  }
  const isMine = (wish: { readonly productId: string }) => wish.productId === productId;
  const isKnown = (state: AgentState) => state.mine.tickets.some(isMine) || state.mine.offers.some(isMine);
  await waitForState(clock, host, isKnown, ANSWER_LIMIT_MS);
  return null;
}

async function hold(ports: AcquirePorts): Promise<Acquired | null> {
  const { clock, host, productId, pid } = ports;
  const answer = await host.command('hold', { productId, pid });
  if (!answer.ok) {
    if (answer.code === 'OFFLINE') return null;
    return { kind: 'failed', code: exitNameOf(answer.code), message: answer.message };
  }
  const { sessionId } = answer.value;
  await waitForState(clock, host, (state) => holdResult(state, sessionId) !== null, ANSWER_LIMIT_MS);
  const result = holdResult(host.state(), sessionId);
  if (result === 'held' || result === 'not-counted')
    return { kind: 'held', sessionId, isCounted: result === 'held' };
  await host.command('endHold', { sessionId });
  ports.tell({ event: 'missed' });
  return null;
}

/** Gives the place in the queue back that this wait made. */
async function leaveQueue({ host, productId }: AcquirePorts): Promise<void> {
  const ticket = host.state().mine.tickets.find((candidate) => candidate.productId === productId);
  if (ticket) await host.command('leave', { ticketId: ticket.ticketId });
}

/** One step: asks, holds or waits. @returns null when the next look at the state decides */
async function takeStep(ports: AcquirePorts, tell: (news: WaitNews) => void): Promise<Acquired | null> {
  const { host, productId, stop } = ports;
  const step = nextWaitStep(host.state(), productId);
  switch (step.do) {
    case 'give-up':
      return { kind: 'failed', code: step.code, message: step.message };
    case 'queue':
      return queue(ports);
    case 'hold':
      if (step.because === 'offered') tell({ event: 'offered' });
      return hold(ports);
    case 'wait':
      tell(step.because === 'queued' ? { event: 'queued', place: step.place } : { event: 'no-contact' });
      await nextState(host, stop);
      return null;
    default:
      return assertNever(step);
  }
}

export async function acquireSeat(ports: AcquirePorts): Promise<Acquired> {
  const { host, productId, stop } = ports;
  const hadTicket = host.state().mine.tickets.some((ticket) => ticket.productId === productId);
  let isHostGone = false;
  let told = '';
  void host.closed.then(() => {
    isHostGone = true;
  });
  const tell = (news: WaitNews) => {
    const text = JSON.stringify(news);
    if (text !== told) ports.tell(news);
    told = text;
  };
  while (!isHostGone && !stop.aborted) {
    const result = await takeStep(ports, tell);
    if (result) return result;
  }
  if (isHostGone) return { kind: 'host-gone' };
  // A place that the person had before this wait stays theirs.
  if (!hadTicket) await leaveQueue(ports);
  return { kind: 'stopped' };
}
