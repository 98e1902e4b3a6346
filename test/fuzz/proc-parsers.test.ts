/** Whatever the bytes are, a parser of the sensors answers with a value or with "nothing"; it never throws or hangs. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as darwin from '../../main/agent/sensors/os/darwin/libproc-parse.ts';
import { parseCpuTime, parsePs } from '../../main/agent/sensors/os/fallback/ps-text.ts';
import { parseBusAddress, toMilliseconds } from '../../main/agent/sensors/os/linux/dbus-address.ts';
import * as proc from '../../main/agent/sensors/os/linux/proc-parse.ts';
import {
  chooseAuthorization,
  parseAuthority,
  parseDisplay,
} from '../../main/agent/sensors/os/linux/x11-display.ts';
import * as x11 from '../../main/agent/sensors/os/linux/x11-wire.ts';
import * as details from '../../main/agent/sensors/os/win32/details-parse.ts';
import * as list from '../../main/agent/sensors/os/win32/process-list-parse.ts';
import { statLine } from '../support/synthetic-proc.ts';

const RUNS = { numRuns: 2_000 };
const bytes = fc.uint8Array({ maxLength: 600 }).map((array) => Buffer.from(array));
/** Bytes that look right at first: pieces of real texts, in any order. */
const nearly = (...pieces: string[]) =>
  fc
    .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 4 })), { maxLength: 40 })
    .map((parts) => Buffer.from(parts.join('')));

describe('/proc', () => {
  it('a stat line with any name and numbers is read back as it was written', () => {
    fc.assert(
      fc.property(
        fc.record({
          pid: fc.integer({ min: 1, max: 4_194_304 }),
          ppid: fc.integer({ min: 0, max: 4_194_304 }),
          comm: fc.string({ unit: 'binary', maxLength: 15 }).filter((text) => text.isWellFormed()),
          startTicks: fc.maxSafeNat(),
          userTicks: fc.nat(),
          reapedTicks: fc.nat(),
          startCode: fc.maxSafeNat(),
        }),
        (process) => {
          expect(proc.parseStat(statLine(process))).toEqual({
            pid: process.pid,
            name: process.comm,
            ppid: process.ppid,
            isKernelThread: false,
            cpuMs: process.userTicks * 10,
            reapedCpuMs: process.reapedTicks * 10,
            startTicks: String(process.startTicks),
            codeRange: `${process.startCode} 8192`,
          });
        },
      ),
      RUNS,
    );
  });

  it('a stat line that is cut anywhere is a process with the same identity, or none', () => {
    const whole = statLine({ pid: 77, ppid: 5, comm: 'a) (b', startTicks: 1_234_567 });
    fc.assert(
      fc.property(fc.nat({ max: whole.length }), (length) => {
        const cut = proc.parseStat(whole.subarray(0, length));
        if (cut) expect([cut.pid, cut.ppid]).toEqual([77, 5]);
      }),
    );
  });

  it('no file content breaks a parser', () => {
    const any = fc.oneof(
      bytes,
      nearly(
        '1 (a) S 1 ',
        ') ',
        '(',
        '4294967295',
        'read_bytes: ',
        'write_bytes: 5\n',
        '0::/',
        'session-',
        '.scope',
        '\0',
        'A=',
      ),
    );
    fc.assert(
      fc.property(any, (content) => {
        const text = content.toString('latin1');
        const stat = proc.parseStat(content);
        expect(stat === undefined || Number.isInteger(stat.pid)).toBe(true);
        const io = proc.parseIo(text);
        expect(io === undefined || (io.readBytes >= 0 && io.writeBytes >= 0)).toBe(true);
        proc.parseCommandLine(content);
        proc.parseCgroupSession(text);
        proc.parseSessionId(text);
        proc.parseEnvironVariable(content, 'A');
        const uptimeMs = proc.parseUptime(text);
        expect(uptimeMs === undefined || uptimeMs >= 0).toBe(true);
        expect(proc.withoutDeleted(text).length).toBeLessThanOrEqual(text.length);
      }),
      RUNS,
    );
  });

  it('arguments are read back as they were written', () => {
    const argument = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(fc.array(argument, { minLength: 1 }), (args) => {
        expect(proc.parseCommandLine(Buffer.from(args.map((one) => `${one}\0`).join('')))).toEqual(args);
      }),
    );
  });
});

describe('X11', () => {
  it('no bytes break the display, the cookies or the messages', () => {
    fc.assert(
      fc.property(bytes, fc.string(), (content, text) => {
        const address = parseDisplay(text);
        if (address?.kind === 'tcp') expect(address.port).toBeLessThan(65_536);
        chooseAuthorization(parseAuthority(content), 0, 'host');
        const head = x11.decodeSetupHead(content);
        expect(head === undefined || head.restBytes <= 0xffff * 4).toBe(true);
        x11.decodeRootWindow(content);
        const message = x11.decodeMessage(Buffer.concat([content, Buffer.alloc(32)]).subarray(0, 32));
        if (message.kind === 'reply') {
          x11.decodeExtensionOpcode(message.bytes);
          expect(x11.decodeIdleMs(message.bytes)).toBeGreaterThanOrEqual(0);
        }
      }),
      RUNS,
    );
  });
});

describe('D-Bus', () => {
  it('no address and no answer break anything', () => {
    fc.assert(
      fc.property(
        nearly('unix:', 'path=', 'abstract=', ',', ';', '%2f', '%'),
        fc.anything({ withBigInt: true }),
        (text, answer) => {
          parseBusAddress(text.toString());
          const milliseconds = toMilliseconds(answer);
          expect(milliseconds === undefined || Number.isFinite(milliseconds)).toBe(true);
        },
      ),
      RUNS,
    );
  });
});

describe('Windows', () => {
  it('no buffer makes the process list run out of it, or run for ever', () => {
    const buffers = fc.oneof(
      bytes,
      // Chains with odd steps.
      fc.array(fc.nat({ max: 400 }), { minLength: 1, maxLength: 8 }).map((steps) => {
        const buffer = Buffer.alloc(2_000, 1);
        let offset = 0;
        for (const step of steps) {
          if (offset + 4 > buffer.length) break;
          buffer.writeUInt32LE(step, offset);
          offset += Math.max(step, 4);
        }
        return buffer;
      }),
    );
    fc.assert(
      fc.property(buffers, fc.bigInt({ min: 0n, max: 2n ** 63n }), (buffer, base) => {
        for (const { offset } of list.entriesOf(buffer, buffer.length)) {
          const key = list.startKeyAt(buffer, offset);
          const { low, high } = list.startHalves(key);
          expect(list.hasStart(buffer, offset, low, high)).toBe(true);
          list.startedAtMs(key);
          list.readEntry(buffer, offset, base);
          expect(list.readCounters(buffer, offset).cpuMs).toBeGreaterThanOrEqual(0);
        }
      }),
      RUNS,
    );
  });

  it('a command line that was quoted by the rules is split into what it was made of', () => {
    const quote = (argument: string) =>
      `"${argument.replace(/(\\*)"/g, '$1$1\\"').replace(/\\+$/, (slashes) => slashes + slashes)}"`;
    const argument = fc.string({ unit: fc.constantFrom('a', ' ', '"', '\\', 'ü', '\t'), maxLength: 12 });
    fc.assert(
      fc.property(fc.array(argument, { maxLength: 6 }), (args) => {
        expect(details.splitCommandLine(['app.exe', ...args.map(quote)].join(' '))).toEqual([
          'app.exe',
          ...args,
        ]);
      }),
      RUNS,
    );
  });

  it('no bytes and no ticks break the details', () => {
    fc.assert(
      fc.property(
        bytes,
        fc.string(),
        fc.nat({ max: 0xffff_ffff }),
        fc.nat({ max: 0xffff_ffff }),
        (buffer, text, a, b) => {
          expect(details.splitCommandLine(text).length).toBeGreaterThan(0);
          const sid = details.formatSid(buffer);
          expect(sid === undefined || sid.startsWith('S-')).toBe(true);
          details.parseLocked(buffer);
          details.parseUnicodeString(buffer, 0n);
          expect(details.ticksBetween(a, b)).toBeGreaterThanOrEqual(0);
        },
      ),
      RUNS,
    );
  });
});

describe('macOS and ps', () => {
  it('no bytes and no text break a parser', () => {
    const lines = nearly(
      '  1',
      '     0',
      ' Sun Nov 22 04:19:49 2026',
      ' 00:00:15',
      '\n',
      ' /Applications/A.app/Contents/MacOS/A',
      '<key>CFBundleIdentifier</key><string>',
      'x</string>',
    );
    fc.assert(
      fc.property(fc.oneof(bytes, lines), (content) => {
        const text = content.toString();
        darwin.parseBsdInfo(content);
        darwin.parseRusage(content, { numer: 125, denom: 3 });
        darwin.parseProcArgs(content);
        darwin.bundleDirOf(text);
        darwin.parseBundleId(text);
        for (const { info } of parsePs(text)) expect(Number.isInteger(info.pid)).toBe(true);
        const cpuMs = parseCpuTime(text);
        expect(cpuMs === undefined || cpuMs >= 0).toBe(true);
      }),
      RUNS,
    );
  });
});
