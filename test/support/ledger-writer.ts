/**
 * A process that works on a ledger as fast as it can and says on its output what was acknowledged; meant to be killed.
 * Arguments: the database's file, or its URL, and a name that makes its ids its own.
 */
import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { systemClock } from '../../server/clock.ts';
import type { LedgerCommand } from '../../server/ledger/commands.ts';
import { openLedger } from '../../server/ledger/ledger.ts';
import { openPostgresStore } from '../../server/stores/postgres/postgres-store.ts';
import { openSqliteStore } from '../../server/stores/sqlite/sqlite-store.ts';
import { DEFAULT_POOL_SETTINGS } from '../../shared/domain-schemas.ts';

const [file = '', name = ''] = process.argv.slice(2);
const store = file.startsWith('postgres:')
  ? await openPostgresStore({ url: file, clock: systemClock })
  : await openSqliteStore({ file });
const ledger = await openLedger({ store, clock: systemClock, newId: randomUUID, snapshotEvery: 40 });
const by = { kind: 'agent', userId: name, workstationId: name } as const;
let seq = 0;

async function ask(command: LedgerCommand): Promise<void> {
  seq += 1;
  const place = { outboxId: name, seq };
  await ledger.submit({ commandId: `${name}-${seq}`, by, command, outbox: place });
  writeSync(1, `${JSON.stringify({ ...place, command })}\n`);
}

const settings = { ...DEFAULT_POOL_SETTINGS, name: 'cad', capacity: 3 };
await ask({ kind: 'configure-pool', poolId: 'cad', settings });
await ask({ kind: 'configure-product', productId: 'cad', alternatives: [[{ poolId: 'cad', units: 1 }]] });
for (let round = 1; ; round++) {
  const who = { userId: `${name}-user-${round % 7}`, workstationId: name };
  const session = { sessionId: `${name}-session-${round}`, startedAtMs: round, productId: 'cad' };
  const rest = {
    loginSessionId: name,
    processKey: `${round}`,
    deviceKey: null,
    origin: 'application',
  } as const;
  await Promise.all([
    ask({ kind: 'start-session', ...who, ...session, ...rest }),
    ask({ kind: 'queue', userId: who.userId, productId: 'cad' }),
    ask({ kind: 'end-session', sessionId: `${name}-session-${round - 5}`, endedAtMs: round, reason: 'exit' }),
  ]);
}
