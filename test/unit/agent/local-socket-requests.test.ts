/** The local socket: what a face may ask, and what becomes of one that asks badly. Real sockets. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalSocketDriver } from '../../support/a-local-socket.ts';

let driver: LocalSocketDriver;
beforeEach(async () => {
  driver = new LocalSocketDriver();
  await driver.core.start();
});
afterEach(() => driver.leave());

describe('requests', () => {
  it('passes wishes to the server and its answer back', async () => {
    await driver.listening();
    const client = await driver.attached();

    const answer = await driver.outcome('the answer', client.command('queue', { productId: 'freecad' }));

    expect(answer).toEqual({ ok: true, value: { ticketId: 'ticket-1', offerId: null } });
  });

  it('answers nothing, one tick after another, while nothing changes', async () => {
    await driver.listening();
    const { socket, lines } = await driver.raw();
    socket.write('{"id":1,"name":"state","input":null}\n');
    await driver.until('the first state', () => lines.length > 0);

    for (let tick = 0; tick < 50; tick++) driver.store.touch();
    await driver.core.clock.advanceAsync(10_000);
    await driver.until('a later answer', () => {
      socket.write('{"id":2,"name":"panelAddress","input":null}\n');
      return lines.length > 1;
    });

    expect(lines.filter((line) => typeof line === 'object' && line !== null && 'push' in line)).toEqual([]);
  });

  it('says nothing to a face that did not ask for the state', async () => {
    await driver.listening();
    const { lines } = await driver.raw();

    driver.core.appear(1);
    driver.store.touch();
    await driver.core.clock.advanceAsync(1_000);

    expect(lines).toEqual([]);
    expect(driver.watched).toEqual([]);
  });

  it.each([
    ['not JSON', 'hello'],
    ['an unknown name', '{"id":1,"name":"format-disk","input":null}'],
    ['no id', '{"name":"state","input":null}'],
    ['an extra field', '{"id":1,"name":"state","input":null,"as":"root"}'],
  ])('refuses %s and ends the connection', async (_, text) => {
    await driver.listening();
    const { socket, lines, isClosed } = await driver.raw();

    socket.write(`${text}\n`);
    await driver.until('the end', isClosed);

    expect(lines).toMatchObject([{ id: 0, ok: false, code: 'BAD_FRAME' }]);
  });

  it('refuses an input that does not fit and goes on', async () => {
    await driver.listening();
    const { socket, lines } = await driver.raw();

    socket.write(
      '{"id":7,"name":"queue","input":{"productId":5}}\n{"id":8,"name":"panelAddress","input":null}\n',
    );
    await driver.until('both answers', () => lines.length === 2);

    expect(lines).toMatchObject([
      { id: 7, ok: false, code: 'BAD_INPUT' },
      { id: 8, ok: true },
    ]);
  });

  it('ends a connection whose request is too long', async () => {
    await driver.listening();
    const { socket, lines, isClosed } = await driver.raw();

    socket.write('x'.repeat(70_000));
    await driver.until('the end', isClosed);

    expect(lines).toMatchObject([{ code: 'FRAME_TOO_LARGE' }]);
  });

  it('cuts off a face that asks and asks and does not read', async () => {
    await driver.listening();
    const { socket, isClosed } = await driver.raw();
    socket.pause();

    const question = '{"id":1,"name":"queue","input":{"productId":"freecad"}}\n';
    driver.server.answers = false;
    socket.write(question.repeat(100));
    await driver.core.clock.advanceAsync(1);
    socket.resume();
    await driver.until('the end', isClosed);
  });

  it('ends the host when a face asks for it', async () => {
    await driver.listening();
    const client = await driver.attached();

    expect(await driver.outcome('the answer', client.command('shutdown', null))).toEqual({
      ok: true,
      value: null,
    });
    expect(driver.shutdowns).toBe(1);
  });
});
