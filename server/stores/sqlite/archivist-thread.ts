/** The archivist seen from the main thread: a thread for one portion of events, which ends with its answer. */
import { Worker } from 'node:worker_threads';
import { CorruptStoreError } from '../store.ts';
import type { ArchivePlan } from './archivist.ts';
import type { ArchivistReply, ArchivistSettings } from './requests.ts';

/** @returns null: nothing is old */
export function planArchive(
  entry: URL,
  settings: Omit<ArchivistSettings, 'role'>,
): Promise<ArchivePlan | null> {
  const worker = new Worker(entry, { workerData: { ...settings, role: 'archivist' } });
  return new Promise((resolve, reject) => {
    worker.once('message', (reply: ArchivistReply) => {
      if (reply.kind === 'planned') resolve(reply.plan);
      else
        reject(reply.fault === 'corrupt' ? new CorruptStoreError(reply.message) : new Error(reply.message));
    });
    worker.once('error', (cause) => reject(new Error('the archivist failed', { cause })));
    worker.once('exit', () => reject(new Error('the archivist ended without an answer')));
  });
}
