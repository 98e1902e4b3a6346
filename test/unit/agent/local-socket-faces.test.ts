/** The local socket: what a face brings about while it is there, and what ends with it. Real sockets. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EMPTY_MINE } from '../../../shared/views.ts';
import { LocalSocketDriver } from '../../support/a-local-socket.ts';

let driver: LocalSocketDriver;
beforeEach(async () => {
  driver = new LocalSocketDriver();
  await driver.core.start();
});
afterEach(() => driver.leave());

describe('watching', () => {
  it('watches the pools while a face is there, and a little longer', async () => {
    await driver.listening();
    const client = await driver.attached();
    expect(driver.watched).toEqual([true]);

    client.close();
    await driver.until('the end', () => driver.servers[0]?.connectionCount === 0);
    await driver.core.clock.advanceAsync(4_000);
    const again = await driver.attached();
    await driver.core.clock.advanceAsync(60_000);
    expect(driver.watched).toEqual([true]);

    again.close();
    await driver.until('the end', () => driver.servers[0]?.connectionCount === 0);
    await driver.core.clock.advanceAsync(6_000);
    expect(driver.watched).toEqual([true, false]);
  });
});

describe('holds', () => {
  it('[E24] end with the connection of their caller', async () => {
    await driver.listening();
    const client = await driver.attached();
    const held = await driver.outcome(
      'the hold',
      client.command('hold', { productId: 'freecad', pid: 4_242 }),
    );
    expect(held).toMatchObject({ ok: true });
    expect(driver.core.keeper.sessions).toMatchObject([{ origin: { kind: 'hold', pid: 4_242 } }]);

    client.close();
    await driver.until('the hold to end', () => driver.core.keeper.sessions.length === 0);
    await driver.core.settle();

    expect(driver.server.facts.at(-1)).toMatchObject({ kind: 'session-ended', reason: 'exit' });
  });

  it('[E24] end when their caller says so, and only theirs', async () => {
    await driver.listening();
    const client = await driver.attached();
    const other = await driver.attached();
    const held = await driver.outcome(
      'the hold',
      client.command('hold', { productId: 'freecad', pid: 4_242 }),
    );
    if (!held.ok) throw new Error(held.message);

    const foreign = await driver.outcome('a refusal', other.command('endHold', held.value));
    const own = await driver.outcome('the end', client.command('endHold', held.value));

    expect([foreign, own]).toMatchObject([{ ok: false, code: 'NOT_FOUND' }, { ok: true }]);
    expect(driver.core.keeper.sessions).toEqual([]);
  });

  it('are refused for a product that nobody knows', async () => {
    await driver.listening();
    const client = await driver.attached();

    const held = await driver.outcome('a refusal', client.command('hold', { productId: 'no-such', pid: 1 }));

    expect(held).toMatchObject({ ok: false, code: 'NOT_FOUND' });
  });
});

describe('notices', () => {
  it('are gone for every face once they are dismissed', async () => {
    const notice = {
      noticeId: 'n-1',
      productId: 'freecad',
      productName: 'FreeCAD',
      atMs: 1,
      kind: 'offer-missed',
    } as const;
    driver.store.take({
      type: 'mine',
      mine: { ...EMPTY_MINE, notices: [notice] },
    });
    await driver.listening();
    const client = await driver.attached();
    expect(client.state().mine.notices).toHaveLength(1);

    expect(
      await driver.outcome('the answer', client.command('dismissNotice', { noticeId: 'n-1' })),
    ).toMatchObject({ ok: true });
    await driver.until('the change', () => client.state().mine.notices.length === 0);

    expect(driver.saved).toEqual([['n-1']]);
    expect(
      await driver.outcome('a refusal', client.command('dismissNotice', { noticeId: 'n-2' })),
    ).toMatchObject({ code: 'NOT_FOUND' });
  });
});
