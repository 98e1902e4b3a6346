import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  parseCgroupSession,
  parseCommandLine,
  parseEnvironVariable,
  parseIo,
  parseSessionId,
  parseStat,
  parseUptime,
  withoutDeleted,
} from '../../../main/agent/sensors/os/linux/proc-parse.ts';
import { statLine } from '../../support/synthetic-proc.ts';

describe('[H4] a stat line', () => {
  it('of a running browser, as the kernel wrote it, gives its fields', () => {
    const bytes = readFileSync(new URL('../../fixtures/sensors/proc-stat-soffice.txt', import.meta.url));

    expect(parseStat(bytes)).toEqual({
      pid: 31483,
      name: 'soffice.bin',
      ppid: 31467,
      isKernelThread: false,
      cpuMs: 2_310,
      reapedCpuMs: 50,
      startTicks: '1205517',
      codeRange: '94377206730752 94377206731113',
    });
  });

  it.each([
    ['spaces', 'Very Long App'],
    ['parentheses', 'a) S 1 (b'],
    ['only a parenthesis', ')'],
    ['unicode', 'Prüfstand✓'],
    ['a newline', 'two\nlines'],
    ['nothing', ''],
  ])('whose name holds %s is read whole', (_, comm) => {
    expect(parseStat(statLine({ pid: 7, ppid: 3, comm, startTicks: 42 }))).toMatchObject({
      ...{ pid: 7, ppid: 3, name: comm, startTicks: '42' },
    });
  });

  it('whose name was cut inside a character keeps the rest of the name', () => {
    const cut = Buffer.from('Konstruktionsüb').subarray(0, 14);

    expect(parseStat(statLine({ pid: 7, comm: cut }))?.name).toBe('Konstruktions\uFFFD');
  });

  it.each(['', '7', '7 (a)', '7 (a) S', 'x (a) S 1', ') (', '7 (a) S x 1 1 0 -1 4194560'])(
    'that is torn (%j) is no process',
    (text) => {
      expect(parseStat(Buffer.from(text))).toBeUndefined();
    },
  );
});

describe('the other files of a process', () => {
  it('give disk bytes, not cached ones', () => {
    expect(
      parseIo('rchar: 9\nwchar: 9\nread_bytes: 12288\nwrite_bytes: 4096\ncancelled_write_bytes: 1\n'),
    ).toEqual({
      readBytes: 12288,
      writeBytes: 4096,
    });
    expect(parseIo('')).toBeUndefined();
  });

  it('give arguments with spaces and empty ones whole', () => {
    expect(parseCommandLine(Buffer.from('/opt/My App/app\0--open\0\0a b.txt\0'))).toEqual([
      '/opt/My App/app',
      '--open',
      '',
      'a b.txt',
    ]);
    expect(parseCommandLine(Buffer.alloc(0))).toBeUndefined();
  });

  it('[H4] lose the mark of a replaced executable', () => {
    expect(withoutDeleted('/opt/app (deleted)')).toBe('/opt/app');
    expect(withoutDeleted('/opt/app')).toBe('/opt/app');
  });

  it.each([
    ['0::/user.slice/user-1000.slice/session-3.scope\n', { id: '3' }],
    ['1:name=systemd:/user.slice/user-1000.slice/session-c2.scope\n0::/\n', { id: 'c2' }],
    ['0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-org.gnome.gedit.scope\n', 'shared'],
    ['0::/system.slice/cron.service\n', undefined],
    ['0::/\n', undefined],
  ])('tell the login session by the control group %j', (text, session) => {
    expect(parseCgroupSession(text)).toEqual(session);
  });

  it('tell the audit session unless none was set', () => {
    expect([parseSessionId('12\n'), parseSessionId('4294967295'), parseSessionId('x')]).toEqual([
      '12',
      undefined,
      undefined,
    ]);
  });

  it('tell the uptime and one environment variable', () => {
    expect(parseUptime('12059.73 23900.11\n')).toBe(12_059_730);
    expect(parseUptime('')).toBeUndefined();
    expect(parseEnvironVariable(Buffer.from('A=1\0USER_NAME=x=y\0'), 'USER_NAME')).toBe('x=y');
    expect(parseEnvironVariable(Buffer.from('AB=1\0'), 'B')).toBeUndefined();
  });
});
