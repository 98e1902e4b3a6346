/** A desk behind a real local socket in a folder of its own, with faces that attach to it and faces that misbehave. */
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectLocal, type LocalClient } from '../../main/agent/commands/local-client.ts';
import { type LocalServer, listenLocally } from '../../main/agent/local/socket-server.ts';
import { SILENT_LOG } from '../../main/agent/log.ts';
import { DeskDriver } from './a-desk.ts';

/** A face that says whatever a test wants. */
export interface RawFace {
  readonly socket: Socket;
  /** What the host said, line by line. */
  readonly lines: readonly unknown[];
  readonly isClosed: () => boolean;
}

export class LocalSocketDriver extends DeskDriver {
  readonly uid = process.getuid?.();
  readonly root = mkdtempSync(join(tmpdir(), 'usher-local-'));
  readonly socketPath = join(this.root, 'run', 'agent.sock');
  readonly servers: LocalServer[] = [];
  readonly sockets: (Socket | LocalClient)[] = [];

  listen(): ReturnType<typeof listenLocally> {
    const { socketPath, uid, desk } = this;
    return listenLocally({ socketPath, uid, desk, log: SILENT_LOG });
  }

  async listening(): Promise<LocalServer> {
    const result = await this.listen();
    if (!result.ok) throw new Error(result.message);
    this.servers.push(result.value);
    return result.value;
  }

  async attached(): Promise<LocalClient> {
    const result = await this.outcome('to connect', connectLocal(this.socketPath));
    if (!result.ok) throw new Error(result.message);
    this.sockets.push(result.value);
    return result.value;
  }

  async raw(): Promise<RawFace> {
    const socket = connect(this.socketPath);
    this.sockets.push(socket);
    const lines: unknown[] = [];
    let text = '';
    let closed = false;
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const parts = text.split('\n');
      text = parts.pop() ?? '';
      for (const part of parts) lines.push(JSON.parse(part));
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      closed = true;
    });
    await new Promise((resolve) => socket.once('connect', resolve));
    return { socket, lines, isClosed: () => closed };
  }

  /** Closes every face and the host, and leaves no file behind. */
  async leave(): Promise<void> {
    for (const socket of this.sockets.splice(0)) 'destroy' in socket ? socket.destroy() : socket.close();
    for (const server of this.servers.splice(0)) await server.stop();
    this.stop();
    rmSync(this.root, { recursive: true, force: true });
  }
}
