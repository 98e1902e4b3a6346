/** The store's thread on a disk that needs so long for each flush: it waits before it writes, as the real one would after. */
import { parentPort } from 'node:worker_threads';

/** An fsync of this length is normal now and then. */
const FLUSH_MS = 600;

const nobodyWakes = new Int32Array(new SharedArrayBuffer(4));
parentPort?.on('message', (message: { kind: string }) => {
  if (message.kind === 'write') Atomics.wait(nobodyWakes, 0, 0, FLUSH_MS);
});
await import('../../server/stores/sqlite/writer-worker.ts');
