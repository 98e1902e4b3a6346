/** Understanding of single values that Windows gives: command lines, SIDs, ticks, session flags. Pure. */

/**
 * Splits a command line as CommandLineToArgvW does: quotes group, backslashes escape only before a quote, and the
 * program's own name follows simpler rules (learn.microsoft.com, "Parsing C command-line arguments").
 */
export function splitCommandLine(commandLine: string): readonly string[] {
  const first = /^(?:"([^"]*)"?|([^\s"]*))[\t ]*/.exec(commandLine);
  const rest = commandLine.slice(first?.[0].length ?? 0);
  const args: string[] = [first?.[1] ?? first?.[2] ?? ''];
  const pieces = /(\\*)"|[\t ]+|\\+|[^\\"\t ]+/g;
  let argument: string | undefined;
  let isQuoted = false;
  const add = (text: string) => {
    argument = (argument ?? '') + text;
  };
  for (let piece = pieces.exec(rest); piece; piece = pieces.exec(rest)) {
    const [text, slashes] = piece;
    if (slashes !== undefined) {
      add('\\'.repeat(Math.floor(slashes.length / 2)));
      const isDoubled = isQuoted && rest[pieces.lastIndex] === '"';
      if (slashes.length % 2 === 1) add('"');
      else if (isDoubled) {
        add('"');
        pieces.lastIndex += 1;
      } else isQuoted = !isQuoted;
    } else if (isQuoted || !/^[\t ]/.test(text)) add(text);
    else {
      if (argument !== undefined) args.push(argument);
      argument = undefined;
    }
  }
  return argument === undefined ? args : [...args, argument];
}

/** A binary SID as people write it: S-1-5-21-… @returns undefined when the bytes are too short */
export function formatSid(bytes: Buffer): string | undefined {
  const revision = bytes[0];
  const count = bytes[1];
  if (revision === undefined || count === undefined || count > 15 || bytes.length < 8 + count * 4)
    return undefined;
  const parts = Array.from({ length: count }, (_, index) => bytes.readUInt32LE(8 + index * 4));
  return ['S', revision, bytes.readUIntBE(2, 6), ...parts].join('-');
}

/**
 * Milliseconds between two 32-bit tick counts, which wrap after 49.7 days. A tick of input "after" now comes from
 * input that was stamped by its sender, and means just now.
 */
export function ticksBetween(inputTick: number, nowTick: number): number {
  const elapsed = (nowTick - inputTick) >>> 0;
  return elapsed > 0xffff_0000 ? 0 : elapsed;
}

/** WTSINFOEXW: level, then (8-byte aligned) session id, connect state, flags: 0 locked, 1 unlocked. */
export function parseLocked(bytes: Buffer): boolean | undefined {
  if (bytes.length < 20 || bytes.readUInt32LE(0) !== 1) return undefined;
  const flags = bytes.readInt32LE(16);
  return flags === 0 ? true : flags === 1 ? false : undefined;
}

/**
 * UNICODE_STRING followed by its text, as NtQueryInformationProcess(ProcessCommandLineInformation = 60) fills it in.
 * @param baseAddress where the buffer lay in memory when it was filled
 */
export function parseUnicodeString(buffer: Buffer, baseAddress: bigint): string | undefined {
  if (buffer.length < 16) return undefined;
  const bytes = buffer.readUInt16LE(0);
  const offset = buffer.readBigUInt64LE(8) - baseAddress;
  if (offset < 16n || offset + BigInt(bytes) > BigInt(buffer.length)) return undefined;
  return buffer.toString('utf16le', Number(offset), Number(offset) + bytes);
}
