/** From an error of a database to a sentence for whoever runs the server: rule L172. */

import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { NotDurableError } from '../../../server/ledger/commit-queue.ts';
import { createReadiness } from '../../../server/readiness.ts';
import { storageFaultOf } from '../../../server/stores/storage-fault.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const wrapped = (message: string) =>
  new NotDurableError('The decision could not be kept: try again.', {
    cause: new Error(`the database could not keep this: ${message}`),
  });

describe('[L172] an error of the storage', () => {
  it.each([
    ['database or disk is full', 'full', 'Free some space'],
    ['ENOSPC: no space left on device, write', 'full', 'Free some space'],
    ['could not extend file: No space left on device (its disk is full)', 'full', 'Free some space'],
    ['attempt to write a readonly database', 'read-only', 'writable again'],
    ["EROFS: read-only file system, open 'x'", 'read-only', 'writable again'],
    ['disk I/O error', 'io', 'check the disk'],
    ['unable to open database file', 'gone', 'Put it back'],
    ['/x/usher.db is not where it was: put it back', 'gone', 'Put it back'],
    ['database disk image is malformed', 'damaged', 'usher doctor'],
  ])('%s is %s', (message, kind, next) => {
    const fault = storageFaultOf(wrapped(message));
    expect(fault?.kind).toBe(kind);
    expect(fault?.sentence).toContain(next);
  });

  it('is not seen in errors of other kinds', () => {
    expect(storageFaultOf(wrapped('event 7 does not follow the last one kept'))).toBeNull();
    expect(storageFaultOf('text')).toBeNull();
    expect(storageFaultOf(undefined)).toBeNull();
  });
});

describe('readiness', () => {
  function aReadiness(write: () => Promise<void>, submit: () => Promise<unknown> = async () => null) {
    const clock = new FakeClock();
    const parts = { store: { records: { write } }, ledger: { submit }, clock, newId: () => 'id' };
    const ready = createReadiness({ ...parts, log: pino({ level: 'silent' }) } as never);
    return { clock, ready };
  }

  it('[L172] is tried at most every two seconds, and says the sentence', async () => {
    let writes = 0;
    let isFull = true;
    const { clock, ready } = aReadiness(async () => {
      writes += 1;
      if (isFull) throw new Error('database or disk is full');
    });

    expect(await ready()).toContain('is full');
    isFull = false;
    expect(await ready()).toContain('is full');
    clock.advance(2_000);
    expect([await ready(), await ready(), writes]).toEqual([null, null, 2]);
  });

  it('[L172] does not wait for a disk that hangs, and asks it only once', async () => {
    let writes = 0;
    let answer: () => void = () => undefined;
    const { clock, ready } = aReadiness(() => {
      writes += 1;
      return new Promise((resolve) => {
        answer = resolve;
      });
    });

    const first = ready();
    await clock.advanceAsync(2_000);
    expect(await first).toContain('has not answered');
    const second = ready();
    await clock.advanceAsync(2_000);
    expect([await second, writes]).toEqual([expect.stringContaining('has not answered'), 1]);
    answer();
    await clock.advanceAsync(0);
    const third = ready();
    answer();
    await clock.advanceAsync(0);
    answer();
    expect(await third).toBeNull();
  });

  it('[L172] is not given while the ledger cannot read its store', async () => {
    const { ready } = aReadiness(
      async () => undefined,
      async () => {
        throw wrapped('disk I/O error');
      },
    );
    expect(await ready()).toContain('check the disk');
  });
});
