/** Numbers for Prometheus: counts only, never a name. Gauges are read when they are asked for. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { HttpParts } from './http-parts.ts';

export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
  /** @param route the pattern, not the address: addresses hold ids */
  countRequest(route: string, method: string, status: number, seconds: number): void;
  stop(): void;
}

type Sources = Pick<HttpParts, 'ledger' | 'hub' | 'directory' | 'instance' | 'storeMeter'>;
type Gauges = Record<string, [help: string, read: () => number]>;

/** Of one server among several. */
function clusterGauges({ instance }: Sources): Gauges {
  if (instance === null) return {};
  const status = () => instance.status();
  return {
    usher_cluster_owner: ['1: this server owns the ledger', () => Number(status().role === 'owner')],
    usher_cluster_in_reach: [
      '1: the owner is this server or can be reached',
      () => Number(status().role !== 'no-owner'),
    ],
    usher_cluster_epoch: ['Grows with every takeover', () => status().epoch],
    usher_cluster_takeovers: ['Times that this server took the ledger over', () => status().takeovers],
    usher_cluster_lag_events: ['Events of the owner that are not here yet', () => status().lagEvents],
    usher_cluster_forwarded: ['Submissions sent to the owner since the start', () => status().forwarded],
    usher_cluster_waiting: ['Submissions that wait for the owner', () => status().waiting],
    usher_cluster_followers: ['Servers that follow this one', () => status().followers],
  };
}

function gaugesOf({ ledger, hub, directory }: Sources): Gauges {
  const state = () => ledger.state();
  const sumOfPools = (
    read: (pool: { leasedUnits: number; offeredUnits: number; effectiveCapacity: number }) => number,
  ) => [...state().pools.values()].reduce((sum, pool) => sum + read(pool), 0);
  return {
    usher_ledger_event_number: ['Number of the newest ledger event', () => state().eventNumber],
    usher_pools: ['Pools', () => state().pools.size],
    usher_pool_units_capacity: ['Units of all pools', () => sumOfPools((pool) => pool.effectiveCapacity)],
    usher_pool_units_leased: ['Units that are out', () => sumOfPools((pool) => pool.leasedUnits)],
    usher_pool_units_offered: ['Units held for somebody', () => sumOfPools((pool) => pool.offeredUnits)],
    usher_sessions: ['Open sessions', () => state().sessions.size],
    usher_leases: ['Leases', () => state().leases.size],
    usher_tickets: ['Tickets', () => state().tickets.size],
    usher_offers: ['Open offers', () => state().offers.size],
    usher_agents_connected: ['Agents with a live connection', () => hub.counts().live],
    usher_agent_sockets: ['Open agent sockets, greeted or not', () => hub.counts().sockets],
    usher_workstations: ['Enrolled workstations', () => directory.counts().workstations],
    usher_people: ['Known people', () => directory.counts().people],
  };
}

function countCommits(registry: Registry, { storeMeter }: Sources): void {
  if (storeMeter === null) return;
  const commits = new Histogram({
    name: 'usher_store_commit_seconds',
    help: 'Time to make a group of writes durable',
    buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3],
    registers: [registry],
  });
  const failures = new Counter({
    name: 'usher_store_failures_total',
    help: 'Groups of writes that were not kept, or whose fate is unknown',
    registers: [registry],
  });
  storeMeter.listener = (ms, isKept) => {
    commits.observe(ms / 1000);
    if (!isKept) failures.inc();
  };
}

export function createMetrics(sources: Sources): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const [name, [help, read]] of Object.entries({ ...gaugesOf(sources), ...clusterGauges(sources) }))
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  const requests = new Histogram({
    name: 'usher_http_request_seconds',
    help: 'Time to answer a REST request',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [registry],
  });
  const failures = new Counter({
    name: 'usher_http_failures_total',
    help: 'Requests answered with 5xx',
    registers: [registry],
  });
  countCommits(registry, sources);
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    countRequest(route, method, status, seconds) {
      requests.observe({ route, method, status: String(status) }, seconds);
      if (status >= 500) failures.inc();
    },
    stop: () => registry.clear(),
  };
}
