/** A database that is stopped, crashes or is killed under a server, and a server that is killed over a database. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../server/clock.ts';
import type { LedgerCommand } from '../../server/ledger/commands.ts';
import { NotDurableError } from '../../server/ledger/commit-queue.ts';
import { headsFrom } from '../../server/ledger/heads.ts';
import { openLedger } from '../../server/ledger/ledger.ts';
import { imageOf } from '../../server/ledger/snapshot.ts';
import { openPostgresStore } from '../../server/stores/postgres/postgres-store.ts';
import { type PostgresCluster, queryOnce, startPostgres } from '../support/a-postgres.ts';

const WRITER = fileURLToPath(new URL('../support/ledger-writer.ts', import.meta.url));

let cluster: PostgresCluster;
beforeAll(async () => {
  cluster = await startPostgres();
});
afterAll(() => cluster.stop());

interface Acknowledged {
  readonly seq: number;
  readonly command: LedgerCommand;
}

/** Runs the writer until it has acknowledged so many facts, kills it hard, and returns what it had said. */
async function acknowledgedUntilKilled(url: string, name: string, facts: number): Promise<Acknowledged[]> {
  const args = ['--disable-warning=ExperimentalWarning', WRITER, url, name];
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    if (output.split('\n').length > facts) child.kill('SIGKILL');
  });
  expect(await once(child, 'close')).toEqual([null, 'SIGKILL']);
  return output
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Acknowledged);
}

async function until(isSo: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error('it never came to be');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('a server that is killed', () => {
  it('[L83] [L84] loses nothing that was acknowledged, and the next one goes on', async () => {
    const url = await cluster.createDatabase();
    for (const [round, facts] of [9, 57, 130, 201].entries()) {
      const name = `writer-${round}`;
      const acknowledged = await acknowledgedUntilKilled(url, name, facts);
      const store = await openPostgresStore({ url, clock: systemClock });
      const loaded = await store.load();

      const mark = loaded.outboxMarks.find(({ outboxId }) => outboxId === name)?.seq ?? 0;
      expect(mark).toBeGreaterThanOrEqual(Math.max(...acknowledged.map(({ seq }) => seq)));
      const all = await store.events(0, 1_000_000);
      const opened = new Set(
        all.flatMap(({ event }) => (event.kind === 'session-opened' ? [event.sessionId] : [])),
      );
      for (const { command } of acknowledged)
        if (command.kind === 'start-session') expect(opened).toContain(command.sessionId);
      const fromStart = headsFrom({ snapshot: null, events: all }).durable;
      const { durable } = headsFrom(loaded);
      expect(JSON.stringify(imageOf(durable))).toBe(JSON.stringify(imageOf(fromStart)));
      await store.close();
    }
  });
});

describe('a database that goes and comes back', () => {
  it.each(['fast', 'immediate'] as const)(
    '[L83] (%s) costs what was under way and nothing that was acknowledged; reads wait for it',
    async (how) => {
      const url = await cluster.createDatabase();
      const problems: { sentence: string; cause: unknown }[] = [];
      const onProblem = (sentence: string, cause: unknown) => problems.push({ sentence, cause });
      const store = await openPostgresStore({ url, clock: systemClock, onProblem });
      let ids = 0;
      const newId = () => `${how}-${++ids}`;
      const ledger = await openLedger({ store, clock: systemClock, newId, onProblem });
      const by = { kind: 'server' } as const;
      const start = async (index: number) => {
        const command: LedgerCommand = {
          ...{ kind: 'start-session', sessionId: `s${index}`, userId: 'u', workstationId: 'w' },
          ...{ loginSessionId: 'l', processKey: `p${index}`, deviceKey: null, productId: 'cad' },
          startedAtMs: 5,
          origin: 'application',
        };
        await ledger.submit({ commandId: `start-${index}`, by, command });
      };
      const acknowledged: number[] = [];
      let refused = 0;
      let isWorking = true;
      const work = (async () => {
        for (let index = 0; isWorking; index++)
          await start(index).then(
            () => acknowledged.push(index),
            (error: unknown) => {
              expect(error).toBeInstanceOf(NotDurableError);
              refused += 1;
            },
          );
      })();
      await until(() => acknowledged.length > 20);
      await cluster.halt(how);
      await until(() => refused > 0);

      const reading = store.records.settings.get('nothing');
      await cluster.start();
      expect(await reading).toBeUndefined();
      const before = acknowledged.length;
      await until(() => acknowledged.length > before + 20);
      isWorking = false;
      await work;

      const loaded = headsFrom(await store.load()).durable;
      for (const index of acknowledged) expect(loaded.sessions.has(`s${index}`)).toBe(true);
      expect(JSON.stringify(imageOf(loaded))).toBe(JSON.stringify(imageOf(ledger.state())));
      expect(problems.length).toBeGreaterThan(0);
      expect(inspect(problems, { depth: 9, showHidden: true })).not.toContain('throw-away');
      await ledger.close();
      await store.close();
    },
  );

  it('[L88] cuts a connection in the middle of a read: it is asked again, and nothing else happens', async () => {
    const url = await cluster.createDatabase();
    const problems: string[] = [];
    const onProblem = (sentence: string) => problems.push(sentence);
    const store = await openPostgresStore({ url, clock: systemClock, onProblem });
    const holding = queryOnce(url, 'BEGIN; LOCK TABLE people; SELECT pg_sleep(1.5)');
    const waiting = `SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
    await until(
      async () =>
        (await queryOnce(url, 'SELECT 1 FROM pg_locks WHERE relation = $$people$$::regclass')).length > 0,
    );

    const reading = store.records.people.get('ann');
    await until(async () => (await queryOnce(url, waiting)).length > 0);
    await queryOnce(url, `SELECT pg_terminate_backend(pid) FROM (${waiting}) AS readers`);

    expect(await reading).toBeNull();
    expect(problems).toHaveLength(1);
    await holding;
    await store.close();
  });

  it('is waited for by a read only so long', async () => {
    const url = await cluster.createDatabase();
    const sentences: string[] = [];
    let nowMs = 0;
    const impatient = { ...systemClock, monotonicMs: () => (nowMs += 4_000) };
    const store = await openPostgresStore({
      url,
      clock: impatient,
      onProblem: (sentence) => sentences.push(sentence),
    });
    await cluster.halt();

    await expect(store.records.people.get('ann')).rejects.toThrow('cannot be reached');

    expect(sentences).toContain('The database is away; reads are tried again until it is back');
    await cluster.start();
    expect(await store.records.people.get('ann')).toBeNull();
    await store.close();
  });
});
