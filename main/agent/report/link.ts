/**
 * Contact with the server as a whole: a credential, one connection after another, the waiting between them. What a
 * connection does is connection.ts's part, how long to wait reconnect.ts's.
 *
 * | state      | what enters                                     | what leaves                                     |
 * |------------|-------------------------------------------------|-------------------------------------------------|
 * | idle       | constructor                                     | start -> trying                                 |
 * | trying     | start, the waiting is over, a hint              | welcome -> online; failure -> waiting, refused  |
 * | online     | welcome, and the outbox fits                    | close -> waiting, trying (enroll again), refused |
 * | waiting    | a failure that may pass                         | timer or hint -> trying                         |
 * | refused    | a fatal code, or nothing to enroll with         | nothing, until the agent is started anew        |
 * | stopped    | stop                                            | nothing                                         |
 */
import type { ConnectionState } from '../../../shared/agent-api.ts';
import type { Hello, Welcome } from '../../../shared/protocol.ts';
import type { Cancel, Clock, Random } from '../../../shared/time.ts';
import { errorText, type Log } from '../log.ts';
import { CLOSING_WORDS } from './closing-words.ts';
import { type Closing, Connection, type ConnectionTiming } from './connection.ts';
import type { Enroller } from './enroll.ts';
import { afterClosing, mayHurry, type RetryTiming } from './reconnect.ts';
import type { Reporter } from './reporter.ts';
import type { OpenSocket } from './socket.ts';

export interface LinkOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly openSocket: OpenSocket;
  readonly enroller: Enroller;
  readonly reporter: Reporter;
  readonly hello: () => Hello;
  readonly timing: { readonly retry: RetryTiming; readonly connection: ConnectionTiming };
  readonly log: Log;
  readonly onState: (state: ConnectionState) => void;
  readonly onWelcome: (welcome: Welcome) => void;
}

type State =
  | { readonly state: 'idle' }
  | { readonly state: 'trying'; readonly connection: Connection | null }
  | { readonly state: 'online'; readonly connection: Connection }
  | { readonly state: 'waiting'; readonly cancel: Cancel }
  | { readonly state: 'refused' }
  | { readonly state: 'stopped' };

export class Link {
  readonly #options: LinkOptions;
  #state: State = { state: 'idle' };
  #failures = 0;
  #lastTryAtMs = Number.NEGATIVE_INFINITY;
  /** Since when there is no contact, in wall time; null while online. */
  #lostAtMs: number | null = null;
  /** One new enrollment for each connection that worked: a server that refuses what it just gave is not asked in a circle. */
  #mayEnrollAgain = true;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#state.state !== 'idle') return;
    const { enroller, clock, onState } = this.#options;
    onState(
      enroller.hasCredential ? { state: 'connecting', sinceMs: clock.wallMs() } : { state: 'enrolling' },
    );
    this.#try();
  }

  stop(): void {
    if (this.#state.state === 'stopped') return;
    const before = this.#state;
    this.#move({ state: 'stopped' });
    if (before.state === 'online' || before.state === 'trying') before.connection?.close('STOPPED');
    this.#options.reporter.disconnected();
  }

  /** It may work now: the machine woke, the network came, a person asked. An open connection is asked for a sign of life. */
  hint(): void {
    if (this.#state.state === 'online') this.#state.connection.probe();
    if (this.#state.state === 'waiting' && mayHurry(this.#options.clock.monotonicMs(), this.#lastTryAtMs))
      this.#try();
  }

  /** The outbox began anew: hello must be said again. */
  restart(): void {
    if (this.#state.state === 'online') this.#state.connection.close('STOPPED');
  }

  /** The only place where the state changes. */
  #move(next: State): void {
    if (this.#state.state === 'waiting') this.#state.cancel();
    this.#state = next;
  }

  #isStopped(): boolean {
    return this.#state.state === 'stopped';
  }

  #try(): void {
    this.#move({ state: 'trying', connection: null });
    this.#lastTryAtMs = this.#options.clock.monotonicMs();
    this.#connect().catch((error: unknown) => {
      this.#options.log.error('the try to connect failed', { error: errorText(error) });
      this.#closed({ name: 'UNREACHABLE', isFatal: false, livedMs: 0 });
    });
  }

  async #connect(): Promise<void> {
    const { enroller, openSocket, clock, timing, hello, reporter, onState } = this.#options;
    const obtained = await enroller.obtain();
    if (this.#isStopped()) return;
    if (!obtained.ok) {
      if (obtained.isFinal) this.#refuse(obtained.code, obtained.message);
      else this.#wait({ name: 'UNREACHABLE', isFatal: false, livedMs: 0 }, obtained.message);
      return;
    }
    if (obtained.isNew) onState({ state: 'connecting', sinceMs: clock.wallMs() });
    const socket = await openSocket(obtained.value.serverUrl, obtained.value.credential);
    if (this.#isStopped()) {
      socket.terminate();
      return;
    }
    const connection: Connection = new Connection({
      socket,
      clock,
      timing: timing.connection,
      hello,
      onWelcome: (welcome) => this.#welcomed(connection, welcome),
      onMessage: (message) => reporter.take(message),
      onClosed: (closing) => this.#closed(closing),
    });
    this.#move({ state: 'trying', connection });
  }

  #welcomed(connection: Connection, welcome: Welcome): void {
    const { reporter, clock, log, onState, onWelcome } = this.#options;
    this.#move({ state: 'online', connection });
    if (!reporter.connected(connection, welcome)) {
      connection.close('STOPPED');
      return;
    }
    this.#lostAtMs = null;
    this.#mayEnrollAgain = true;
    log.info('online', { serverVersion: welcome.serverVersion, version: welcome.version });
    onWelcome(welcome);
    onState({ state: 'online', sinceMs: clock.wallMs() });
  }

  #closed(closing: Closing): void {
    if (this.#isStopped()) return;
    const { reporter, log } = this.#options;
    reporter.disconnected();
    if (closing.livedMs > 0 || closing.name !== 'UNREACHABLE') log.info('closed', { name: closing.name });
    const isRestart =
      closing.name === 'STOPPED' && mayHurry(this.#options.clock.monotonicMs(), this.#lastTryAtMs);
    if (isRestart) this.#try();
    else if (closing.isFatal) this.#refusedByServer(closing).catch((error: unknown) => this.#fail(error));
    else this.#wait(closing, CLOSING_WORDS[closing.name]);
  }

  async #refusedByServer(closing: Closing): Promise<void> {
    const isVoid = closing.name === 'UNAUTHORIZED' || closing.name === 'MUST_ENROLL_AGAIN';
    if (isVoid && this.#mayEnrollAgain) {
      this.#mayEnrollAgain = false;
      this.#move({ state: 'trying', connection: null });
      const canEnroll = await this.#options.enroller.refused(closing.name === 'MUST_ENROLL_AGAIN');
      if (this.#isStopped()) return;
      if (canEnroll) {
        this.#options.onState({ state: 'enrolling' });
        this.#try();
        return;
      }
    }
    this.#refuse(closing.name, CLOSING_WORDS[closing.name]);
  }

  #refuse(code: string, message: string): void {
    const { clock, log, onState } = this.#options;
    log.warn('refused', { code });
    this.#move({ state: 'refused' });
    onState({ state: 'refused', sinceMs: clock.wallMs(), code, message });
  }

  #wait(closing: Closing, reason: string): void {
    const { clock, random, timing, onState } = this.#options;
    const retry = afterClosing(this.#failures, closing, random, timing.retry);
    this.#failures = retry.failures;
    const waitMs = retry.waitMs ?? timing.retry.longestMs;
    this.#move({ state: 'waiting', cancel: clock.setTimer(() => this.#try(), waitMs) });
    this.#lostAtMs ??= clock.wallMs();
    onState({ state: 'offline', sinceMs: this.#lostAtMs, nextTryAtMs: clock.wallMs() + waitMs, reason });
  }

  #fail(error: unknown): void {
    this.#options.log.error('the credential cannot be given up', { error: errorText(error) });
    this.#refuse('UNAUTHORIZED', CLOSING_WORDS.UNAUTHORIZED);
  }
}
