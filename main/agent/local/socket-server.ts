/**
 * The local interface: newline-delimited frames over a Unix socket that only its owner can open, or a named pipe.
 * Knows connections and frames; what a request means is face.ts's part.
 */
import { chmodSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { MAXIMUM_FRAME_BYTES } from '../../../shared/agent-api-codec.ts';
import { createFrameSplitter } from '../../../shared/local-frames.ts';
import { type Outcome, success } from '../../../shared/outcome.ts';
import { errorText, type Log } from '../log.ts';
import { Face } from './face.ts';
import type { FaceDesk } from './face-desk.ts';
import { clearStaleSocket, isPipe, type PlaceFailure, prepareFolder } from './socket-place.ts';

export interface LocalServer {
  readonly socketPath: string;
  readonly connectionCount: number;
  /** Ends every connection and removes the socket. */
  stop(): Promise<void>;
}

export interface LocalServerOptions {
  readonly socketPath: string;
  readonly desk: FaceDesk;
  readonly log: Log;
  /** uid of this process; undefined where there are none. */
  readonly uid: number | undefined;
}

/** Requests are small; a face has no reason to send more in one frame. */
const MAXIMUM_REQUEST_LENGTH = 64 * 1024;
const MAXIMUM_CONNECTIONS = 64;

export async function listenLocally(
  options: LocalServerOptions,
): Promise<Outcome<LocalServer, PlaceFailure>> {
  const { socketPath, uid } = options;
  const folder = prepareFolder(socketPath, uid);
  if (!folder.ok) return folder;
  const cleared = await clearStaleSocket(socketPath);
  if (!cleared.ok) return cleared;

  const faces = new Map<Socket, Face>();
  const server = createServer((socket) => accept(socket, faces, options));
  server.maxConnections = MAXIMUM_CONNECTIONS;
  await listen(server, socketPath);
  if (!isPipe(socketPath)) chmodSync(socketPath, 0o600);
  return success({
    socketPath,
    get connectionCount() {
      return faces.size;
    },
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const [socket, face] of faces) {
          // What it holds ends now, and not when the system tells us that the socket is closed.
          face.gone();
          socket.destroy();
        }
      }),
  });
}

function listen(server: Server, socketPath: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(new Error(`cannot listen at ${socketPath}`, { cause: error })));
    server.listen(socketPath, () => resolve());
  });
}

function accept(socket: Socket, faces: Map<Socket, Face>, { desk, log }: LocalServerOptions): void {
  socket.setEncoding('utf8');
  const carrier = {
    send(frame: string): boolean {
      if (socket.writableLength <= 2 * MAXIMUM_FRAME_BYTES) return socket.write(`${frame}\n`);
      // It asks and does not read: nothing is owed to it any more.
      socket.destroy();
      return false;
    },
    // What was written before the end is still delivered.
    close: () => socket.end(() => socket.destroy()),
  };
  const face = new Face(carrier, desk, 'local', log);
  faces.set(socket, face);
  const splitter = createFrameSplitter(MAXIMUM_REQUEST_LENGTH);
  socket.on('data', (chunk: string) => {
    const { frames, isTooLarge } = splitter.push(chunk);
    for (const frame of frames) face.receive(frame);
    if (!isTooLarge) return;
    carrier.send(
      JSON.stringify({ id: 0, ok: false, code: 'FRAME_TOO_LARGE', message: 'A request may have 64 KiB.' }),
    );
    carrier.close();
  });
  socket.on('drain', () => face.drained());
  socket.on('error', (error) => log.debug('a local connection failed', { error: errorText(error) }));
  socket.on('close', () => {
    faces.delete(socket);
    face.gone();
  });
}
