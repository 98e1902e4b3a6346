/** Who owns the ledger, and what becomes of it: two and three instances in one process. docs/LEDGER.md "Several servers". */
import { describe, expect, it } from 'vitest';
import type { LedgerCommand } from '../../../server/ledger/commands.ts';
import { NotDurableError } from '../../../server/ledger/commit-queue.ts';
import type { LedgerOutcome } from '../../../server/ledger/ports.ts';
import { waitingUserIds } from '../../../server/ledger/pushes.ts';
import { DEFAULT_POOL_SETTINGS } from '../../../shared/domain-schemas.ts';
import { TestCluster, type TestInstance } from '../../support/a-cluster.ts';

let commands = 0;
function ask(
  instance: TestInstance,
  command: LedgerCommand,
  commandId = `c-${++commands}`,
): Promise<LedgerOutcome> {
  return instance.cluster.ledger.submit({ commandId, by: { kind: 'admin', tokenId: 't' }, command });
}
const start = (sessionId: string, userId = sessionId): LedgerCommand => ({
  kind: 'start-session',
  ...{ sessionId, userId, workstationId: `pc-${userId}`, loginSessionId: 'l', processKey: `p-${sessionId}` },
  ...{ deviceKey: null, productId: 'cad', startedAtMs: 0, origin: 'application' },
});
async function counted(instance: TestInstance, capacity = 1): Promise<void> {
  const settings = { ...DEFAULT_POOL_SETTINGS, name: 'cad', capacity };
  await ask(instance, { kind: 'configure-pool', poolId: 'cad', settings });
  await ask(instance, {
    kind: 'configure-product',
    productId: 'cad',
    alternatives: [[{ poolId: 'cad', units: 1 }]],
  });
}
const seat = (instance: TestInstance, sessionId: string) =>
  instance.cluster.ledger.state().sessions.get(sessionId)?.seat.state;
const roleOf = (instance: TestInstance) => instance.cluster.status().role;

describe('ownership', () => {
  it('[L100] the first instance owns, the next ones follow, and both show the same', async () => {
    const t = new TestCluster();
    const one = await t.start('one');
    const two = await t.start('two');

    expect([roleOf(one), roleOf(two)]).toEqual(['owner', 'follower']);
    await counted(two);
    expect(await ask(two, start('ann'))).toMatchObject({ value: { seat: 'held' } });
    expect([seat(one, 'ann'), seat(two, 'ann')]).toEqual(['held', 'held']);
  });

  it('[L101, L102] takes over within 5 s of the owner’s death, with a grace, and everybody keeps their place', async () => {
    const t = new TestCluster();
    const one = await t.start('one');
    const two = await t.start('two');
    await counted(one);
    await ask(one, start('ann'));
    await ask(two, start('ben'));
    const first = await ask(two, { kind: 'queue', userId: 'ben', productId: 'cad' });
    await ask(one, { kind: 'queue', userId: 'cid', productId: 'cad' });

    t.kill(one);
    const tookMs = await t.until('the second owns', () => roleOf(two) === 'owner');

    expect(tookMs).toBeLessThan(5_000);
    const state = two.cluster.ledger.state();
    expect(state.graceUntilMs).toBeGreaterThan(t.clock.wallMs());
    expect(waitingUserIds(state, 'cad')).toEqual(['ben', 'cid']);
    expect(await ask(two, { kind: 'queue', userId: 'ben', productId: 'cad' })).toEqual(first);
    expect(seat(two, 'ann')).toBe('held');
    expect(two.cluster.status().epoch).toBe(2);
  });

  it('[L100, L103] an owner that was suspended cannot write, steps down, and goes on by the new owner', async () => {
    const t = new TestCluster();
    const one = await t.start('one');
    const two = await t.start('two');
    await counted(one);

    one.clock.suspend();
    await t.until('the second owns', () => roleOf(two) === 'owner');
    expect(await ask(two, start('ann'))).toMatchObject({ value: { seat: 'held' } });
    // It believes that it owns, and that the seat is free.
    expect(roleOf(one)).toBe('owner');
    const late = ask(one, start('ben'));
    await t.pass(0);
    one.clock.resume();
    const outcome = late.then(
      (value) => value,
      (error: unknown) => error,
    );
    await t.until('the first follows', () => roleOf(one) === 'follower');

    expect(await outcome).toMatchObject({ value: { seat: 'overage' } });
    expect([seat(one, 'ann'), seat(one, 'ben'), seat(two, 'ben')]).toEqual(['held', 'overage', 'overage']);
    expect(one.cluster.ledger.state().pools.get('cad')?.leasedUnits).toBe(1);
  });

  it('[L100] what an owner decided on what was not so is never kept', async () => {
    const t = new TestCluster();
    const one = await t.start('one');
    const two = await t.start('two');
    await counted(one);
    let letGo = () => {};
    t.database.hold = new Promise((resolve) => {
      letGo = resolve;
    });
    const stuck = ask(one, start('ben'));
    await t.pass(0);
    one.clock.suspend();
    t.database.hold = null;
    await t.until('the second owns', () => roleOf(two) === 'owner');
    await ask(two, start('ann'));

    letGo();
    one.clock.resume();
    await t.until('the first follows', () => roleOf(one) === 'follower');

    expect(await stuck).toMatchObject({ value: { seat: 'overage' } });
    const seated = t.database.disk.events.filter(({ kind }) => kind === 'lease-granted');
    expect(seated).toHaveLength(1);
  });

  it('[L101] an orderly stop hands over at once', async () => {
    const t = new TestCluster();
    const one = await t.start('one');
    const two = await t.start('two');
    await counted(one);

    const closing = one.cluster.close();
    const tookMs = await t.until('the second owns', () => roleOf(two) === 'owner');
    await closing;

    expect(tookMs).toBeLessThan(1_000);
  });

  it('[L100] of three instances one owns, after every death', async () => {
    const t = new TestCluster();
    const all = [await t.start('one'), await t.start('two'), await t.start('three')];
    await counted(all[0] as TestInstance, 9);
    for (const [index, name] of ['ann', 'ben'].entries()) {
      const owner = all.find((instance) => roleOf(instance) === 'owner') as TestInstance;
      await ask(all[2 - index] as TestInstance, start(name));
      t.kill(owner);
      all.splice(all.indexOf(owner), 1);
      await t.until('another owns', () => all.some((instance) => roleOf(instance) === 'owner'));
      await t.until('the rest follows', () => all.every((instance) => roleOf(instance) !== 'no-owner'));
      expect(all.filter((instance) => roleOf(instance) === 'owner')).toHaveLength(1);
    }
    expect(all.map((instance) => [seat(instance, 'ann'), seat(instance, 'ben')])).toEqual([['held', 'held']]);
  });

  it('[L103] a database that is away for a while costs nobody the ledger', async () => {
    const t = new TestCluster();
    const one = await t.start('one');
    const two = await t.start('two');
    await counted(one);

    t.database.isAway = true;
    await t.pass(20_000);
    t.database.isAway = false;
    await t.until(
      'one owns and one follows',
      () => [roleOf(one), roleOf(two)].sort().join() === 'follower,owner',
    );

    expect(await ask(one, start('ann'))).toMatchObject({ value: { seat: 'held' } });
    expect(await ask(two, start('ben'))).toMatchObject({ value: { seat: 'overage' } });
  });
});

describe('submissions without an owner', () => {
  it('[L106] wait, and are sent once there is one: nothing is lost and nothing happens twice', async () => {
    const t = new TestCluster();
    const one = await t.start('one');
    const two = await t.start('two');
    await counted(one, 5);
    t.kill(one);

    const waiting = Array.from({ length: 20 }, (_, index) => ask(two, start(`s${index}`)));
    const twice = ask(two, start('s3'), 'c-again');
    await t.until('the second owns', () => roleOf(two) === 'owner');
    const outcomes = await Promise.all(waiting);

    expect(outcomes.filter((one_) => one_.ok && one_.value.seat === 'held')).toHaveLength(5);
    expect(await twice).toMatchObject({ ok: true });
    expect(two.cluster.ledger.state().sessions.size).toBe(20);
  });

  it('[L106] a command whose answer was lost with the owner is answered by the next one, not done again', async () => {
    const t = new TestCluster();
    const one = await t.start('one');
    const two = await t.start('two');
    await counted(one, 5);
    // The commit is kept; the owner dies before a word of it is told.
    const asked = ask(two, { kind: 'queue', userId: 'ann', productId: 'cad' }, 'once');
    const before = t.database.disk.events.length;
    for (let turn = 0; turn < 200 && t.database.disk.answers.size === 2; turn++) await Promise.resolve();
    t.kill(one);
    await t.until('the second owns', () => roleOf(two) === 'owner');

    const answer = await asked;
    expect(answer.ok).toBe(true);
    const queued = t.database.disk.events.slice(before).filter(({ kind }) => kind === 'ticket-queued');
    expect(queued).toHaveLength(1);
    expect(await ask(two, { kind: 'queue', userId: 'ann', productId: 'cad' }, 'once')).toEqual(answer);
  });

  it('[L106] are refused as not durable when nobody comes in time', async () => {
    const t = new TestCluster({ waitMs: 3_000 });
    const one = await t.start('one');
    const two = await t.start('two');
    await counted(one);
    t.database.isAway = true;
    t.kill(one);

    const refused = ask(two, start('ann')).catch((error: unknown) => error);
    await t.pass(5_000);

    expect(await refused).toBeInstanceOf(NotDurableError);
    expect(two.cluster.status().waiting).toBe(0);
  });

  it('[L106] keep the order of an outbox over the change', async () => {
    const t = new TestCluster();
    const one = await t.start('one');
    const two = await t.start('two');
    await counted(one, 50);
    const fact = (seq: number) =>
      two.cluster.ledger.submit({
        commandId: `box#${seq}`,
        by: { kind: 'agent', userId: `u${seq}`, workstationId: 'pc' },
        command: start(`f${seq}`),
        outbox: { outboxId: 'box', seq },
      });
    const facts = [1, 2, 3, 4].map(fact);
    await t.pass(0);
    t.kill(one);
    const later = [5, 6, 7, 8].map(fact);
    await t.until('the second owns', () => roleOf(two) === 'owner');

    expect((await Promise.all([...facts, ...later])).every(({ ok }) => ok)).toBe(true);
    expect(await two.cluster.ledger.acknowledgedSeq('box')).toBe(8);
  });
});
