/**
 * The composition root of the agent host: takes ports, wires sensors, tracker, outbox, link, store and faces, and
 * gives back one thing to start and stop. Nothing here decides. Many agents can live in one process.
 */
import { join } from 'node:path';
import type { AgentState } from '../../shared/agent-api.ts';
import { failure, type Outcome, success } from '../../shared/outcome.ts';
import { type Cancel, SECOND } from '../../shared/time.ts';
import type { Agent, AgentFailure, AgentOptions } from './agent-options.ts';
import { AgentStore } from './agent-store.ts';
import { accountOf, helloOf, workstationOf } from './introduction.ts';
import { FaceDesk } from './local/face-desk.ts';
import type { PageServer } from './local/page-server.ts';
import type { LocalServer } from './local/socket-server.ts';
import { errorText } from './log.ts';
import { ProductBook } from './products.ts';
import { CredentialStore } from './report/credential-store.ts';
import { createEnroller } from './report/enroll.ts';
import { Link } from './report/link.ts';
import { createMyContact } from './report/my-contact.ts';
import { type Outbox, openOutbox } from './report/outbox.ts';
import { Reporter } from './report/reporter.ts';
import type { Observation } from './sensors/observations.ts';
import { type Sensors, startSensors } from './sensors/sensors.ts';
import { NO_UNSAVED_WORK_READER } from './sensors/unsaved-work.ts';
import { cleanName } from './session/reasons.ts';
import { SessionKeeper } from './session-keeper.ts';
import { WarningDesk } from './warning-desk.ts';

export type { Agent, AgentFailure, AgentOptions } from './agent-options.ts';

/** What a server that does not answer may cost at the end; nothing is lost by going without it. */
const FLUSH_LIMIT_MS = 400;

/** The first word to the server names the sensors; it does not wait longer than this for them. */
const FIRST_LOOK_LIMIT_MS = 2 * SECOND;

/** Opens the outbox, listens locally, watches and reports. @returns IN_USE when another agent host has this folder */
export async function startAgent(options: AgentOptions): Promise<Outcome<Agent, AgentFailure>> {
  const { agentDir, newId, log } = options;
  let assembled: AssembledAgent | null = null;
  const opened = openOutbox({
    path: join(agentDir, 'outbox.sqlite'),
    newId,
    log,
    onNewOutbox: () => assembled?.outboxIsNew(),
    openFacts: () => assembled?.openFacts() ?? [],
  });
  if (!opened.ok) return opened;
  assembled = new AssembledAgent(options, opened.value);
  const listening = await assembled.listen();
  if (!listening.ok) {
    await assembled.stop();
    return failure(listening.code, listening.message);
  }
  assembled.start();
  return success(assembled);
}

class AssembledAgent implements Agent {
  readonly #options: AgentOptions;
  readonly #outbox: Outbox;
  readonly #products: ProductBook;
  readonly #credentials: CredentialStore;
  readonly #keeper: SessionKeeper;
  readonly #reporter: Reporter;
  readonly #link: Link;
  readonly #store: AgentStore;
  readonly #desk: FaceDesk;
  readonly #warnings: WarningDesk;
  #sensors: Sensors | null = null;
  #local: LocalServer | null = null;
  #page: Promise<PageServer> | null = null;
  #sensorNames = { processes: 'starting', idle: 'starting' };
  #consoleUrl: string | null = null;
  #stopped: Promise<void> | null = null;
  /** Set while the link waits for the sensors' first word. */
  #firstLook: Cancel | null = null;

  constructor(options: AgentOptions, outbox: Outbox) {
    const { os, clock, newId, log, agentDir, keyStore, catalog, timing } = options;
    this.#options = options;
    this.#outbox = outbox;
    this.#products = new ProductBook(catalog, os.own.platform, log);
    this.#credentials = new CredentialStore({ dir: agentDir, newId, keyStore, log });
    this.#keeper = new SessionKeeper({
      ...{ outbox, clock, newId, log },
      bootId: os.own.bootId,
      usageIdleAfterMs: timing.usageIdleAfterMs,
      product: (productId) => this.#products.find(productId),
      onFacts: () => this.#reporter.pump(),
      onChange: () => this.#store.touch(),
    });
    this.#reporter = new Reporter({
      ...{ outbox, clock, newId },
      openSessionIds: () => this.#keeper.openSessionIds,
      onNews: (news) => {
        if (news.type === 'catalog') this.#setProducts(news.catalog);
        else this.#store.take(news);
        if (news.type === 'mine') this.#warnings.take(news.mine);
      },
      onChange: () => this.#store.touch(),
    });
    this.#store = this.#makeStore();
    this.#link = this.#makeLink();
    this.#desk = this.#makeDesk();
    this.#warnings = new WarningDesk({
      ...{ outbox, clock },
      reader: options.unsavedWork ?? NO_UNSAVED_WORK_READER,
      sessions: () => this.#keeper.sessions,
      onFacts: () => this.#reporter.pump(),
    });
  }

  async listen(): Promise<Outcome<null, AgentFailure>> {
    const { local, log } = this.#options;
    if (!local) return success(null);
    const { listenLocally } = await import('./local/socket-server.ts');
    const listening = await listenLocally({ ...local, desk: this.#desk, log });
    if (!listening.ok) return listening;
    this.#local = listening.value;
    return success(null);
  }

  start(): void {
    const { os, clock, log, timing } = this.#options;
    this.#keeper.start();
    this.#sensors = startSensors({
      ports: os,
      clock,
      rules: this.#products.rules,
      ...(timing.sensors && { settings: timing.sensors }),
      onObservation: (observation) => this.#observe(observation),
      onFailure: (error) => log.error('processes cannot be read', { error: errorText(error) }),
    });
    this.#firstLook = clock.setTimer(() => this.#startLink(), FIRST_LOOK_LIMIT_MS);
  }

  state(): AgentState {
    return this.#store.state();
  }

  isOffline(): boolean {
    return this.#store.connection.state === 'offline';
  }

  onState(listener: (state: AgentState) => void): Cancel {
    return this.#store.listen(listener);
  }

  hint(): void {
    this.#link.hint();
  }

  openFacts() {
    return this.#keeper.openFacts();
  }

  outboxIsNew(): void {
    this.#link.restart();
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stopOnce();
    return this.#stopped;
  }

  // ---------------------------------------------------------------- inside

  #startLink(): void {
    if (!this.#firstLook) return;
    this.#firstLook();
    this.#firstLook = null;
    this.#link.start();
  }

  async #stopOnce(): Promise<void> {
    this.#firstLook?.();
    this.#firstLook = null;
    this.#sensors?.stop();
    this.#desk.stop();
    const page = await this.#page;
    // Faces first: what they hold ends now and is told.
    await Promise.all([this.#local?.stop(), page?.stop()]);
    this.#keeper.stop();
    await this.#reporter.flush(FLUSH_LIMIT_MS);
    this.#link.stop();
    this.#reporter.stop();
    this.#store.stop();
    this.#outbox.close();
  }

  #observe(observation: Observation): void {
    if (observation.kind === 'sensor-health') {
      const { processes, idle } = observation;
      this.#sensorNames = { processes: processes.source, idle: idle.source };
      this.#store.setSensors(observation);
      this.#startLink();
      return;
    }
    this.#keeper.take(observation);
    if (observation.kind === 'machine-resumed') this.#link.hint();
  }

  #setProducts(catalog: Parameters<ProductBook['setAdded']>[0]): void {
    const productIds = this.#products.setAdded(catalog);
    if (productIds.length > 0)
      this.#keeper.take({ kind: 'products-removed', atMs: this.#options.clock.wallMs(), productIds });
    this.#sensors?.setRules(this.#products.rules);
    this.#store.touch();
  }

  #makeStore(): AgentStore {
    const { clock, os, agentVersion } = this.#options;
    const dismissed: unknown = JSON.parse(this.#outbox.recall('dismissedNotices') ?? '[]');
    return new AgentStore({
      clock,
      agentVersion,
      userName: cleanName(os.own.accountName),
      workstationName: cleanName(os.own.hostName),
      dismissedNoticeIds: Array.isArray(dismissed) ? dismissed.map(String) : [],
      sources: {
        sessions: () => this.#keeper.sessions,
        pendingWishes: () => this.#reporter.pendingWishes,
        outboxWaiting: () => this.#outbox.waiting,
        credentialStorage: () => this.#credentials.storage,
        watchedProducts: () => this.#products.watchedCount,
      },
    });
  }

  #makeLink(): Link {
    const { clock, random, openSocket, timing, log, access, workstationId } = this.#options;
    return new Link({
      clock,
      random,
      openSocket,
      timing,
      log,
      reporter: this.#reporter,
      enroller: createEnroller({
        store: this.#credentials,
        access,
        workstation: workstationOf(this.#options),
        account: accountOf(this.#options),
        workstationId,
      }),
      hello: () =>
        helloOf(this.#options, {
          instanceId: this.#credentials.instanceId,
          outboxId: this.#outbox.outboxId,
          openSessionIds: this.#keeper.openSessionIds,
          sensors: this.#sensorNames,
        }),
      onState: (state) => this.#store.setConnection(state),
      onWelcome: ({ userName }) => {
        this.#consoleUrl = this.#credentials.serverUrl;
        this.#store.setUserName(userName);
      },
    });
  }

  #makeDesk(): FaceDesk {
    return new FaceDesk({
      clock: this.#options.clock,
      store: this.#store,
      keeper: this.#keeper,
      wish: (wish) => this.#reporter.wish(wish),
      contact: createMyContact(this.#credentials),
      isProductKnown: (productId) => this.#products.find(productId) !== undefined,
      onWatched: (isWatched) => {
        this.#reporter.watch(isWatched);
        if (!isWatched) this.#store.forgetPools();
      },
      onPerson: () => this.#link.hint(),
      panelAddress: async () => (await this.#pageServer()).makeAddress(),
      saveDismissed: (noticeIds) => this.#outbox.remember('dismissedNotices', JSON.stringify(noticeIds)),
      shutdown: () => this.#options.local?.onShutdown(),
    });
  }

  #pageServer(): Promise<PageServer> {
    this.#page ??= import('./local/page-server.ts').then(({ startPageServer }) =>
      startPageServer({
        panelDir: this.#options.local?.panelDir ?? '',
        desk: this.#desk,
        clock: this.#options.clock,
        log: this.#options.log,
        linkTarget: (name) => this.#linkTarget(name),
      }),
    );
    return this.#page;
  }

  #linkTarget(name: string): string | null {
    if (name === 'console') return this.#consoleUrl;
    return name === 'help' ? (this.#options.local?.helpUrl ?? null) : null;
  }
}
