/**
 * The store on one SQLite file: a thread that writes, a thread that reads, and a lock that keeps a second server away.
 * Writes that come while one runs go together in the next transaction.
 */
import { closeSync, openSync } from 'node:fs';
import type { CommitUnit, LedgerStore, StoredSnapshot } from '../../ledger/ports.ts';
import { recordsOver } from '../record-repositories.ts';
import type { RecordChange } from '../records.ts';
import type { ServerStore, StoreHousekeeping } from '../store.ts';
import type { StoreMeter } from '../store-meter.ts';
import { makeSnapshotApart, planArchive } from './brief-thread.ts';
import { packChanges } from './packed-changes.ts';
import {
  appendRequestOf,
  type ReadAnswers,
  type ReadRequest,
  type WriteRequest,
  type Written,
} from './requests.ts';
import { refuseHalfRestored, type ServerLock, takeServerLock } from './server-lock.ts';
import { WalKeeper } from './wal-keeper.ts';
import { WorkerThread } from './worker-thread.ts';

export interface SqliteOptions {
  /** The database; beside it lie FILE-wal, FILE-shm and FILE.lock. Its folder must exist. */
  readonly file: string;
  /** Where the thread's code lies when it is bundled; by default the source beside this file. */
  readonly workerEntry?: URL;
  /** Bounds the database; for trying what a full disk does. */
  readonly maximumBytes?: number;
  /** Where old events go and are read from; absent: they all stay in the database. */
  readonly archiveDir?: string;
  readonly meter?: StoreMeter;
}

/** Rejects with StoreRefusedError when another server has the file open or a newer version wrote it. */
export async function openSqliteStore(options: SqliteOptions): Promise<ServerStore> {
  const { file, workerEntry = new URL('./writer-worker.ts', import.meta.url) } = options;
  refuseHalfRestored(file);
  makeOwnerOnly(file);
  const lock = takeServerLock(file);
  const archiveDir = options.archiveDir ?? null;
  const maximumBytes = options.maximumBytes ?? null;
  const writing = new WorkerThread(workerEntry, { role: 'writer', file, maximumBytes, archiveDir: null });
  const reading = new WorkerThread(workerEntry, { role: 'reader', file, maximumBytes: null, archiveDir });
  try {
    await writing.start();
    await reading.start();
  } catch (error) {
    await Promise.allSettled([writing.stop(), reading.stop()]);
    lock.close();
    throw error;
  }
  const apart: WorkApart = {
    planArchive: async (beforeMs) =>
      archiveDir === null ? null : planArchive(workerEntry, { file, archiveDir, beforeMs }),
    makeSnapshot: () => makeSnapshotApart(workerEntry, { file }),
  };
  const settings = { role: 'checkpointer', file, maximumBytes: null, archiveDir: null } as const;
  const checkpointing = new WorkerThread(workerEntry, settings);
  return new SqliteStore({ writing, reading, checkpointing }, lock, apart, options.meter ?? null);
}

interface Threads {
  readonly writing: WorkerThread;
  readonly reading: WorkerThread;
  /** Started when the log is long for the first time. */
  readonly checkpointing: WorkerThread;
}

/** Each in a thread for the moment. */
interface WorkApart {
  planArchive(beforeMs: number): ReturnType<typeof planArchive>;
  makeSnapshot(): ReturnType<typeof makeSnapshotApart>;
}

interface Queued {
  readonly request: WriteRequest;
  resolve(): void;
  reject(error: Error): void;
}

class SqliteStore implements ServerStore {
  readonly records: ServerStore['records'];
  readonly housekeeping: StoreHousekeeping;
  readonly #writing: WorkerThread;
  readonly #reading: WorkerThread;
  readonly #checkpointing: WorkerThread;
  readonly #walKeeper: WalKeeper;
  readonly #apart: WorkApart;
  readonly #lock: ServerLock;
  readonly #meter: StoreMeter | null;
  #queue: Queued[] = [];
  #flush: Promise<void> | null = null;
  #closing: Promise<void> | null = null;

  constructor(
    { writing, reading, checkpointing }: Threads,
    lock: ServerLock,
    apart: WorkApart,
    meter: StoreMeter | null,
  ) {
    this.#apart = apart;
    this.#meter = meter;
    this.#writing = writing;
    this.#reading = reading;
    this.#checkpointing = checkpointing;
    this.#walKeeper = new WalKeeper(() => checkpointing.ask({ kind: 'copy-log' }));
    this.#lock = lock;
    this.housekeeping = {
      archiveEvents: async (beforeMs) => {
        const planned = await apart.planArchive(beforeMs);
        if (!planned) return 0;
        await this.#write({ kind: 'archived', snapshot: planned.snapshot });
        return planned.lastEvent - planned.firstEvent + 1;
      },
      trim: (before) => this.#write({ kind: 'trim', ...before }),
    };
    this.records = recordsOver(
      (query) => this.#read({ kind: 'records', query }),
      async (changes: readonly RecordChange[]) =>
        this.#write({ kind: 'records', changes: packChanges(changes) }),
      {
        read: (query) => this.#read({ kind: 'usage-days', query }),
        endedUnfolded: (limit) => this.#read({ kind: 'unfolded', limit }),
        fold: (folds) => this.#write({ kind: 'fold', folds }),
      },
    );
  }

  load(): ReturnType<LedgerStore['load']> {
    return this.#read({ kind: 'load' });
  }

  async append(units: readonly CommitUnit[]): Promise<void> {
    return this.#write(appendRequestOf(units));
  }

  saveSnapshot({ eventNumber, body }: StoredSnapshot): Promise<void> {
    return this.#write({ kind: 'snapshot', eventNumber, body: JSON.stringify(body) });
  }

  async keepReplayed(): Promise<void> {
    const snapshot = await this.#apart.makeSnapshot();
    if (snapshot) await this.#write({ kind: 'made-snapshot', snapshot });
  }

  answerOf(commandId: string): ReturnType<LedgerStore['answerOf']> {
    return this.#read({ kind: 'answer', commandId });
  }

  events(afterNumber: number, limit: number): ReturnType<LedgerStore['events']> {
    return this.#read({ kind: 'events', afterNumber, limit });
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    await this.#flush;
    await this.#reading.stop();
    await this.#checkpointing.stop();
    await this.#writing.stop();
    this.#lock.close();
  }

  async #read<K extends ReadRequest['kind']>(
    request: Extract<ReadRequest, { kind: K }>,
  ): Promise<ReadAnswers[K]> {
    return (await this.#reading.ask({ kind: 'read', request })) as ReadAnswers[K];
  }

  #write(request: WriteRequest): Promise<void> {
    if (this.#closing) return Promise.reject(new Error('the store is closed'));
    return new Promise((resolve, reject) => {
      this.#queue.push({ request, resolve, reject });
      this.#flush ??= this.#writeGroups();
    });
  }

  /** Group commit: whatever came while one transaction ran is the next one. */
  async #writeGroups(): Promise<void> {
    // One turn later, so that all writes of this turn are in the first group.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      const group = this.#queue;
      this.#queue = [];
      await this.#writeGroup(group);
    }
    this.#flush = null;
  }

  async #writeGroup(group: readonly Queued[]): Promise<void> {
    try {
      const requests = group.map(({ request }) => request);
      const isDue = this.#walKeeper.takeDue();
      const write = () => this.#writing.ask({ kind: 'write', group: requests, isDue });
      const written = (await (this.#meter?.measure(write) ?? write())) as Written;
      this.#walKeeper.committed(written.pagesInLog);
      for (const [index, { resolve, reject }] of group.entries()) {
        const failure = written.results[index];
        if (failure === null) resolve();
        else reject(new Error(`the database could not keep this: ${failure ?? 'no answer'}`));
      }
    } catch (cause) {
      const error = new Error('the database did not answer; what it kept is seen after loading', { cause });
      for (const { reject } of group) reject(error);
    }
  }
}

/** Names and credentials' hashes lie in it: nobody else on the machine reads it. */
function makeOwnerOnly(file: string): void {
  closeSync(openSync(file, 'a', 0o600));
}
