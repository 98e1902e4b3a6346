/** The store's thread, but it dies in the middle of the first write that carries the word DIE. */
import { parentPort } from 'node:worker_threads';

parentPort?.on('message', (message: unknown) => {
  if (JSON.stringify(message).includes('DIE')) process.exit(1);
});
await import('../../server/stores/sqlite/writer-worker.ts');
