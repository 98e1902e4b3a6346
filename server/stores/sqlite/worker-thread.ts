/** One database thread seen from the main thread: started when needed, started again after it died. */
import { Worker } from 'node:worker_threads';
import { ArchiveGoneError, CorruptStoreError, StoreRefusedError } from '../store.ts';
import type { WorkerMessage, WorkerReply, WorkerSettings, Written } from './requests.ts';

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

type Asking =
  | Omit<Extract<WorkerMessage, { kind: 'write' }>, 'id'>
  | Omit<Extract<WorkerMessage, { kind: 'copy-log' }>, 'id'>
  | Omit<Extract<WorkerMessage, { kind: 'read' }>, 'id'>;

export class WorkerThread {
  readonly #entry: URL;
  readonly #settings: WorkerSettings;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Promise<Worker> | null = null;
  #nextId = 1;

  constructor(entry: URL, settings: WorkerSettings) {
    this.#entry = entry;
    this.#settings = settings;
  }

  /** Resolves when the thread has the file open; rejects with what it said when it could not. */
  async start(): Promise<void> {
    await this.#running();
  }

  /** Rejects when the thread dies before it answers: nobody knows then whether it was done. */
  async ask(asking: Asking): Promise<unknown> {
    const worker = await this.#running();
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      this.#waiting.set(id, { resolve, reject });
      worker.postMessage({ ...asking, id } satisfies WorkerMessage);
    });
  }

  async stop(): Promise<void> {
    const running = this.#worker;
    if (!running) return;
    const worker = await running;
    const exited = new Promise((resolve) => worker.once('exit', resolve));
    worker.postMessage({ kind: 'close' } satisfies WorkerMessage);
    await exited;
  }

  #running(): Promise<Worker> {
    this.#worker ??= this.#launch();
    return this.#worker;
  }

  #launch(): Promise<Worker> {
    const worker = new Worker(this.#entry, { workerData: this.#settings });
    return new Promise((resolve, reject) => {
      worker.on('message', (message: WorkerReply) => {
        if (message.kind === 'ready') resolve(worker);
        else if (message.kind === 'refused') {
          reject(message.isRefusal ? new StoreRefusedError(message.message) : new Error(message.message));
        } else this.#settle(message);
      });
      worker.on('error', (cause) => this.#lost(new Error('the database thread failed', { cause }), reject));
      worker.on('exit', () => this.#lost(new Error('the database thread ended'), reject));
    });
  }

  #settle(message: Exclude<WorkerReply, { kind: 'ready' } | { kind: 'refused' }>): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.kind === 'written') waiting?.resolve(message satisfies Written);
    else if (message.kind === 'read') waiting?.resolve(message.value);
    else waiting?.reject(errorOf(message));
  }

  /** The next question starts another thread. */
  #lost(error: Error, rejectStart: (error: Error) => void): void {
    this.#worker = null;
    rejectStart(error);
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const one of waiting) one.reject(error);
  }
}

function errorOf({ fault, message }: Extract<WorkerReply, { kind: 'failed' }>): Error {
  if (fault === 'corrupt') return new CorruptStoreError(message);
  return fault === 'archive-gone' ? new ArchiveGoneError(message) : new Error(message);
}
