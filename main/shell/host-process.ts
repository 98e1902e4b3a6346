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

/**
 * Run by Node between the shell and the host, for a moment. On Linux a child of Electron inherits what Chromium has
 * open (files, sockets, the single-instance lock), and a host that outlives the shell would hold all that. Node's own
 * descriptors at this point are anonymous ones and pipes with both ends here; everything else is not ours.
 */
const LAUNCHER = `
  const fs = require('node:fs');
  const dir = '/proc/self/fd';
  const inherited = fs.existsSync(dir) ? fs.readdirSync(dir).map(Number).filter((fd) => fd > 2) : [];
  const open = inherited.flatMap((fd) => {
    try { return [{ fd, what: fs.readlinkSync(dir + '/' + fd) }]; } catch { return []; /* the listing's own */ }
  });
  const isOurs = ({ what }) =>
    what.startsWith('anon_inode:') || (what.startsWith('pipe:') && open.filter((one) => one.what === what).length > 1);
  for (const { fd } of open.filter((one) => !isOurs(one))) fs.closeSync(fd);
  require('node:child_process')
    .spawn(process.execPath, process.argv.slice(1), { detached: true, stdio: 'ignore', windowsHide: true })
    .unref();
`;

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
  const fail = (why: string): void => log.warn('host-process', `the agent host could not be started: ${why}`);
  try {
    const launch = ['-e', LAUNCHER, '--', scriptPath, ...args];
    const child = spawn(nodePath, launch, { stdio: 'ignore', windowsHide: true, env });
    child.on('error', (error) => fail(error.message));
    child.on('exit', (code) => {
      if (code !== 0) fail(`Node ended with ${code}`);
    });
  } catch (thrown) {
    fail(messageOf(thrown));
  }
}
