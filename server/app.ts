/**
 * The composition of a server, apart from the process around it: takes a store, a clock and chance, wires ledger,
 * agents, HTTP and door together, and gives it back closed or listening. Tests start it exactly like main.ts does.
 */
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import type { Product } from '../shared/catalog.ts';
import type { Clock, NewId } from '../shared/time.ts';
import { AgentHub } from './agents/agent-hub.ts';
import { loadDirectory } from './agents/directory.ts';
import { type Door, openDoor } from './agents/door.ts';
import { createEnrollment } from './agents/enrollment.ts';
import { NO_NEIGHBORS } from './agents/neighbors.ts';
import { loadPresence } from './agents/presence.ts';
import { loadProductShelf } from './agents/product-shelf.ts';
import { type Announcer, createAnnouncer } from './announcer.ts';
import { openInstance } from './cluster/instance.ts';
import { isClusterStore } from './cluster/ports.ts';
import type { ServerConfig } from './config.ts';
import { startWaitForecast } from './forecast/wait-forecast.ts';
import { createHousekeeping, type Housekeeping } from './housekeeping.ts';
import { firstAdminToken } from './http/admin-tokens.ts';
import type { HttpParts } from './http/http-parts.ts';
import { createHttpServer, type HttpServer } from './http/http-server.ts';
import { openLedger } from './ledger/ledger.ts';
import type { Ledger } from './ledger/ports.ts';
import { membershipView } from './people/membership.ts';
import { createReadModel } from './read-model.ts';
import { createReadiness } from './readiness.ts';
import type { ServerStore } from './stores/store.ts';
import type { StoreMeter } from './stores/store-meter.ts';
import { type DayKeeper, startDayKeeper } from './usage/day-keeper.ts';

/** An agent that leaves more than this unread is too slow (docs/PROTOCOL.md). */
const MAXIMUM_BUFFERED_BYTES = 4 * 1_048_576;

export interface ServerOptions {
  /** Stays open when the server closes: whoever opened it closes it. */
  readonly store: ServerStore;
  /** Of the store, for the metrics. */
  readonly storeMeter?: StoreMeter;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly config: ServerConfig;
  readonly log: Logger;
  readonly shippedProducts?: readonly Product[];
  readonly consoleDir?: string | null;
  /** Smaller in tests of slow readers. */
  readonly maximumBufferedBytes?: number;
}

export interface Server {
  readonly ledger: Ledger;
  /** Set when this server has just been given its first admin token. */
  readonly adminToken: string | null;
  /** For the agent host of the same account that is started together with this server. */
  readonly enrollmentToken: string;
  /** @param port 0: any that is free. @returns where the server can be reached now */
  listen(port: number): Promise<{ readonly url: string; readonly port: number }>;
  /** In order: agents are told, sockets end, what was submitted becomes durable. Calling it again does nothing. */
  close(): Promise<void>;
}

export async function createServer(options: ServerOptions): Promise<Server> {
  const { store, clock, newId, config, log } = options;
  const { records } = store;
  const ledgerOptions = {
    ...{ clock, newId },
    leaseTtlMs: config.timing.leaseTtlMs,
    graceMs: config.timing.leaseGraceMs,
    usageIdleAfterMs: config.timing.usageIdleAfterMs,
    onProblem: (sentence: string, cause: unknown) => log.error({ err: cause }, sentence),
  };
  const instance = isClusterStore(store) ? await openInstance(store, ledgerOptions, config, log) : null;
  const ledger = instance?.ledger ?? (await openLedger({ ...ledgerOptions, store }));
  const directory = await loadDirectory(records);
  const ownPresence = await loadPresence(records, [...ledger.state().sessions.keys()]);
  const presence = instance?.sharePresence(ownPresence) ?? ownPresence;
  const ownShelf = await loadProductShelf(records, options.shippedProducts ?? [], (productId) =>
    log.warn({ productId }, 'a product of the admin cannot be read and is left out; put it again'),
  );
  const shelf = instance?.shareShelf(ownShelf) ?? ownShelf;
  const forecast = await startWaitForecast({ ledger, records, clock });
  const expectedWaitOf = forecast.expectedWait;
  const readModel = createReadModel({ ledger, directory, presence, shelf, clock, expectedWaitOf });
  const announcer = createAnnouncer(ledger);
  const stopForgetting = forgetEndedSessions(ledger, presence);
  const hub = new AgentHub({
    ...{ ledger, records, directory, presence, shelf, readModel, announcer, clock, newId, log },
    neighbors: instance?.neighbors ?? NO_NEIGHBORS,
    timing: config.timing,
    maximumBufferedBytes: options.maximumBufferedBytes ?? MAXIMUM_BUFFERED_BYTES,
  });
  const enrollment = createEnrollment({
    ...{ records, directory, clock, newId },
    ownAccountId: process.getuid?.().toString() ?? null,
    hasOtherAgent: (workstationId, userId, instanceId) =>
      hub.isConnected(workstationId, userId, (other) => other !== instanceId),
    exclusively: (work) => instance?.exclusively('enrollment', work) ?? work(),
    homeName: instance?.homeName ?? '',
    onRevoked: (credentials) => hub.drop(credentials),
    onEnrolled: (workstationId) => announcer.announce({ workstationIds: new Set([workstationId]) }),
  });
  const isWritable = createReadiness({ store, ledger, clock, newId, log });
  const parts: HttpParts = {
    ...{
      config,
      ledger,
      records,
      directory,
      shelf,
      readModel,
      forecast,
      announcer,
      hub,
      enrollment,
      membership: membershipView(ledger),
      clock,
      newId,
      log,
    },
    instance,
    consoleDir: options.consoleDir ?? null,
    storeMeter: options.storeMeter ?? null,
    whyNotReady: async () => instance?.whyNotReady() ?? (await isWritable()),
  };
  const housekeeping = createHousekeeping({
    ...{ ledger, records, clock, newId, log },
    store: store.housekeeping,
    retention: config.retention,
    everyMs: config.timing.housekeepingEveryMs,
    isOurs: () => instance === null || instance.status().role === 'owner',
  });
  const dayKeeper = startDayKeeper({
    usageDays: records.usageDays,
    clock,
    onProblem: (sentence, cause) => log.warn({ err: cause }, sentence),
  });
  instance?.share({ directory, presence: ownPresence, shelf: ownShelf, hub, readModel, announcer });
  const adminToken = await (instance?.exclusively('admin-token', () => firstAdminToken(parts)) ??
    firstAdminToken(parts));
  const http = await createHttpServer(parts);
  const running = createLife({
    http,
    hub,
    ledger,
    announcer,
    parts,
    stopForgetting,
    housekeeping,
    dayKeeper,
  });
  return { ledger, adminToken, enrollmentToken: enrollment.ownToken, ...running };
}

interface LifeParts {
  readonly http: HttpServer;
  readonly hub: AgentHub;
  readonly ledger: Ledger;
  readonly announcer: Announcer;
  readonly parts: HttpParts;
  readonly stopForgetting: () => void;
  readonly housekeeping: Housekeeping;
  readonly dayKeeper: DayKeeper;
}

function createLife({
  http,
  hub,
  ledger,
  announcer,
  parts,
  stopForgetting,
  housekeeping,
  dayKeeper,
}: LifeParts): Pick<Server, 'listen' | 'close'> {
  const { config, log, enrollment } = parts;
  let door: Door | null = null;
  let closing: Promise<void> | null = null;

  async function close(): Promise<void> {
    await door?.close();
    await hub.close();
    parts.instance?.hangUp();
    await http.close();
    announcer.stop();
    stopForgetting();
    parts.forecast.stop();
    await housekeeping.stop();
    await dayKeeper.stop();
    await (parts.instance ?? ledger).close();
  }

  return {
    async listen(port) {
      await http.app.listen({ host: config.host, port });
      const address = http.app.server.address() as AddressInfo;
      const url = `${config.tls === null ? 'http' : 'https'}://${reachableHost(config.host)}:${address.port}`;
      await parts.instance?.join(config.instanceUrl ?? url);
      if (config.doorDir !== null) door = await openDoor({ dir: config.doorDir, url, enrollment, log });
      return { url, port: address.port };
    },
    close() {
      closing ??= close();
      return closing;
    },
  };
}

/** An address to which this machine itself can connect. */
function reachableHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

function forgetEndedSessions(ledger: Ledger, presence: { forget(ids: Iterable<string>): void }): () => void {
  return ledger.subscribe((notice) => {
    if (notice.kind !== 'committed') return;
    const ended = notice.events.flatMap(({ event }) =>
      event.kind === 'session-closed' ? [event.sessionId] : [],
    );
    if (ended.length > 0) presence.forget(ended);
  });
}
