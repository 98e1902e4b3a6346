import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  formatSid,
  parseLocked,
  parseUnicodeString,
  splitCommandLine,
  ticksBetween,
} from '../../../main/agent/sensors/os/win32/details-parse.ts';
import {
  entriesOf,
  hasStart,
  readCounters,
  readEntry,
  startedAtMs,
  startHalves,
  startKeyAt,
} from '../../../main/agent/sensors/os/win32/process-list-parse.ts';

const captured = JSON.parse(
  readFileSync(new URL('../../fixtures/sensors/win32-process-list.json', import.meta.url), 'utf8'),
) as { baseAddress: string; ownPid: number; usedBytes: number; base64: string };
const list = Buffer.from(captured.base64, 'base64');
const base = BigInt(captured.baseAddress);

describe('a process list that was captured under Wine', () => {
  const entries = [...entriesOf(list, captured.usedBytes)];
  const read = entries.map(({ pid, offset }) => ({ pid, ...readEntry(list, offset, base) }));

  it('gives each process once, with name, parent and session', () => {
    expect(read.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['node.exe', 'services.exe', 'explorer.exe']),
    );
    expect(read.find(({ pid }) => pid === captured.ownPid)).toMatchObject({ name: 'node.exe', sessionId: 1 });
    expect(new Set(read.map(({ pid }) => pid)).size).toBe(read.length);
    const services = read.find(({ name }) => name === 'services.exe');
    expect(read.find(({ name }) => name === 'plugplay.exe')?.parentPid).toBe(services?.pid);
  });

  it('gives starts as exact keys and as wall time', () => {
    const { offset } = entries[0] ?? { offset: -1 };
    const key = startKeyAt(list, offset);
    const { low, high } = startHalves(key);

    expect(hasStart(list, offset, low, high)).toBe(true);
    expect(hasStart(list, offset, low + 1, high)).toBe(false);
    expect(new Date(startedAtMs(key) ?? 0).toISOString().slice(0, 10)).toBe('2026-11-22');
    expect(startedAtMs('0')).toBeUndefined();
  });

  it('gives counters', () => {
    for (const { offset } of entries) {
      const counters = readCounters(list, offset);
      expect(counters.cpuMs).toBeLessThan(10_000);
      expect(counters.residentBytes).toBeGreaterThan(1_000_000);
    }
  });

  it('that is cut short ends early and invents nothing', () => {
    const half = [...entriesOf(list.subarray(0, list.length / 2), captured.usedBytes)];

    expect(half.length).toBeLessThan(entries.length);
    expect(half).toEqual(entries.slice(0, half.length));
  });

  it('leaves out a process that has ended and is kept by a handle', () => {
    const copy = Buffer.from(list);
    copy.writeUInt32LE(0, (entries[1]?.offset ?? 0) + 4);

    expect([...entriesOf(copy, captured.usedBytes)].map(({ pid }) => pid)).not.toContain(entries[1]?.pid);
  });

  it('with a name outside the buffer has no name', () => {
    expect(readEntry(list, entries[0]?.offset ?? 0, base + 1_000_000n).name).toBeUndefined();
  });
});

describe('a command line', () => {
  it.each([
    ['app.exe', ['app.exe']],
    ['"C:\\Program Files\\A\\app.exe" -x "a b" c', ['C:\\Program Files\\A\\app.exe', '-x', 'a b', 'c']],
    ['app "a\\"b" c\\d', ['app', 'a"b', 'c\\d']],
    ['app a\\\\"b c" d', ['app', 'a\\b c', 'd']],
    ['app a\\\\\\"b c', ['app', 'a\\"b', 'c']],
    ['app "he said ""hi"""', ['app', 'he said "hi"']],
    ['app "" end', ['app', '', 'end']],
    ['app \t x', ['app', 'x']],
    ['app "C:\\dir\\\\" z', ['app', 'C:\\dir\\', 'z']],
    ['', ['']],
    ['"unclosed path', ['unclosed path']],
  ])('%j', (line, args) => {
    expect(splitCommandLine(line)).toEqual(args);
  });
});

describe('[H13] ticks of 32 bits', () => {
  it.each([
    [1_000, 5_000, 4_000],
    [0xffff_fff0, 0x10, 0x20], // wrapped after 49.7 days
    [5_000, 5_000, 0],
    [5_010, 5_000, 0], // stamped by its sender, a little ahead
    [0, 2_894_000, 2_894_000], // never any input: time since boot
  ])('from %d to %d are %d ms', (input, now, idleMs) => {
    expect(ticksBetween(input, now)).toBe(idleMs);
  });
});

it('a SID is written as people write it', () => {
  const bytes = Buffer.from('010500000000000515000000d4c3b2a1efbeadde0df0adba50040000', 'hex');

  expect(formatSid(bytes)).toBe('S-1-5-21-2712847316-3735928559-3131961357-1104');
  expect(formatSid(bytes.subarray(0, 20))).toBeUndefined();
  expect(formatSid(Buffer.alloc(0))).toBeUndefined();
});

it('a session is locked, unlocked, or does not say', () => {
  const info = (flags: number) => {
    const bytes = Buffer.alloc(232);
    bytes.writeUInt32LE(1, 0);
    bytes.writeInt32LE(flags, 16);
    return parseLocked(bytes);
  };

  expect([info(0), info(1), info(-1), parseLocked(Buffer.alloc(8))]).toEqual([
    true,
    false,
    undefined,
    undefined,
  ]);
});

it('a command line that Windows filled in is found behind its header', () => {
  const text = Buffer.from('app.exe -ü', 'utf16le');
  const buffer = Buffer.concat([Buffer.alloc(16), text]);
  buffer.writeUInt16LE(text.length, 0);
  buffer.writeBigUInt64LE(0x7000n + 16n, 8);

  expect(parseUnicodeString(buffer, 0x7000n)).toBe('app.exe -ü');
  expect(parseUnicodeString(buffer, 0x9000n)).toBeUndefined();
});
