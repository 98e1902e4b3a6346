/** A TCP proxy whose way can be cut and made again: while it is cut, open connections end and new ones find nobody. */
import { connect, createServer, type Socket } from 'node:net';

export interface CuttableProxy {
  readonly url: string;
  /** Known once the server behind it has started. */
  setTarget(url: string): void;
  cut(): void;
  restore(): void;
  close(): Promise<void>;
}

export async function startCuttableProxy(): Promise<CuttableProxy> {
  let targetPort: number | null = null;
  let isCut = false;
  const sockets = new Set<Socket>();
  const join = (from: Socket, to: Socket) => {
    sockets.add(from);
    from.pipe(to);
    from.on('error', () => to.destroy());
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
  };
  const server = createServer((client) => {
    if (isCut || targetPort === null) return client.destroy();
    const target = connect(targetPort, '127.0.0.1');
    join(client, target);
    join(target, client);
    return undefined;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  const end = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${address.port}`,
    setTarget(url) {
      targetPort = Number(new URL(url).port);
    },
    cut() {
      isCut = true;
      end();
    },
    restore() {
      isCut = false;
    },
    close: () =>
      new Promise((resolve) => {
        end();
        server.close(() => resolve());
      }),
  };
}
