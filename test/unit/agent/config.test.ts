/** Settings of the agent host: precedence, checks, and never a credential in clear text over a network. */
import { describe, expect, it } from 'vitest';
import { type ConfigSources, makeHostConfig } from '../../../main/agent/config.ts';
import { findPlaces } from '../../../shared/places.ts';

const findTestPlaces: ConfigSources['findPlaces'] = (dataDir) =>
  findPlaces({
    platform: 'linux',
    env: {},
    homeDir: '/home/ana',
    account: '1000',
    ...(dataDir && { dataDir }),
  });
const make = (over: Partial<ConfigSources> = {}) =>
  makeHostConfig({ argv: [], env: {}, machineFile: null, findPlaces: findTestPlaces, ...over });

describe('makeHostConfig', () => {
  it('works without any setting', () => {
    expect(make()).toMatchObject({
      ok: true,
      value: {
        access: { serverUrl: undefined },
        isDetached: false,
        logLevel: 'info',
        isTimingOverridden: false,
      },
    });
  });

  it('puts flags over environment over the machine’s file', () => {
    const machineFile = JSON.stringify({
      server: 'https://a.example',
      token: 'from-file',
      logLevel: 'warn',
      workstationId: 'w-9',
    });
    const env = { USHER_SERVER: 'https://b.example', USHER_ENROLLMENT_TOKEN: 'from-env' };

    const config = make({ machineFile, env, argv: ['--server', 'https://c.example/'] });

    expect(config).toMatchObject({
      ok: true,
      value: {
        access: { serverUrl: 'https://c.example', token: 'from-env' },
        logLevel: 'warn',
        workstationId: 'w-9',
      },
    });
  });

  it.each([
    'http://usher.example.com',
    'http://10.0.0.5:4780',
    'http://127.0.0.1.evil.test',
    'http://localhost.evil.test',
  ])('refuses clear text to another machine: %s', (server) => {
    expect(make({ argv: ['--server', server] })).toMatchObject({
      ok: false,
      code: 'NEEDS_TLS',
      message: expect.stringContaining('https://'),
    });
  });

  it.each([
    'http://127.0.0.1:4780',
    'http://localhost:4780',
    'http://[::1]:4780',
    'https://usher.example.com/base',
  ])('takes %s', (server) => {
    expect(make({ argv: ['--server', server] })).toMatchObject({
      ok: true,
      value: { access: { serverUrl: server } },
    });
  });

  it.each([
    ['an unknown flag', { argv: ['--serve', 'x'] }],
    ['an address that is none', { argv: ['--server', 'usher'] }],
    ['another protocol', { argv: ['--server', 'ftp://127.0.0.1'] }],
    ['an address with a password', { argv: ['--server', 'https://me:secret@usher.example.com'] }],
    ['an unknown level', { env: { USHER_LOG_LEVEL: 'loud' } }],
    ['a machine file that is not JSON', { machineFile: '{' }],
    ['an unknown key in the machine file', { machineFile: '{"sever":"https://a"}' }],
    ['a timing that is not JSON', { env: { USHER_TEST_TIMING: 'fast' } }],
    ['a timing that is no number', { env: { USHER_TEST_TIMING: '{"scanEveryMs":"fast"}' } }],
    ['a test session with a part missing', { env: { USHER_TEST_SESSION: '{"account":"7"}' } }],
  ])('refuses %s with a sentence that says what to do', (_, over) => {
    const config = make(over);

    expect(config.ok).toBe(false);
    if (!config.ok) expect(config.message.length).toBeGreaterThan(20);
  });

  it('never repeats a token or password in its message', () => {
    const config = make({
      argv: ['--server', 'https://me:hunter2@usher.example.com', '--token', 'very-secret'],
    });

    expect(JSON.stringify(config)).not.toMatch(/hunter2|very-secret/);
  });

  it('takes its own part of the test timing and leaves the server’s alone', () => {
    const env = {
      USHER_TEST_TIMING:
        '{"scanEveryMs":200,"leaseTtlMs":6000,"reconnectSpreadMs":100,"usageIdleAfterMs":900}',
    };

    expect(make({ env })).toMatchObject({
      ok: true,
      value: {
        isTimingOverridden: true,
        timing: { usageIdleAfterMs: 900, retry: { spreadMs: 100 }, sensors: { scanEveryMs: 200 } },
      },
    });
  });

  it('counts nothing as overridden when only the server’s timing is set', () => {
    expect(make({ env: { USHER_TEST_TIMING: '{"leaseTtlMs":6000}' } })).toMatchObject({
      ok: true,
      value: { isTimingOverridden: false },
    });
  });
});
