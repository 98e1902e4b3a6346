/** The agent host without sensors and faces, on a fake clock and a paper server: keeper, outbox, reporter, link. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Log, SILENT_LOG } from '../../main/agent/log.ts';
import { CONNECTION_TIMING } from '../../main/agent/report/connection.ts';
import type { Enroller, Obtained } from '../../main/agent/report/enroll.ts';
import { Link } from '../../main/agent/report/link.ts';
import { type Outbox, openOutbox } from '../../main/agent/report/outbox.ts';
import { RETRY_TIMING } from '../../main/agent/report/reconnect.ts';
import { Reporter } from '../../main/agent/report/reporter.ts';
import type { OutboxLimits } from '../../main/agent/report/summarize.ts';
import { SessionKeeper } from '../../main/agent/session-keeper.ts';
import type { ConnectionState } from '../../shared/agent-api.ts';
import { CAPABILITIES, PROTOCOL_VERSION } from '../../shared/protocol.ts';
import { anInstance, PRODUCTS } from './a-tracker.ts';
import { FakeClock } from './fake-clock.ts';
import type { PaperServer } from './paper-server.ts';

export class PaperEnroller implements Enroller {
  readonly storage = 'owner-only-file';
  hasCredential = true;
  answer: Obtained = {
    ok: true,
    isNew: false,
    value: { serverUrl: 'http://127.0.0.1:1', workstationId: 'w', userId: 'u', credential: 'credential-1' },
  };
  canEnrollAgain = false;
  refusals: boolean[] = [];
  obtain = async () => this.answer;
  refused = async (isCopy: boolean) => {
    this.refusals.push(isCopy);
    return this.canEnrollAgain;
  };
}

export interface CoreOptions {
  readonly clock?: FakeClock;
  readonly dir?: string;
  readonly limits?: OutboxLimits;
  readonly random?: () => number;
  readonly log?: Log;
  readonly enroller?: PaperEnroller;
}

let ids = 0;

export class AgentCore {
  readonly clock: FakeClock;
  readonly dir: string;
  readonly outbox: Outbox;
  readonly keeper: SessionKeeper;
  readonly reporter: Reporter;
  readonly link: Link;
  readonly states: ConnectionState[] = [];
  readonly news: string[] = [];

  constructor(server: PaperServer, options: CoreOptions = {}) {
    const { clock = new FakeClock(), log = SILENT_LOG, random = () => 0.5, limits } = options;
    this.clock = clock;
    this.dir = options.dir ?? mkdtempSync(join(tmpdir(), 'usher-core-'));
    const newId = () => `id-${++ids}`;
    const opened = openOutbox({
      path: join(this.dir, 'outbox.sqlite'),
      newId,
      log,
      ...(limits && { limits }),
      onNewOutbox: () => this.link?.restart(),
      openFacts: () => this.keeper?.openFacts() ?? [],
    });
    if (!opened.ok) throw new Error(opened.message);
    this.outbox = opened.value;
    const parts = { outbox: this.outbox, clock, newId, log };
    this.keeper = new SessionKeeper({
      ...parts,
      bootId: 'boot-1',
      usageIdleAfterMs: 300_000,
      product: (productId) => PRODUCTS[productId],
      onFacts: () => this.reporter.pump(),
      onChange: () => {},
    });
    this.reporter = new Reporter({
      ...parts,
      openSessionIds: () => this.keeper.openSessionIds,
      onNews: ({ type }) => this.news.push(type),
      onChange: () => {},
    });
    this.link = new Link({
      ...parts,
      random,
      openSocket: server.open,
      enroller: options.enroller ?? new PaperEnroller(),
      reporter: this.reporter,
      timing: { retry: RETRY_TIMING, connection: CONNECTION_TIMING },
      onState: (state) => this.states.push(state),
      onWelcome: () => {},
      hello: () => ({
        type: 'hello',
        version: PROTOCOL_VERSION,
        oldestVersion: 100,
        capabilities: [...CAPABILITIES],
        agentVersion: '0.0.0-test',
        instanceId: 'instance-1',
        loginSessionId: 'login-1',
        outboxId: this.outbox.outboxId,
        wallMs: clock.wallMs(),
        openSessionIds: [...this.keeper.openSessionIds],
        workstation: { name: 'ws', platform: 'linux', osVersion: 'Debian' },
        sensors: { processes: '/proc', idle: 'X11' },
        simulated: false,
      }),
    });
  }

  /** Starts, with these process numbers of FreeCAD running already. */
  async start(rootPids: readonly number[] = []): Promise<void> {
    const atMs = this.clock.wallMs();
    this.keeper.start();
    for (const rootPid of rootPids)
      this.keeper.take({
        kind: 'instance-appeared',
        atMs,
        instance: anInstance({ rootPid, startedAtMs: atMs }),
      });
    this.keeper.take({ kind: 'first-scan-done', atMs });
    this.link.start();
    await this.settle();
  }

  appear(rootPid: number): void {
    const atMs = this.clock.wallMs();
    this.keeper.take({
      kind: 'instance-appeared',
      atMs,
      instance: anInstance({ rootPid, startedAtMs: atMs }),
    });
  }

  vanish(rootPid: number): void {
    this.keeper.take({
      kind: 'instance-vanished',
      atMs: this.clock.wallMs(),
      instanceKey: anInstance({ rootPid }).instanceKey,
    });
  }

  get state(): ConnectionState | undefined {
    return this.states.at(-1);
  }

  /** Lets everything that is under way arrive. */
  settle(): Promise<void> {
    return this.clock.advanceAsync(0);
  }

  /** In order; the folder stays for the next run. */
  stop(): void {
    this.keeper.stop();
    this.link.stop();
    this.reporter.stop();
    this.outbox.close();
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}
