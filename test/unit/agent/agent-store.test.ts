/** The state that faces draw: whole, said once per tick, and only when it is another one. */
import { afterEach, describe, expect, it } from 'vitest';
import type { AgentState } from '../../../shared/agent-api.ts';
import { decodeAgentState } from '../../../shared/agent-api-codec.ts';
import type { PoolView } from '../../../shared/views.ts';
import { EMPTY_MINE } from '../../../shared/views.ts';
import { DeskDriver } from '../../support/a-desk.ts';
import { anInstance } from '../../support/a-tracker.ts';

const drivers: DeskDriver[] = [];
async function aStore(): Promise<{ driver: DeskDriver; states: AgentState[] }> {
  const driver = new DeskDriver();
  drivers.push(driver);
  await driver.core.start();
  const states: AgentState[] = [];
  driver.store.listen((state) => states.push(state));
  return { driver, states };
}
afterEach(() => {
  for (const driver of drivers.splice(0)) driver.stop();
});

const aPool = (poolId: string, revision: number, name = poolId): PoolView => ({
  poolId,
  name,
  kind: 'metered',
  enforcement: 'ask',
  productIds: [],
  seats: { state: 'known', capacity: 1, inUse: 0, offered: 0, free: 1 },
  holders: [],
  queue: [],
  revision,
});
const pools = (full: boolean, list: PoolView[], removedPoolIds: string[] = []) => ({
  type: 'pools' as const,
  full,
  pools: list,
  removedPoolIds,
  products: [],
});

describe('AgentStore', () => {
  it('says many changes of one tick once', async () => {
    const { driver, states } = await aStore();

    driver.core.appear(1);
    driver.core.appear(2);
    for (let touch = 0; touch < 10; touch++) driver.store.touch();
    driver.store.setUserName('Ana Ruiz');
    await driver.core.settle();

    expect(states).toHaveLength(1);
    expect(states[0]).toMatchObject({ userName: 'Ana Ruiz', sessions: [{ productName: 'FreeCAD' }, {}] });
    expect(decodeAgentState(states[0])).toMatchObject({ ok: true });
  });

  it('says nothing when nothing changed, whatever the time', async () => {
    const { driver, states } = await aStore();
    driver.core.appear(1);
    driver.store.touch();
    await driver.core.settle();

    for (let second = 0; second < 30; second++) {
      await driver.core.clock.advanceAsync(1_000);
      driver.store.touch();
      driver.store.setSensors(driver.store.state().sensors);
    }

    expect(states).toHaveLength(1);
  });

  it('does not say each sample of a session, and refreshes its numbers every fifteen seconds', async () => {
    const { driver, states } = await aStore();
    driver.core.appear(1);
    const { clock, keeper } = driver.core;

    for (let sample = 0; sample < 24; sample++) {
      await clock.advanceAsync(5_000);
      const atMs = clock.wallMs();
      const reasons = [{ kind: 'cpu' as const, percentOfCore: 40 + sample, floorPercent: 5 }];
      keeper.take({
        kind: 'instance-activity',
        atMs,
        instanceKey: anInstance({ rootPid: 1 }).instanceKey,
        evidence: { lastActiveAtMs: atMs, reasons, percentOfCore: 40 + sample },
      });
      driver.store.touch();
    }
    await driver.core.settle();

    expect(states.length).toBeGreaterThan(6);
    expect(states.length).toBeLessThan(12);
  });

  it('joins the server’s word on seats to the sessions of this workstation', async () => {
    const { driver, states } = await aStore();
    driver.core.appear(1);
    const [sessionId = ''] = driver.core.keeper.openSessionIds;

    driver.store.take({
      type: 'mine',
      mine: { ...EMPTY_MINE, seats: [{ sessionId, seat: { state: 'held', sinceMs: 5 } }] },
    });
    await driver.core.settle();

    expect(states.at(-1)?.sessions).toMatchObject([{ sessionId, seat: { state: 'held', sinceMs: 5 } }]);
  });

  it('takes whole pools and differences, and drops what is older than what it has', async () => {
    const { driver } = await aStore();

    driver.store.take(pools(true, [aPool('a', 1), aPool('b', 1)]));
    driver.store.take(pools(false, [aPool('a', 3, 'new')]));
    driver.store.take(pools(false, [aPool('a', 2, 'late')], ['b']));
    expect(driver.store.state().pools?.pools.map(({ name }) => name)).toEqual(['new']);

    driver.store.take(pools(true, [aPool('c', 1)]));
    expect(driver.store.state().pools?.pools.map(({ poolId }) => poolId)).toEqual(['c']);

    driver.store.forgetPools();
    expect(driver.store.state().pools).toBeNull();
  });

  it('shows a wish as pending until it is answered', async () => {
    const { driver } = await aStore();
    driver.server.answers = false;

    const asked = driver.core.reporter.wish({ type: 'claim', offerId: 'o-1' });
    expect(driver.store.state().pendingWishes).toMatchObject([{ type: 'claim', subjectId: 'o-1' }]);
    await driver.core.clock.advanceAsync(8_000);

    expect(await asked).toMatchObject({ code: 'OFFLINE' });
    expect(driver.store.state().pendingWishes).toEqual([]);
  });
});
