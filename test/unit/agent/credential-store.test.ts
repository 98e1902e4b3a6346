/** Where the credential lies, who can read it, and what happens to a damaged or copied identity. Real files, a real program. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SILENT_LOG } from '../../../main/agent/log.ts';
import { CredentialStore } from '../../../main/agent/report/credential-store.ts';
import { type KeyStore, openSecretService } from '../../../main/agent/report/key-store.ts';

let dir: string;
let ids = 0;
const CREDENTIAL = 'ushd_0123456789abcdefghijklmnop';
const ENROLLED = {
  serverUrl: 'https://usher.example.com',
  workstationId: 'w-1',
  userId: 'u-1',
  credential: CREDENTIAL,
};

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'usher-identity-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const open = (keyStore: KeyStore | null = null) =>
  new CredentialStore({ dir, newId: () => `instance-${++ids}`, keyStore, log: SILENT_LOG });
const everything = () => readFileSync(join(dir, 'identity.json'), 'utf8');

/** A program with the manners of libsecret's secret-tool, that keeps its secrets in a folder. */
function aSecretTool(body: string): string {
  const path = join(dir, 'secret-tool');
  writeFileSync(path, `#!/bin/sh\nkept="${dir}/kept"\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}
const WORKING = 'case "$1" in store) cat > "$kept";; lookup) cat "$kept";; clear) rm -f "$kept";; esac';
const secretService = (toolPath: string, limitMs = 5_000) =>
  openSecretService({ toolPath, sessionBusAddress: 'unix:path=/nowhere', limitMs, log: SILENT_LOG });

describe('without a key store', () => {
  it('keeps the credential in a file that only its owner can read, and says so', async () => {
    const store = open();
    expect(store.storage).toBe('none');

    await store.write(ENROLLED);

    expect(store.storage).toBe('owner-only-file');
    expect(statSync(join(dir, 'identity.json')).mode & 0o777).toBe(0o600);
    expect(await open().read()).toEqual(ENROLLED);
  });

  it('has one instance id for the life of the folder', () => {
    const { instanceId } = open();

    expect(open().instanceId).toBe(instanceId);
  });

  it('keeps its workstation when the credential is void, and becomes another one when it was a copy', async () => {
    const store = open();
    const { instanceId } = store;
    await store.write(ENROLLED);

    await store.forget(false);
    expect([store.storage, store.workstationId, store.instanceId]).toEqual(['none', 'w-1', instanceId]);

    await store.forget(true);
    expect(store.workstationId).toBeNull();
    expect(store.instanceId).not.toBe(instanceId);
  });

  it('moves a damaged identity aside and begins a new one', () => {
    const first = open();
    writeFileSync(join(dir, 'identity.json'), everything().slice(0, 20));

    const second = open();

    expect(second.instanceId).not.toBe(first.instanceId);
    expect(existsSync(join(dir, 'identity.json.damaged'))).toBe(true);
  });
});

describe('with a key store', () => {
  it('keeps the credential there and out of the file', async () => {
    const keyStore = secretService(aSecretTool(WORKING));
    const store = open(keyStore);

    await store.write(ENROLLED);

    expect(store.storage).toBe('key-store');
    expect(everything()).not.toContain(CREDENTIAL);
    expect(await open(keyStore).read()).toEqual(ENROLLED);
    await store.forget(false);
    expect(await open(keyStore).read()).toBeNull();
  });

  it.each([
    ['refuses', 'exit 1'],
    ['waits for a person', 'exec sleep 30'],
  ])('falls back to the file when the store %s', async (_, body) => {
    const store = open(secretService(aSecretTool(body), 200));

    await store.write(ENROLLED);

    expect(store.storage).toBe('owner-only-file');
    expect(await store.read()).toEqual(ENROLLED);
  });

  it('has no credential, and asks nobody for one, when the store lost it', async () => {
    const keyStore = secretService(aSecretTool(WORKING));
    await open(keyStore).write(ENROLLED);
    rmSync(join(dir, 'kept'));

    expect(await open(keyStore).read()).toBeNull();
  });

  it('is not there without the tool or without a session bus', () => {
    const toolPath = aSecretTool(WORKING);

    expect(openSecretService({ toolPath, sessionBusAddress: undefined, log: SILENT_LOG })).toBeNull();
    expect(openSecretService({ toolPath, sessionBusAddress: '', log: SILENT_LOG })).toBeNull();
  });
});
