/** Threads for one piece of work, seen from the main thread: each ends with its answer. */
import { Worker } from 'node:worker_threads';
import { CorruptStoreError } from '../store.ts';
import type { ArchivePlan } from './archivist.ts';
import type { ArchivistSettings, BriefReply, SnapshotterSettings } from './requests.ts';
import type { MadeSnapshot } from './snapshotter.ts';

/** @returns null: nothing is old */
export async function planArchive(
  entry: URL,
  settings: Omit<ArchivistSettings, 'role'>,
): Promise<ArchivePlan | null> {
  const reply = await askOnce(entry, { ...settings, role: 'archivist' });
  return reply.kind === 'planned' ? reply.plan : null;
}

/** @returns null: the newest snapshot is of the last event */
export async function makeSnapshotApart(
  entry: URL,
  settings: Omit<SnapshotterSettings, 'role'>,
): Promise<MadeSnapshot | null> {
  const reply = await askOnce(entry, { ...settings, role: 'snapshotter' });
  return reply.kind === 'made' ? reply.snapshot : null;
}

function askOnce(
  entry: URL,
  settings: ArchivistSettings | SnapshotterSettings,
): Promise<Exclude<BriefReply, { kind: 'failed' }>> {
  const worker = new Worker(entry, { workerData: settings });
  return new Promise((resolve, reject) => {
    worker.once('message', (reply: BriefReply) => {
      if (reply.kind !== 'failed') resolve(reply);
      else
        reject(reply.fault === 'corrupt' ? new CorruptStoreError(reply.message) : new Error(reply.message));
    });
    worker.once('error', (cause) => reject(new Error(`the ${settings.role} failed`, { cause })));
    worker.once('exit', () => reject(new Error(`the ${settings.role} ended without an answer`)));
  });
}
