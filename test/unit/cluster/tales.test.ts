/** What instances tell each other beside the ledger: who was heard, who is where, what they do. docs/LEDGER.md. */
import { describe, expect, it } from 'vitest';
import type { LedgerCommand } from '../../../server/ledger/commands.ts';
import { DEFAULT_POOL_SETTINGS } from '../../../shared/domain-schemas.ts';
import { TestCluster, type TestInstance } from '../../support/a-cluster.ts';

let commands = 0;
function ask(instance: TestInstance, command: LedgerCommand) {
  const commandId = `tale-${++commands}`;
  return instance.cluster.ledger.submit({ commandId, by: { kind: 'admin', tokenId: 't' }, command });
}
const start = (sessionId: string): LedgerCommand => ({
  kind: 'start-session',
  ...{ sessionId, userId: sessionId, workstationId: `pc-${sessionId}`, loginSessionId: 'l', processKey: 'p' },
  ...{ deviceKey: null, productId: 'cad', startedAtMs: 0, origin: 'application' },
});
async function threeWithAPool(): Promise<{
  t: TestCluster;
  all: [TestInstance, TestInstance, TestInstance];
}> {
  const t = new TestCluster();
  const all: [TestInstance, TestInstance, TestInstance] = [
    await t.start('one'),
    await t.start('two'),
    await t.start('three'),
  ];
  const settings = { ...DEFAULT_POOL_SETTINGS, name: 'cad', capacity: 5 };
  await ask(all[0], { kind: 'configure-pool', poolId: 'cad', settings });
  await ask(all[0], {
    kind: 'configure-product',
    productId: 'cad',
    alternatives: [[{ poolId: 'cad', units: 1 }]],
  });
  return { t, all };
}
const connection = (sinceMs: number, credentialId = 'c-ann') => ({
  ...{ credentialId, workstationId: 'pc-ann', userId: 'ann', agentInstanceId: 'data-ann', sinceMs },
});
const isAt = ({ cluster }: TestInstance) => cluster.grapevine.isConnected('pc-ann', 'ann', () => true);

describe('signs of life', () => {
  it('[L107] at a follower keep a seat; who is heard nowhere loses it, and is silent on every instance', async () => {
    const { t, all } = await threeWithAPool();
    const [owner, two, three] = all;
    await ask(two, start('ann'));
    await ask(three, start('ben'));
    for (let second = 0; second < 150; second += 10) {
      await t.pass(10_000);
      two.cluster.ledger.renew(['ann']);
    }

    const seatsAt = ({ cluster }: TestInstance) =>
      ['ann', 'ben'].map((id) => [
        cluster.ledger.state().sessions.get(id)?.seat.state,
        cluster.ledger.isLive(id),
      ]);
    for (const instance of all)
      expect(seatsAt(instance)).toEqual([
        ['held', true],
        ['expired', false],
      ]);
    expect(owner.cluster.ledger.state().pools.get('cad')?.leasedUnits).toBe(1);
  });

  it('[L107] of somebody else’s sessions count for nothing', async () => {
    const { t, all } = await threeWithAPool();
    await ask(all[1], start('ann'));
    for (let second = 0; second < 150; second += 10) {
      await t.pass(10_000);
      all[1].cluster.ledger.renew(['ann'], 'ben');
    }
    expect(all[1].cluster.ledger.state().sessions.get('ann')?.seat.state).toBe('expired');
  });

  it('[L52, L107] bring a session back by a follower', async () => {
    const { t, all } = await threeWithAPool();
    await ask(all[2], start('ann'));
    await t.pass(150_000);
    expect(all[2].cluster.ledger.state().sessions.get('ann')?.seat.state).toBe('expired');

    all[2].cluster.ledger.renew(['ann']);
    await t.pass(500);

    expect(all.map(({ cluster }) => cluster.ledger.state().sessions.get('ann')?.seat.state)).toEqual([
      'held',
      'held',
      'held',
    ]);
  });

  it('[L107] are not missed while nobody can be asked: nobody is called silent', async () => {
    const { t, all } = await threeWithAPool();
    await ask(all[1], start('ann'));
    t.network.cut();
    await t.pass(200_000);

    expect(all[2].cluster.ledger.isLive('ann')).toBe(true);
  });
});

describe('what is told', () => {
  it('[L110] reaches every instance, by the owner, and is told anew to who joins later', async () => {
    const { t, all } = await threeWithAPool();
    const [, two, three] = all;
    two.cluster.grapevine.joined(connection(1));
    two.cluster.grapevine.named('tool', 'The Tool');
    two.cluster.grapevine.learned([['ann', { state: 'active', sinceMs: 1, reasons: [] }]]);
    two.cluster.grapevine.copied('pc-x', 'x');
    await t.pass(100);
    const four = await t.start('four');

    for (const instance of [all[0], three, four]) {
      expect(isAt(instance)).toBe(true);
      expect(instance.told.names).toContainEqual(['tool', 'The Tool']);
      expect(instance.cluster.grapevine.isCopied('pc-x', 'x')).toBe(true);
    }
    expect(three.told.activities).toEqual([['ann', { state: 'active', sinceMs: 1, reasons: [] }]]);
    expect(two.told.activities).toEqual([]);
  });

  it('[L110] of an instance that died is forgotten', async () => {
    const { t, all } = await threeWithAPool();
    const [owner, two, three] = all;
    two.cluster.grapevine.joined(connection(1));
    await t.pass(100);
    t.kill(two);
    await t.until('it is forgotten', () => !isAt(owner) && !isAt(three));

    three.cluster.grapevine.joined(connection(2));
    await t.pass(100);
    t.kill(owner);
    await t.until('the last one owns', () => three.cluster.status().role === 'owner');
    expect(isAt(three)).toBe(false); // its own agents are not its neighbors'
  });

  it('[L110] by a follower without a link waits for the next one', async () => {
    const { t, all } = await threeWithAPool();
    const [owner, two, three] = all;
    t.kill(owner);
    two.cluster.grapevine.learned([['ann', null]]);
    two.cluster.grapevine.joined(connection(5));
    await t.until('another owns', () =>
      [two, three].some(({ cluster }) => cluster.status().role === 'owner'),
    );
    await t.until('it is told', () => isAt(three), 5_000);

    expect(three.told.activities).toEqual([['ann', null]]);
  });

  it('[L109] of two connections with one credential every instance keeps the same one', async () => {
    const { t, all } = await threeWithAPool();
    const replaced = all.map(() => 0);
    for (const [index, { cluster }] of all.entries())
      cluster.grapevine.onReplaced(() => {
        replaced[index] = (replaced[index] ?? 0) + 1;
      });
    all[1].cluster.grapevine.joined(connection(10));
    all[2].cluster.grapevine.joined(connection(20));
    await t.pass(100);
    expect(replaced).toEqual([0, 1, 0]);

    // The same instant: the instance's id decides, and exactly one stays.
    all[0].cluster.grapevine.joined(connection(30, 'c-ben'));
    all[1].cluster.grapevine.joined(connection(30, 'c-ben'));
    await t.pass(100);
    expect((replaced[0] ?? 0) + (replaced[1] ?? 0)).toBe(2);
  });

  it('[L111] of records is heard by all, and everything is read again when word may have been missed', async () => {
    const { t, all } = await threeWithAPool();
    const before = all.map(({ told }) => told.records.length);
    t.database.wake({ kind: 'records', keys: [{ record: 'person', key: { userId: 'ann' } }] });
    t.database.wake({ kind: 'resumed' });

    for (const [index, { told }] of all.entries())
      expect(told.records.slice(before[index])).toEqual([
        [{ record: 'person', key: { userId: 'ann' } }],
        null,
      ]);
  });
});
