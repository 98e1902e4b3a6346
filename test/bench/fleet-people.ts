/** The fleet as data: who works where with what, and their credentials, written into a data folder in bulk. */
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type SimulatedPool, simulatedName } from '../../main/agent/commands/simulated-office.ts';
import { hashSecret, makeSecret } from '../../server/agents/secrets.ts';
import type { RecordChange } from '../../server/stores/records.ts';
import { openSqliteStore } from '../../server/stores/sqlite/sqlite-store.ts';
import {
  CAPABILITIES,
  type Hello,
  OLDEST_PROTOCOL_VERSION,
  PROTOCOL_VERSION,
} from '../../shared/protocol.ts';

/** What one member must know to be itself; everything else follows from the index. */
export interface Papers {
  readonly index: number;
  readonly userId: string;
  readonly workstationId: string;
  readonly productId: string;
  readonly credential: string;
}

const POOLS = 91;
/** One pool is for a tenth of all, so that there is a long queue too. */
const LARGE_POOL_SHARE = 0.1;
/** Nearly all of the large pool's people wait. */
const LARGE_POOL_USERS_PER_SEAT = 50;
/** Fewer seats than people who want one, so that people are denied, queue and get offers. */
const USERS_PER_SEAT = 2.5;

/**
 * One large pool with a long queue, and ninety that share the rest of the people.
 * @param productIds of the shipped catalog; as many are used as there are pools
 */
export function fleetPools(agents: number, productIds: readonly string[]): SimulatedPool[] {
  const pools: SimulatedPool[] = [];
  let left = agents;
  for (const [index, productId] of productIds.slice(0, POOLS).entries()) {
    const users = index === 0 ? Math.round(agents * LARGE_POOL_SHARE) : Math.ceil(left / (POOLS - index));
    const seats = Math.ceil(users / (index === 0 ? LARGE_POOL_USERS_PER_SEAT : USERS_PER_SEAT));
    pools.push({ productId, name: productId, seats, users });
    left -= users;
  }
  return pools;
}

/** Source addresses 127.0.0.2 and up, so many members each that no address runs out of ports. */
export function sourceAddress(index: number): string {
  const number = 2 + Math.floor(index / 1_000);
  return `127.0.${number >> 8}.${number & 255}`;
}

const instanceOf = (index: number): string => `fleet-instance-${index}`;
export const outboxOf = (index: number): string => `fleet-outbox-${index}`;

/** How a member introduces itself. */
export function helloOf(index: number, openSessionIds: readonly string[]): Hello {
  return {
    type: 'hello',
    ...{ version: PROTOCOL_VERSION, oldestVersion: OLDEST_PROTOCOL_VERSION },
    capabilities: [...CAPABILITIES],
    agentVersion: '0.1.0',
    instanceId: instanceOf(index),
    loginSessionId: `login-${index}`,
    outboxId: outboxOf(index),
    wallMs: Date.now(),
    openSessionIds: [...openSessionIds],
    workstation: { name: `ws-${index}`, platform: 'linux', osVersion: 'simulated' },
    sensors: { processes: 'simulated', idle: 'simulated' },
    simulated: true,
  };
}

const MEMBERS_PER_WRITE = 1_000;

/** Makes people, workstations and credentials as an enrollment does, in the store of a server that does not run. */
export async function enrollFleet(dataDir: string, pools: readonly SimulatedPool[]): Promise<Papers[]> {
  const serverDir = join(dataDir, 'server');
  mkdirSync(serverDir, { recursive: true });
  const store = await openSqliteStore({ file: join(serverDir, 'usher.db') });
  const products = pools.flatMap(({ productId, users }) => Array.from({ length: users }, () => productId));
  const everybody: Papers[] = [];
  for (let first = 0; first < products.length; first += MEMBERS_PER_WRITE) {
    const some = products
      .slice(first, first + MEMBERS_PER_WRITE)
      .map((productId, offset) => newcomer(first + offset, productId));
    await store.records.write(some.flatMap(recordsOf));
    everybody.push(...some);
  }
  await store.close();
  return everybody;
}

function newcomer(index: number, productId: string): Papers {
  return {
    ...{ index, productId },
    userId: randomUUID(),
    workstationId: randomUUID(),
    credential: makeSecret('device'),
  };
}

function recordsOf({ index, userId, workstationId, credential }: Papers): RecordChange[] {
  const nowMs = Date.now();
  const accountId = `fleet-${index}`;
  const name = `${simulatedName(index % 140)} ${index}`;
  const place = { name: `ws-${index}`, platform: 'linux', osVersion: 'simulated' } as const;
  return [
    { record: 'person', op: 'put', row: { userId, name, simulated: true, createdAtMs: nowMs } },
    {
      record: 'account',
      op: 'put',
      row: { authority: 'simulated', accountId, userId, name },
    },
    {
      record: 'workstation',
      op: 'put',
      row: { workstationId, ...place, workstationGroup: null, simulated: true, enrolledAtMs: nowMs },
    },
    {
      record: 'credential',
      op: 'put',
      row: {
        ...{ credentialId: randomUUID(), hash: hashSecret(credential), userId, workstationId },
        ...{ authority: 'simulated', accountId, instanceId: instanceOf(index) },
        ...{ createdAtMs: nowMs, revokedAtMs: null },
      },
    },
  ];
}
