/** A server keeps descriptors for itself, and says what to raise when more come than it may hold. */
import { connect, createServer, type Socket } from 'node:net';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import {
  descriptorLimit,
  limitConnections,
  RESERVED_DESCRIPTORS,
} from '../../../server/http/connection-limit.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const open: { destroy(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.destroy();
});

function aLog() {
  const lines: string[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  return { lines, log: pino({ level: 'warn' }, sink) };
}

describe('limit of connections', () => {
  it('knows how many files this process may have open', () => {
    const limit = descriptorLimit();

    if (process.platform === 'win32') expect(limit).toBeNull();
    else expect(limit).toBeGreaterThan(RESERVED_DESCRIPTORS);
  });

  it('cuts off who comes beyond it, keeps the others, and says so once a minute', async () => {
    const clock = new FakeClock();
    const { lines, log } = aLog();
    const server = createServer();
    open.push({ destroy: () => server.close() });
    limitConnections(server, RESERVED_DESCRIPTORS + 257, { clock, log });
    expect(server.maxConnections).toBe(257);
    limitConnections(server, 4, { clock, log: aLog().log });
    expect(server.maxConnections).toBe(2);
    server.on('connection', (socket) => open.push(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const knock = () =>
      new Promise<'in' | 'out'>((resolve) => {
        const socket: Socket = connect(port, '127.0.0.1');
        open.push(socket);
        socket.on('close', () => resolve('out'));
        socket.on('error', () => {});
        server.once('connection', () => resolve('in'));
      });

    const answers = [await knock(), await knock(), await knock(), await knock()];

    expect(answers).toEqual(['in', 'in', 'out', 'out']);
    expect(lines.filter((line) => line.includes('limit of open files'))).toHaveLength(1);
    clock.advance(60_000);
    await knock();
    expect(lines.filter((line) => line.includes('limit of open files'))).toHaveLength(2);
  });

  it('leaves a system without a limit alone', () => {
    const server = createServer();

    limitConnections(server, null, { clock: new FakeClock(), log: aLog().log });

    expect(server.maxConnections).toBeUndefined();
  });
});
