/** The two ways to the agent host: its socket, and starting it detached, so that it outlives the shell. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createConnection } from 'node:net';
import { isAbsolute } from 'node:path';
import type { HostCommand } from './config.ts';
import type { HostSocket, SocketEvents } from './host-link.ts';
import { type Log, messageOf } from './log.ts';

/** Opens the local socket; an address where nobody listens closes at once. */
export function connectToHost(socketPath: string, { onOpen, onText, onClose }: SocketEvents): HostSocket {
  const socket = createConnection(socketPath);
  socket.setEncoding('utf8');
  socket.on('connect', onOpen);
  socket.on('data', onText);
  // `close` follows every error; no host is an everyday thing and not worth a line in the log.
  socket.on('error', () => socket.destroy());
  socket.on('close', onClose);
  return {
    write: (text) => {
      socket.write(text);
    },
    destroy: () => socket.destroy(),
  };
}

/** Starts the host on the first Node runtime that is there. It writes its own log; its output goes nowhere. */
export function startHostProcess({ nodePaths, scriptPath, args, env }: HostCommand, log: Log): void {
  if (!existsSync(scriptPath)) {
    log.warn(
      'host-process',
      'the agent host is not installed beside the shell; build or install Usher again',
    );
    return;
  }
  const nodePath = nodePaths.find((path) => !isAbsolute(path) || existsSync(path)) ?? 'node';
  try {
    const child = spawn(nodePath, [scriptPath, ...args], {
      detached: true,
      stdio: 'ignore',
      windowsHide: true,
      env,
    });
    child.on('error', (error) =>
      log.warn('host-process', `the agent host could not be started: ${error.message}`),
    );
    child.unref();
  } catch (thrown) {
    log.warn('host-process', `the agent host could not be started: ${messageOf(thrown)}`);
  }
}
