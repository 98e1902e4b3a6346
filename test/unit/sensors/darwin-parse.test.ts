/** Buffers laid out as Apple's headers say; nobody has compared them with a Mac yet. */
import { describe, expect, it } from 'vitest';
import {
  bundleDirOf,
  parseBsdInfo,
  parseBundleId,
  parseProcArgs,
  parseRusage,
} from '../../../main/agent/sensors/os/darwin/libproc-parse.ts';

function bsdInfo(comm: string, name: string): Buffer {
  const bytes = Buffer.alloc(136);
  bytes.writeUInt32LE(512, 12);
  bytes.writeUInt32LE(1, 16);
  bytes.writeUInt32LE(0, 20);
  bytes.writeUInt32LE(501, 28);
  bytes.write(comm, 48);
  bytes.write(name, 64);
  bytes.writeBigUInt64LE(1_795_324_170n, 120);
  bytes.writeBigUInt64LE(98_201n, 128);
  return bytes;
}

describe('proc_bsdinfo', () => {
  it('gives pid, parent, the real user, the long name and the start in microseconds', () => {
    expect(parseBsdInfo(bsdInfo('Rhinoceros', 'Rhinoceros 8 with a name of 31'))).toEqual({
      pid: 512,
      ppid: 1,
      uid: 501,
      name: 'Rhinoceros 8 with a name of 31',
      startMicroseconds: '1795324170098201',
      startedAtMs: 1_795_324_170_098,
    });
  });

  it('falls back to the short name, and refuses a short buffer', () => {
    expect(parseBsdInfo(bsdInfo('launchd', ''))?.name).toBe('launchd');
    expect(parseBsdInfo(Buffer.alloc(100))).toBeUndefined();
  });
});

it('rusage_info_v2 counts CPU in mach units and disk in bytes', () => {
  const bytes = Buffer.alloc(160);
  const put = (offset: number, value: bigint) => bytes.writeBigUInt64LE(value, offset);
  put(16, 24_000_000n);
  put(24, 24_000_000n);
  put(64, 4_096n);
  put(96, 48_000_000n);
  put(144, 1n);
  put(152, 2n);

  expect(parseRusage(bytes, { numer: 125, denom: 3 })).toEqual({
    cpuMs: 2_000,
    reapedCpuMs: 2_000,
    residentBytes: 4_096,
    readBytes: 1,
    writeBytes: 2,
  });
  expect(parseRusage(Buffer.alloc(10), { numer: 1, denom: 1 })).toBeUndefined();
});

it('KERN_PROCARGS2 gives the arguments behind path and padding', () => {
  const count = Buffer.alloc(4);
  count.writeInt32LE(3);
  const bytes = Buffer.concat([
    count,
    Buffer.from('/Applications/A.app/Contents/MacOS/A\0\0\0\0A\0-x\0a b\0HOME=/Users/x\0'),
  ]);

  expect(parseProcArgs(bytes)).toEqual(['A', '-x', 'a b']);
  expect(parseProcArgs(bytes.subarray(0, bytes.indexOf('a b')))).toEqual(['A', '-x']);
  expect(parseProcArgs(Buffer.alloc(3))).toBeUndefined();
});

it('a bundle is found by the path of its executable, and named by its property list', () => {
  expect(bundleDirOf('/Applications/Rhino 8.app/Contents/MacOS/Rhinoceros')).toBe(
    '/Applications/Rhino 8.app',
  );
  expect(bundleDirOf('/usr/bin/ssh')).toBeUndefined();
  expect(
    parseBundleId('<dict><key>CFBundleIdentifier</key>\n  <string>com.mcneel.rhinoceros.8</string></dict>'),
  ).toBe('com.mcneel.rhinoceros.8');
  expect(parseBundleId('bplist00\u0000')).toBeUndefined();
});
