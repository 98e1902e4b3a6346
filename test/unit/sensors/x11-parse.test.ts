import { describe, expect, it } from 'vitest';
import {
  chooseAuthorization,
  parseAuthority,
  parseDisplay,
} from '../../../main/agent/sensors/os/linux/x11-display.ts';
import {
  decodeExtensionOpcode,
  decodeIdleMs,
  decodeMessage,
  decodeRootWindow,
  decodeSetupHead,
  encodeQueryIdle,
  encodeQueryScreenSaver,
  encodeSetup,
} from '../../../main/agent/sensors/os/linux/x11-wire.ts';

describe('DISPLAY', () => {
  it.each([
    [':0', { kind: 'local', number: 0, socketPath: '/tmp/.X11-unix/X0' }],
    [':12.1', { kind: 'local', number: 12, socketPath: '/tmp/.X11-unix/X12' }],
    ['unix:3', { kind: 'local', number: 3, socketPath: '/tmp/.X11-unix/X3' }],
    ['host/unix:3', { kind: 'local', number: 3, socketPath: '/tmp/.X11-unix/X3' }],
    ['localhost:10.0', { kind: 'tcp', number: 10, host: 'localhost', port: 6010 }],
    ['tcp/host:1', { kind: 'tcp', number: 1, host: 'host', port: 6001 }],
    ['[::1]:2', { kind: 'tcp', number: 2, host: '::1', port: 6002 }],
    ['/run/x/socket:0', { kind: 'local', number: 0, socketPath: '/run/x/socket:0' }],
    ['', undefined],
    ['0', undefined],
    [':x', undefined],
    ['host:65535', undefined],
  ])('%j', (display, address) => {
    expect(parseDisplay(display)).toEqual(address);
  });
});

describe('the authority file', () => {
  const field = (value: string | Buffer) => {
    const bytes = Buffer.from(value);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const entry = (address: string, number: string, data: string, name = 'MIT-MAGIC-COOKIE-1') =>
    Buffer.concat([
      Buffer.from([1, 0]),
      field(address),
      field(number),
      field(name),
      field(Buffer.from(data, 'hex')),
    ]);

  it('gives the cookie of the display, of this host before another', () => {
    const entries = parseAuthority(
      Buffer.concat([entry('other', '7', 'aa'), entry('here', '8', 'bb'), entry('here', '7', 'cc')]),
    );

    expect(chooseAuthorization(entries, 7, 'here')?.data.toString('hex')).toBe('cc');
    expect(chooseAuthorization(entries, 7, 'elsewhere')?.data.toString('hex')).toBe('aa');
    expect(chooseAuthorization(entries, 9, 'here')).toBeUndefined();
  });

  it('takes an entry without a number for every display, and knows cookies only', () => {
    const entries = parseAuthority(
      Buffer.concat([entry('here', '', 'dd'), entry('here', '7', 'ee', 'XDM-AUTHORIZATION-1')]),
    );

    expect(chooseAuthorization(entries, 7, 'here')?.data.toString('hex')).toBe('dd');
  });

  it('that is torn keeps what was whole', () => {
    const whole = entry('here', '7', 'aabb');

    expect(parseAuthority(Buffer.concat([whole, whole.subarray(0, whole.length - 1)]))).toHaveLength(1);
    expect(parseAuthority(Buffer.alloc(0))).toEqual([]);
  });
});

describe('the messages', () => {
  it('are encoded as the protocol says', () => {
    expect(encodeSetup(undefined).toString('hex')).toBe('6c000b000000000000000000');
    expect(encodeSetup({ name: 'abc', data: Buffer.from([1, 2, 3, 4, 5]) }).toString('hex')).toBe(
      '6c000b000000030005000000' + '61626300' + '0102030405000000',
    );
    expect(encodeQueryScreenSaver().toString('hex')).toBe(
      `6200060010000000${Buffer.from('MIT-SCREEN-SAVER').toString('hex')}`,
    );
    expect(encodeQueryIdle(144, 0x50d).toString('hex')).toBe('900102000d050000');
  });

  it('of a setup give how much follows, and the root window behind vendor and formats', () => {
    expect(decodeSetupHead(Buffer.from([1, 0, 11, 0, 0, 0, 3, 1]))).toEqual({
      accepted: true,
      restBytes: 0x103 * 4,
    });
    expect(decodeSetupHead(Buffer.from([0, 0, 11, 0, 0, 0, 2, 0]))).toEqual({
      accepted: false,
      restBytes: 8,
    });
    expect(decodeSetupHead(Buffer.from('HTTP/1.1'))).toBeUndefined();
    const rest = Buffer.alloc(32 + 8 + 16 + 40);
    rest.writeUInt16LE(6, 16); // vendor, padded to 8
    rest[21] = 2; // formats of 8 bytes
    rest.writeUInt32LE(0xabcd, 32 + 8 + 16);
    expect(decodeRootWindow(rest)).toBe(0xabcd);
    expect(decodeRootWindow(rest.subarray(0, 50))).toBeUndefined();
  });

  it('of a server are replies, errors or events', () => {
    const reply = Buffer.alloc(32);
    reply.set([1, 0, 0, 0, 0, 0, 0, 0, 1, 144]);
    reply.writeUInt32LE(4_294_967_295, 16);

    expect(decodeMessage(reply)).toMatchObject({ kind: 'reply' });
    expect([decodeExtensionOpcode(reply), decodeIdleMs(reply)]).toEqual([144, 4_294_967_295]);
    expect(decodeExtensionOpcode(Buffer.alloc(32))).toBeUndefined();
    expect(decodeMessage(Buffer.alloc(32, 0).fill(3, 1, 2))).toEqual({ kind: 'error', code: 3 });
    expect(decodeMessage(Buffer.alloc(32, 34))).toEqual({ kind: 'event' });
  });
});
