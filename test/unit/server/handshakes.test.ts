/** TLS handshakes in order: a bounded number at a time, and none that hangs keeps others out for long. */
import { EventEmitter } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, request } from 'node:https';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Server } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../server/clock.ts';
import { queueHandshakes } from '../../../server/http/handshakes.ts';
import { makeCertificate } from '../../bench/self-signed.ts';
import { FakeClock } from '../../support/fake-clock.ts';

class PaperSocket extends EventEmitter {
  readonly remoteAddress = '127.0.0.1';
  readonly remotePort: number;
  destroyed = false;
  constructor(remotePort: number) {
    super();
    this.remotePort = remotePort;
  }
  cut(): void {
    this.destroyed = true;
    this.emit('close');
  }
}

function aHall() {
  const clock = new FakeClock();
  const server = new EventEmitter();
  const begun: number[] = [];
  server.on('connection', (socket: PaperSocket) => begun.push(socket.remotePort));
  queueHandshakes(server as unknown as Server, clock);
  const sockets = Array.from({ length: 200 }, (_, index) => new PaperSocket(index));
  for (const socket of sockets) server.emit('connection', socket);
  const finish = (index: number) => server.emit('secureConnection', sockets[index] as unknown as Socket);
  return { clock, begun, sockets, finish };
}
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('handshakes', () => {
  it('begin in the order of coming, 64 at a time, one more for each that is over', () => {
    const { begun, finish, sockets } = aHall();
    expect(begun).toEqual(upTo(64));

    finish(3);
    finish(3);
    sockets[5]?.cut();

    expect(begun).toEqual(upTo(66));
  });

  it('pass over who is gone before the turn', () => {
    const { begun, finish, sockets } = aHall();
    sockets[64]?.cut();

    finish(0);

    expect(begun).toEqual([...upTo(64), 65]);
  });

  it('keep nobody out for long when some hang, and leave no timer when all are over', () => {
    const { clock, begun, finish, sockets } = aHall();

    clock.advance(1_500);
    expect(begun).toEqual(upTo(200));
    for (const index of sockets.keys()) finish(index);

    clock.advance(1_000);
    expect(clock.pendingTimers).toBe(0);
  });

  it('lose nothing that a client said while it waited', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'usher-handshakes-'));
    const { pem, keyPath, certPath } = makeCertificate(folder);
    const server = createServer(
      { cert: readFileSync(certPath), key: readFileSync(keyPath) },
      (_question, answer) => answer.end('here'),
    );
    queueHandshakes(server, systemClock);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const ask = () =>
      new Promise<string>((resolve, reject) => {
        const question = request({ host: '127.0.0.1', port, ca: pem, agent: false }, (answer) => {
          let text = '';
          answer.on('data', (chunk) => {
            text += String(chunk);
          });
          answer.on('end', () => resolve(text));
        });
        question.on('error', reject);
        question.end();
      });

    const answers = await Promise.all(upTo(200).map(ask));

    expect(new Set(answers)).toEqual(new Set(['here']));
    server.close();
    rmSync(folder, { recursive: true });
  });
});
