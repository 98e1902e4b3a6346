/**
 * Who is at the other end of a Unix socket, as the kernel says: SO_PEERCRED of Linux, read by getsockopt through
 * koffi. The library is loaded on first use, since only an embedded server with a door needs it.
 */
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';

export interface PeerCredentials {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

/** asm-generic/socket.h; the same on x86-64 and arm64. */
const SOL_SOCKET = 1;
const SO_PEERCRED = 17;
/** struct ucred of <sys/socket.h>: pid_t pid; uid_t uid; gid_t gid. */
const UCRED_BYTES = 12;

type GetSockOpt = (fd: number, level: number, option: number, value: Buffer, length: number[]) => number;
let getSockOpt: GetSockOpt | undefined;

function loadGetSockOpt(): GetSockOpt {
  if (getSockOpt) return getSockOpt;
  const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
  const libc = koffi.load(null);
  getSockOpt = libc.func(
    'int getsockopt(int fd, int level, int option, _Out_ void *value, _Inout_ uint32_t *length)',
  ) as unknown as GetSockOpt;
  return getSockOpt;
}

/**
 * @param socket an accepted connection of a Unix socket
 * @throws when the kernel does not say (not Linux, or the socket is already gone)
 */
export function readPeerCredentials(socket: Socket): PeerCredentials {
  const fd = (socket as Socket & { _handle?: { fd?: number } })._handle?.fd;
  if (fd === undefined || fd < 0) throw new Error('the socket has no file descriptor any more');
  const value = Buffer.alloc(UCRED_BYTES);
  const length = [UCRED_BYTES];
  if (loadGetSockOpt()(fd, SOL_SOCKET, SO_PEERCRED, value, length) !== 0 || length[0] !== UCRED_BYTES)
    throw new Error('the kernel did not say who is at the other end of the door');
  return { pid: value.readInt32LE(0), uid: value.readUInt32LE(4), gid: value.readUInt32LE(8) };
}
