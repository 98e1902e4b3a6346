/** Whether the server can decide and keep what it decides, asked by load balancers and monitoring. */
import type { Logger } from 'pino';
import { type Clock, type NewId, SECOND } from '../shared/time.ts';
import type { Ledger } from './ledger/ports.ts';
import { storageFault, storageFaultOf } from './stores/storage-fault.ts';
import type { ServerStore } from './stores/store.ts';

const PROBE_EVERY_MS = 2 * SECOND;
/** A flush of 600 ms is normal now and then; a disk that takes longer than this keeps people waiting. */
const PATIENCE_MS = 2 * SECOND;

export interface ReadinessParts {
  readonly store: Pick<ServerStore, 'records'>;
  readonly ledger: Pick<Ledger, 'submit'>;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly log: Logger;
}

/**
 * A write that gets through, tried at most every two seconds however often it is asked.
 * @returns null: ready; else a sentence that says why not and what to do
 */
export function createReadiness(parts: ReadinessParts): () => Promise<string | null> {
  const { clock } = parts;
  let last: { readonly atMs: number; readonly result: Promise<string | null> } | null = null;
  let running: Promise<string | null> | null = null;
  return () => {
    const nowMs = clock.monotonicMs();
    if (last !== null && nowMs - last.atMs < PROBE_EVERY_MS) return last.result;
    // One at a time: a disk that hangs must not collect probes.
    running ??= probe(parts).finally(() => {
      running = null;
    });
    last = { atMs: nowMs, result: withPatience(running, clock) };
    return last.result;
  };
}

function withPatience(result: Promise<string | null>, clock: Clock): Promise<string | null> {
  return new Promise((resolve) => {
    const cancel = clock.setTimer(() => resolve(storageFault('slow').sentence), PATIENCE_MS);
    void result.then((sentence) => {
      cancel();
      resolve(sentence);
    });
  });
}

async function probe({ store, ledger, clock, newId, log }: ReadinessParts): Promise<string | null> {
  try {
    // Empty: costs nothing, and is refused while the ledger cannot read its store.
    await ledger.submit({ commandId: newId(), by: { kind: 'server' }, command: null });
    const row = { name: 'last-write-probe', value: clock.wallMs() };
    await store.records.write([{ record: 'setting', op: 'put', row }]);
    return null;
  } catch (error) {
    log.error({ err: error }, 'the server is not ready: it could not write');
    return storageFaultOf(error)?.sentence ?? 'The store takes no writes. The log of the server says why.';
  }
}
