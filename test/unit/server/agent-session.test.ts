/** One socket's life on a clock that tests move: states, timeouts, order, back pressure. */
import { describe, expect, it } from 'vitest';
import { AgentSession, type SessionDesk } from '../../../server/agents/agent-session.ts';
import type { AgentSocket } from '../../../server/agents/agent-socket.ts';
import { TimerWheel } from '../../../server/agents/timer-wheel.ts';
import { Turnstile } from '../../../server/agents/turnstile.ts';
import { failure, success } from '../../../shared/outcome.ts';
import type { CloseName, ServerMessage } from '../../../shared/protocol.ts';
import { ended, factsFrom } from '../../support/facts.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { aHello } from '../../support/raw-agent.ts';

class PaperSocket implements AgentSocket {
  readonly sent: ServerMessage[] = [];
  closedWith: CloseName | null = null;
  isPaused = false;
  waitingBytes = 0;
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  bufferedBytes(): number {
    return this.waitingBytes;
  }
  close(name: CloseName): void {
    this.closedWith ??= name;
  }
  pause(): void {
    this.isPaused = true;
  }
  resume(): void {
    this.isPaused = false;
  }
}

/** A desk that answers when the test says so. */
function aDesk() {
  const calls: string[] = [];
  const gates: (() => void)[] = [];
  const desk: SessionDesk = {
    async greet() {
      calls.push('greet');
      return success({
        ...{
          serverVersion: '1',
          userId: 'u',
          userName: 'Ana',
          workstationId: 'w',
          wallMs: 0,
          acknowledgedSeq: 0,
        },
        ...{ renewEveryMs: 30_000, pingEveryMs: 1_000 },
      });
    },
    joined: () => calls.push('joined'),
    async carryOut(facts) {
      calls.push(`facts ${facts[0]?.seq}`);
      await new Promise<void>((resolve) => gates.push(resolve));
      return success({ throughSeq: facts.at(-1)?.seq ?? 0, results: [] });
    },
    renew: (ids) => calls.push(`renew ${ids.join()}`),
    watch: (isWatching) => calls.push(`watch ${isWatching}`),
    left: (name) => calls.push(`left ${name}`),
  };
  return { desk, calls, gates };
}

function aSession(over: Partial<SessionDesk> = {}) {
  const clock = new FakeClock();
  const socket = new PaperSocket();
  const { desk, calls, gates } = aDesk();
  const faults: unknown[] = [];
  const session = new AgentSession(
    socket,
    { ...desk, ...over },
    {
      ...{ clock, helloTimeoutMs: 10_000, pingEveryMs: 1_000, maximumBufferedBytes: 1_000 },
      wheel: new TimerWheel(clock, 50),
      newcomers: new Turnstile(clock),
      onFault: (error) => faults.push(error),
    },
  );
  const say = (message: unknown) => session.receive(JSON.stringify(message));
  return { session, clock, socket, calls, gates, faults, say };
}
const settle = () => new Promise((resolve) => setImmediate(resolve));
async function aLiveSession() {
  const all = aSession();
  all.say(aHello());
  await settle();
  return all;
}

describe('agent session', () => {
  it('[P4] gives up a socket that says nothing, and leaves no timer behind', () => {
    const { clock, socket, calls } = aSession();

    clock.advance(9_999);
    expect(socket.closedWith).toBeNull();
    clock.advance(1);

    expect([socket.closedWith, calls, clock.pendingTimers]).toEqual([
      'HELLO_TIMEOUT',
      ['left HELLO_TIMEOUT'],
      0,
    ]);
  });

  it('[P12, P14] sends the welcome first, and lets pushes begin only then', async () => {
    const { socket, calls, session } = await aLiveSession();

    expect(calls).toEqual(['greet', 'joined']);
    expect(socket.sent[0]).toMatchObject({ type: 'welcome', version: 103 });
    expect(session.isLive).toBe(true);
  });

  it('[P22] carries out one message at a time and answers pings in between', async () => {
    const { say, socket, calls, gates } = await aLiveSession();

    say(factsFrom(1, ended('a')));
    say(factsFrom(2, ended('a')));
    say({ type: 'renew', sessionIds: ['a'] });
    say({ type: 'ping', nonce: 4 });
    await settle();
    expect(calls.slice(2)).toEqual(['facts 1']);
    expect(socket.sent.at(-1)).toEqual({ type: 'pong', nonce: 4 });

    gates[0]?.();
    await settle();
    expect(socket.sent.at(-1)).toMatchObject({ type: 'ack', throughSeq: 1 });
    gates[1]?.();
    await settle();
    expect(calls.slice(2)).toEqual(['facts 1', 'facts 2', 'renew a']);
  });

  it('keeps what came during the greeting, in order, and checks it by what was agreed', async () => {
    const { say, calls, socket } = aSession();
    say(aHello({ capabilities: [] }));
    say({ type: 'renew', sessionIds: ['early'] });
    say({ type: 'watch', pools: true });

    await settle();

    expect(calls).not.toContain('watch true');
    expect(socket.closedWith).toBe('NOT_AGREED');
  });

  it('stops reading while a flood waits, and goes on when it is carried out', async () => {
    const { say, socket, gates } = await aLiveSession();
    for (let seq = 1; seq <= 20; seq++) say(factsFrom(seq, ended('a')));
    expect(socket.isPaused).toBe(true);

    for (let seq = 1; seq <= 20; seq++) {
      gates[seq - 1]?.();
      await settle();
    }

    expect(socket.isPaused).toBe(false);
    expect(socket.sent.filter(({ type }) => type === 'ack')).toHaveLength(20);
  });

  it('[P28] pings, and closes when nothing comes for two and a half times', async () => {
    const { clock, socket, say } = await aLiveSession();
    clock.advance(1_000);
    clock.advance(1_000);
    say({ type: 'pong', nonce: 2 });
    clock.advance(2_000);
    expect(socket.sent.filter(({ type }) => type === 'ping')).toHaveLength(4);
    expect(socket.closedWith).toBeNull();

    clock.advance(1_000);

    expect([socket.closedWith, clock.pendingTimers]).toEqual(['PING_TIMEOUT', 0]);
  });

  it('[P28] is not fooled by a wall clock that jumps', async () => {
    const { clock, socket, say } = await aLiveSession();

    clock.jump(365 * 86_400_000);
    say({ type: 'pong', nonce: 1 });
    clock.advance(1_000);

    expect(socket.closedWith).toBeNull();
  });

  it('[P33] closes when more waits for the agent than may', async () => {
    const { socket, session } = await aLiveSession();
    socket.waitingBytes = 500;
    expect(session.isKeepingUp()).toBe(true);
    socket.waitingBytes = 501;
    expect(session.isKeepingUp()).toBe(false);
    socket.waitingBytes = 1_001;

    session.send({ type: 'ping', nonce: 1 });

    expect(socket.closedWith).toBe('TOO_SLOW');
  });

  it('[P35] closes with INTERNAL when the desk fails, and tells the fault', async () => {
    const fault = new Error('disk full');
    const { say, socket, faults, clock } = aSession({
      carryOut: () => Promise.reject(fault),
    });
    say(aHello());
    await settle();

    say(factsFrom(1, ended('a')));
    await settle();

    expect([socket.closedWith, faults, clock.pendingTimers]).toEqual(['INTERNAL', [fault], 0]);
  });

  it('[P16] closes with what the greeting says', async () => {
    const { say, socket, calls } = aSession({
      greet: async () => failure('MUST_ENROLL_AGAIN', 'a copy'),
    });
    say(aHello());
    await settle();

    expect([socket.closedWith, calls]).toEqual(['MUST_ENROLL_AGAIN', ['left MUST_ENROLL_AGAIN']]);
  });

  it('does nothing more after its end, whoever ended it', async () => {
    const { say, session, socket, calls, gates, clock } = await aLiveSession();
    say(factsFrom(1, ended('a')));
    say(factsFrom(2, ended('a')));
    const sent = socket.sent.length;

    session.socketClosed();
    session.close('INTERNAL');
    say({ type: 'ping', nonce: 1 });
    gates[0]?.();
    await settle();

    expect(socket.sent).toHaveLength(sent);
    expect(calls.slice(2)).toEqual(['facts 1', 'left GONE']);
    expect([socket.closedWith, clock.pendingTimers]).toEqual([null, 0]);
  });
});
