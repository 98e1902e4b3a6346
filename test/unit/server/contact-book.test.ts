/** Last contacts in bulk: soon for who comes and goes, a sixtieth of the others each second, all of them at the end. */
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { ContactBook, type ContactKey } from '../../../server/agents/contact-book.ts';
import { loadDirectory } from '../../../server/agents/directory.ts';
import { emptyDisk, openMemoryStore } from '../../../server/stores/memory/memory-store.ts';
import type { AgentRow, RecordChange } from '../../../server/stores/records.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const row = (name: string): AgentRow => ({
  ...{ workstationId: `w-${name}`, userId: `u-${name}`, loginSessionId: 'login', agentVersion: '1' },
  ...{ lastContactMs: 1, sensors: null },
});

async function aBook() {
  const clock = new FakeClock();
  const { records } = openMemoryStore(emptyDisk());
  const batches: RecordChange[][] = [];
  const write = async (changes: readonly RecordChange[]) => {
    batches.push([...changes]);
    await records.write(changes);
  };
  const directory = await loadDirectory({ ...records, write });
  const connected = new Map<string, ContactKey>();
  const book = new ContactBook({
    ...{ directory, clock, log: pino({ level: 'silent' }) },
    connected: () => connected.values(),
  });
  const meet = (name: string) => {
    book.met(row(name));
    connected.set(name, row(name));
  };
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return { clock, records, directory, batches, connected, book, meet, settle };
}

describe('contact book', () => {
  it('shows who comes at once, and writes all who came within a second in one batch', async () => {
    const { clock, records, directory, batches, meet, settle } = await aBook();

    for (let index = 0; index < 500; index++) meet(`${index}`);
    expect(directory.agentsOf('w-7')).toEqual([row('7')]);
    expect(batches).toEqual([]);
    clock.advance(1_000);
    await settle();

    expect(batches.map((changes) => changes.length)).toEqual([500]);
    expect(await records.agents.get('w-7', 'u-7')).toEqual({ ...row('7'), lastContactMs: clock.wallMs() });
  });

  it('writes everybody who stays once a minute, spread over that minute', async () => {
    const { clock, batches, meet, settle } = await aBook();
    for (let index = 0; index < 600; index++) meet(`${index}`);
    clock.advance(1_000);
    await settle();
    batches.length = 0;

    for (let second = 0; second < 120; second++) {
      clock.advance(1_000);
      await settle();
    }

    expect(Math.max(...batches.map((changes) => changes.length))).toBeLessThanOrEqual(10);
    const written = batches
      .flat()
      .map((change) => (change.record === 'agent' && change.op === 'put' ? change.row.userId : ''));
    expect(new Set(written).size).toBe(600);
  });

  it('costs a server without agents one look a minute', async () => {
    const { clock, batches, settle } = await aBook();

    clock.advance(600_000);
    await settle();

    expect([batches, clock.pendingTimers]).toEqual([[], 1]);
  });

  it('writes the last contact of who left, and of everybody when the server stops', async () => {
    const { clock, records, book, connected, meet, settle } = await aBook();
    for (const name of ['ann', 'bob']) meet(name);
    clock.advance(2_000);
    connected.delete('ann');
    book.left(row('ann'));
    clock.advance(1_000);
    await settle();
    const annLeftMs = clock.wallMs();

    clock.advance(20_000);
    await book.close();

    expect((await records.agents.get('w-ann', 'u-ann'))?.lastContactMs).toBe(annLeftMs);
    expect((await records.agents.get('w-bob', 'u-bob'))?.lastContactMs).toBe(clock.wallMs());
    expect(clock.pendingTimers).toBe(0);
  });
});
