import { describe, expect, it } from 'vitest';
import { type ConfigSources, makeServerConfig } from '../../../server/config.ts';

const sources = (over: Partial<ConfigSources> = {}): ConfigSources => ({
  argv: [],
  env: {},
  machineFile: null,
  findPlaces: (dataDir) => ({
    dataDir: dataDir ?? '/home/ana/.local/share/usher',
    serverDir: `${dataDir ?? '/home/ana/.local/share/usher'}/server`,
    agentDir: '',
    runDir: '',
    agentSocketPath: '',
    doorDir: null,
  }),
  hostName: 'big-server',
  ...over,
});
const make = (...argv: string[]) => makeServerConfig(sources({ argv }));

describe('server configuration', () => {
  it('binds loopback with no options at all', () => {
    expect(make()).toMatchObject({
      ok: true,
      value: {
        host: '127.0.0.1',
        port: null,
        tls: null,
        publicNames: [],
        doorDir: null,
        isTimingOverridden: false,
      },
    });
  });

  it('takes the address at which other servers reach it, and nothing that is none', () => {
    expect(make()).toMatchObject({ value: { instanceUrl: null } });
    expect(make('--instance-url', 'http://10.0.0.11:4780')).toMatchObject({
      value: { instanceUrl: 'http://10.0.0.11:4780' },
    });
    for (const bad of ['10.0.0.11', 'ws://10.0.0.11', 'file:///etc/passwd'])
      expect(make('--instance-url', bad)).toMatchObject({ ok: false, code: 'BAD_OPTION' });
  });

  it.each(['0.0.0.0', '192.168.1.5', '::', 'usher.example'])(
    'refuses %s in clear text, and says what to do',
    (host) => {
      const refused = make('--host', host);

      expect(refused).toMatchObject({ ok: false, code: 'NEEDS_TLS' });
      expect(!refused.ok && refused.message).toContain('--tls-cert');
    },
  );

  it.each(['127.0.0.1', '127.8.8.8', '::1', 'localhost'])('takes %s as loopback', (host) => {
    expect(make('--host', host).ok).toBe(true);
  });

  it('takes another address with TLS files or behind a proxy', () => {
    expect(make('--host', '0.0.0.0', '--tls-cert', 'c', '--tls-key', 'k')).toMatchObject({
      value: { tls: { certPath: 'c', keyPath: 'k' }, publicNames: ['0.0.0.0', 'big-server'] },
    });
    expect(make('--host', '0.0.0.0', '--behind-proxy').ok).toBe(true);
  });

  it('refuses half a pair of TLS files', () => {
    expect(make('--tls-cert', 'c')).toMatchObject({ ok: false, code: 'BAD_OPTION' });
  });

  it('lets flags win over the environment, and that over the machine’s file', () => {
    const machineFile = JSON.stringify({ port: 1, logLevel: 'warn', publicName: ['usher.example'] });
    const env = { USHER_PORT: '2', USHER_LOG_LEVEL: 'error' };

    expect(makeServerConfig(sources({ machineFile, env, argv: ['--port', '3'] }))).toMatchObject({
      value: { port: 3, logLevel: 'error', publicNames: ['usher.example'] },
    });
  });

  it.each([
    [['--port', '70000'], {}],
    [['--log-level', 'loud'], {}],
    [['--prot', '1'], {}],
    [['stray'], {}],
    [[], { USHER_PORT: 'x' }],
    [[], { USHER_TEST_TIMING: '{' }],
    [[], { USHER_TEST_TIMING: '{"leaseTtlMs":"soon"}' }],
  ])('refuses %j with %j as BAD_OPTION', (argv, env) => {
    expect(makeServerConfig(sources({ argv, env }))).toMatchObject({ ok: false, code: 'BAD_OPTION' });
  });

  it.each(['{', '[]', '{"prot":1}'])('refuses a machine file %s instead of guessing', (machineFile) => {
    expect(makeServerConfig(sources({ machineFile }))).toMatchObject({ ok: false, code: 'BAD_FILE' });
  });

  it('takes the timing of tests, ignores the agent’s share of it, and says so', () => {
    const env = { USHER_TEST_TIMING: '{"leaseTtlMs":500,"scanEveryMs":50}' };

    expect(makeServerConfig(sources({ env }))).toMatchObject({
      value: { isTimingOverridden: true, timing: { leaseTtlMs: 500, leaseGraceMs: 300_000 } },
    });
  });

  it('cannot be changed afterwards', () => {
    const config = make();

    expect(config.ok && Object.isFrozen(config.value)).toBe(true);
  });
});
