/** Entry of the database's threads: `role` says whether this one writes or reads. Bundled into a file of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import { invariant } from '../../../shared/outcome.ts';
import { ArchiveGoneError, CorruptStoreError, StoreRefusedError } from '../store.ts';
import { prepareArchive } from './archivist.ts';
import { Checkpointer } from './checkpointer.ts';
import { Reader } from './reader.ts';
import type {
  ArchivistSettings,
  BriefReply,
  ReadFault,
  SnapshotterSettings,
  WorkerMessage,
  WorkerReply,
  WorkerSettings,
} from './requests.ts';
import { makeSnapshot } from './snapshotter.ts';
import { Writer } from './writer.ts';

invariant(parentPort, 'this file runs as a worker thread');
const port = parentPort;
const settings = workerData as WorkerSettings | ArchivistSettings | SnapshotterSettings;

function reply(message: WorkerReply | BriefReply, moved: readonly ArrayBuffer[] = []): void {
  port.postMessage(message, moved);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function faultOf(error: unknown): ReadFault {
  if (error instanceof CorruptStoreError) return 'corrupt';
  return error instanceof ArchiveGoneError ? 'archive-gone' : 'other';
}

/** One piece of work, then the thread ends. */
function workOnce(settings: ArchivistSettings | SnapshotterSettings): void {
  const { file } = settings;
  try {
    if (settings.role === 'archivist') {
      reply({ kind: 'planned', plan: prepareArchive(file, settings.archiveDir, settings.beforeMs) });
    } else {
      const snapshot = makeSnapshot(file);
      reply({ kind: 'made', snapshot }, snapshot ? [snapshot.body.buffer] : []);
    }
  } catch (error) {
    reply({ kind: 'failed', message: messageOf(error), fault: faultOf(error) });
  }
  port.close();
}

function serve(settings: WorkerSettings): void {
  const { role, file, maximumBytes, archiveDir } = settings;
  const writer = role === 'writer' ? new Writer(file, maximumBytes) : null;
  const reader = role === 'reader' ? new Reader(file, archiveDir) : null;
  const checkpointer = role === 'checkpointer' ? new Checkpointer(file) : null;
  port.on('message', (message: WorkerMessage) => {
    if (message.kind === 'close') {
      writer?.close();
      reader?.close();
      checkpointer?.close();
      port.close();
      return;
    }
    try {
      if (message.kind === 'write' && writer) {
        if (message.isDue) writer.finishCopy();
        const results = writer.write(message.group);
        reply({ kind: 'written', id: message.id, results, pagesInLog: writer.pagesInLog() });
      } else if (message.kind === 'copy-log' && checkpointer) {
        reply({ kind: 'read', id: message.id, value: checkpointer.copy() });
      } else if (message.kind === 'read' && reader) {
        reply({ kind: 'read', id: message.id, value: reader.read(message.request) });
      } else {
        throw new Error(`a ${settings.role} does not ${message.kind}`);
      }
    } catch (error) {
      reply({ kind: 'failed', id: message.id, message: messageOf(error), fault: faultOf(error) });
    }
  });
  reply({ kind: 'ready' });
}

try {
  if (settings.role === 'archivist' || settings.role === 'snapshotter') workOnce(settings);
  else serve(settings);
} catch (error) {
  reply({ kind: 'refused', message: messageOf(error), isRefusal: error instanceof StoreRefusedError });
  port.close();
}
