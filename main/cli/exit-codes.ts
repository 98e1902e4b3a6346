/** Every exit code of `usher` in one table; docs/COMMANDS.md repeats it and a test compares the two. */

export const EXIT_CODES = {
  OK: { code: 0, meaning: 'Done.' },
  FAILED: { code: 1, meaning: 'Something failed that has no code of its own; the message says what.' },
  USAGE: { code: 2, meaning: 'The command line is wrong: unknown subcommand or option, missing argument.' },
  NOT_RUNNING: { code: 3, meaning: 'Usher does not run for this account and data folder.' },
  OFFLINE: { code: 4, meaning: 'The server cannot be reached, or the agent host has no contact with it.' },
  NOT_FOUND: { code: 5, meaning: 'No such product, pool, seat, offer or ticket.' },
  AMBIGUOUS: { code: 6, meaning: 'The name fits several; the message lists them.' },
  REFUSED: { code: 7, meaning: 'The server refused the wish, or it came too late.' },
  NOT_ALLOWED: { code: 8, meaning: 'An admin token is missing, wrong or worn out.' },
  CRASHED: { code: 9, meaning: 'Server or agent host ended three times in a row; `usher start` gave up.' },
  DAMAGED: {
    code: 10,
    meaning: '`usher doctor` found damage, or a backup file is damaged; the message says what to do.',
  },
  TIMED_OUT: { code: 124, meaning: '`usher wait`: no seat within `--timeout`.' },
  WAIT_FAILED: {
    code: 125,
    meaning: '`usher wait` itself failed before the command ran; its message names one of the codes above.',
  },
  NOT_EXECUTABLE: { code: 126, meaning: '`usher wait`: the command was found but cannot be executed.' },
  COMMAND_NOT_FOUND: { code: 127, meaning: '`usher wait`: the command was not found.' },
} as const satisfies Record<string, { readonly code: number; readonly meaning: string }>;

export type ExitName = keyof typeof EXIT_CODES;

export function exitCodeOf(name: ExitName): number {
  return EXIT_CODES[name].code;
}

/** What a shell reports for a program that a signal ended: 128 + n. @param signalNumber as in signal(7) */
export function exitCodeOfSignal(signalNumber: number): number {
  return 128 + signalNumber;
}
