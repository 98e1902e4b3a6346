/** A TCP proxy that can stop forwarding without closing anything: what a pulled cable looks like to both ends. */
import { connect, createServer, type Socket } from 'node:net';

export interface HalfOpenProxy {
  readonly port: number;
  /** From now on bytes of both directions are swallowed, and no end is told. */
  stopForwarding(): void;
  close(): Promise<void>;
}

export async function startHalfOpenProxy(targetPort: number): Promise<HalfOpenProxy> {
  let isForwarding = true;
  const sockets = new Set<Socket>();
  const forward = (from: Socket, to: Socket) => {
    sockets.add(from);
    from.on('data', (chunk) => isForwarding && to.write(chunk));
    from.on('close', () => {
      sockets.delete(from);
      if (isForwarding) to.destroy();
    });
    from.on('error', () => from.destroy());
  };
  const server = createServer((client) => {
    const target = connect(targetPort, '127.0.0.1');
    forward(client, target);
    forward(target, client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return {
    port: address.port,
    stopForwarding: () => {
      isForwarding = false;
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
