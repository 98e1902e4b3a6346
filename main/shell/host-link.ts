/**
 * The shell's end of the local socket: attaches to the agent host, asks for one snapshot, then listens, and attaches
 * again when the host comes back. Starts a host when none answers, if it was given a way to. No license logic.
 *
 * | state    | entered when                                   | left when                                    |
 * |----------|------------------------------------------------|----------------------------------------------|
 * | starting | the shell starts                               | first snapshot, or the patience runs out     |
 * | attached | a snapshot or push was understood              | the socket closes, or says something strange |
 * | away     | left attached, or no host in `STARTING_FOR_MS` | a snapshot was understood                    |
 */

import type { CommandName, QueryName } from '../../shared/agent-api.ts';
import {
  decodeAgentState,
  decodeFrame,
  hostFrameSchema,
  MAXIMUM_FRAME_BYTES,
} from '../../shared/agent-api-codec.ts';
import { createFrameSplitter, joinFrame } from '../../shared/local-frames.ts';
import { failure, type Outcome, success } from '../../shared/outcome.ts';
import { type Cancel, type Clock, SECOND } from '../../shared/time.ts';
import { type HostContact, type HostProblem, lastState } from './host-contact.ts';
import { HOST_AWAY, makeHostRequests } from './host-requests.ts';
import { makeHostStarter } from './host-starter.ts';
import type { Log } from './log.ts';

/** As much of a Node socket as the link needs. */
export interface HostSocket {
  write(text: string): void;
  destroy(): void;
}

/** None of them is called before `connect` has returned. */
export interface SocketEvents {
  readonly onOpen: () => void;
  /** Text of whole characters. */
  readonly onText: (chunk: string) => void;
  /** Exactly once, also for a connection that never opened. */
  readonly onClose: () => void;
}

export interface HostLinkPorts {
  readonly connect: (events: SocketEvents) => HostSocket;
  /** Starts a host; null: attach only. */
  readonly startHost: (() => void) | null;
  readonly clock: Clock;
  readonly log: Log;
  readonly onContact: (contact: HostContact) => void;
}

export interface HostLink {
  contact(): HostContact;
  /** Sends a query or command; resolves with `HOST_AWAY` or `NO_ANSWER` when nobody answers. */
  request(name: QueryName | CommandName, input: unknown): Promise<Outcome<unknown>>;
  stop(): void;
}

/** A host starts within a second; before this the shell says "starting" and not "away". */
const STARTING_FOR_MS = 8 * SECOND;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = SECOND;
const WAIT_GROWTH = 1.5;
/** A host that says strange things is asked again slowly: somebody has to replace it. */
const DISTRUST_WAIT_MS = 2 * SECOND;

export function openHostLink({ connect, startHost, clock, log, onContact }: HostLinkPorts): HostLink {
  const openedAtMs = clock.monotonicMs();
  const requests = makeHostRequests(clock);
  const starter = makeHostStarter(clock, startHost);
  let contact: HostContact = { state: 'starting', sinceMs: clock.wallMs() };
  let socket: HostSocket | null = null;
  let isOpen = false;
  let isStopped = false;
  let waitMs = FIRST_WAIT_MS;
  let cancelRetry: Cancel = () => {};

  function move(next: HostContact): void {
    if (next.state !== contact.state) log.info('host-link', `${contact.state} -> ${next.state}`);
    contact = next;
    onContact(next);
  }

  function goAway(problem: HostProblem | null): void {
    if (contact.state === 'away' && contact.problem === problem) return;
    const sinceMs = contact.state === 'attached' ? clock.wallMs() : contact.sinceMs;
    move({ state: 'away', sinceMs, last: lastState(contact), problem });
  }

  function attempt(): void {
    const splitter = createFrameSplitter(MAXIMUM_FRAME_BYTES);
    // Late events of an earlier socket are told from ours by identity.
    const mine: HostSocket = connect({
      onOpen() {
        if (socket === mine) opened();
      },
      onText(chunk) {
        const { frames, isTooLarge } = splitter.push(chunk);
        for (const frame of frames) if (socket === mine) takeFrame(frame);
        if (isTooLarge && socket === mine) distrust('a frame beyond the limit');
      },
      onClose() {
        if (socket === mine) closed();
      },
    });
    socket = mine;
  }

  async function opened(): Promise<void> {
    isOpen = true;
    const asked = socket;
    const answer = await request('state', null);
    if (asked !== socket) return;
    if (answer.ok) takeState(answer.value);
    else distrust(`no state (${answer.code})`);
  }

  function takeFrame(text: string): void {
    const decoded = decodeFrame(hostFrameSchema, text);
    if (!decoded.ok) distrust('a frame that does not fit the schema');
    else if ('push' in decoded.value) takeState(decoded.value.value);
    else if (decoded.value.ok) requests.settle(decoded.value.id, success(decoded.value.output));
    else requests.settle(decoded.value.id, failure(decoded.value.code, decoded.value.message));
  }

  function takeState(value: unknown): void {
    const agent = decodeAgentState(value);
    if (!agent.ok) {
      distrust('a state that does not fit the schema');
      return;
    }
    waitMs = FIRST_WAIT_MS;
    starter.answered();
    const sinceMs = contact.state === 'attached' ? contact.sinceMs : clock.wallMs();
    move({ state: 'attached', sinceMs, agent: agent.value });
  }

  /** Says what was wrong, closes, and tries again slowly: the host may be replaced by one that fits. */
  function distrust(what: string): void {
    log.warn('host-link', `the agent host sent ${what}`);
    goAway('not-understood');
    waitMs = DISTRUST_WAIT_MS;
    socket?.destroy();
    closed();
  }

  function closed(): void {
    const wasOpen = isOpen;
    socket = null;
    isOpen = false;
    requests.failAll();
    if (isStopped) return;
    if (!wasOpen) starter.nobodyListens();
    if (starter.isHopeless()) goAway('does-not-start');
    else if (contact.state === 'attached' || clock.monotonicMs() - openedAtMs >= STARTING_FOR_MS)
      goAway(contact.state === 'away' ? contact.problem : null);
    cancelRetry = clock.setTimer(attempt, waitMs);
    waitMs = Math.min(waitMs * WAIT_GROWTH, LONGEST_WAIT_MS);
  }

  async function request(name: QueryName | CommandName, input: unknown): Promise<Outcome<unknown>> {
    if (!socket || !isOpen) return HOST_AWAY;
    const { frame, answer } = requests.open(name, input);
    socket.write(joinFrame(frame));
    return answer;
  }

  attempt();
  return {
    contact: () => contact,
    request,
    stop() {
      isStopped = true;
      cancelRetry();
      socket?.destroy();
      closed();
    },
  };
}
