/** What an error of a database means for the person who runs the server, and what to do next. Pure. */

export type StorageFaultKind = 'full' | 'read-only' | 'gone' | 'io' | 'slow' | 'damaged';

export interface StorageFault {
  readonly kind: StorageFaultKind;
  readonly sentence: string;
}

const GOES_ON = 'Nothing was lost; the server goes on by itself as soon as it can write.';

const SENTENCES: Readonly<Record<StorageFaultKind, string>> = {
  full: `The disk with the server's data is full, so nothing is decided. Free some space there. ${GOES_ON}`,
  'read-only': `The server's data cannot be written (read-only), so nothing is decided. Make the disk or the file writable again. ${GOES_ON}`,
  gone: `The server's data folder is not where it was, so nothing is decided. Put it back or mount it again; if its files were replaced, start the server again.`,
  io: `The disk with the server's data reports errors, so nothing is decided. Look at the system's log, check the disk, and make a backup with \`usher backup\`. ${GOES_ON}`,
  slow: `The disk with the server's data has not answered for a while, so nothing is decided until it does. Look what keeps it busy. ${GOES_ON}`,
  damaged: `The server's data are damaged. Run \`usher doctor\` on the server's machine; it says what to do.`,
};

/** What SQLite, the system and PostgreSQL say; the first that fits. */
const SIGNS: readonly (readonly [RegExp, StorageFaultKind])[] = [
  [/is full|ENOSPC|EDQUOT|no space left/i, 'full'],
  [/is not where it was|was replaced|unable to open database file/i, 'gone'],
  [/readonly database|EROFS|EACCES|read-only/i, 'read-only'],
  [/disk I\/O error|EIO\b/i, 'io'],
  [/malformed|not a database|missing or was changed/i, 'damaged'],
];

/** @returns null: it is no error of the storage that a person could do something about */
export function storageFaultOf(error: unknown): StorageFault | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { message } = cause;
    const found = SIGNS.find(([sign]) => sign.test(message));
    if (found) return storageFault(found[1]);
  }
  return null;
}

export function storageFault(kind: StorageFaultKind): StorageFault {
  return { kind, sentence: SENTENCES[kind] };
}
