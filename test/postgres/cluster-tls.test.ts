/** Two servers with certificates: their link is encrypted, and a certificate that is not good for the name is refused. */
import { get } from 'node:https';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { makeCertificate } from '../bench/self-signed.ts';
import { eventually, temporaryFolder } from '../support/house.ts';
import type {} from '../support/postgres-setup.ts';
import { type FleetServer, ServerFleet } from '../support/server-fleet.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function readiness({ url }: FleetServer, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(new URL('/readyz', url), { ca }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve(text));
    }).on('error', reject);
  });
}

async function aTlsFleet(): Promise<{ fleet: ServerFleet; args: string[]; ca: string }> {
  const folder = temporaryFolder('tls');
  cleanups.push(folder.remove);
  const { certPath, keyPath, pem } = makeCertificate(folder.path);
  const fleet = await ServerFleet.open(inject('postgresUrl'));
  cleanups.push(() => fleet.stop());
  return { fleet, args: ['--tls-cert', certPath, '--tls-key', keyPath], ca: pem };
}

describe('the link between servers with certificates', () => {
  it('[L113] is made over TLS', async () => {
    const { fleet, args, ca } = await aTlsFleet();
    const owner = await fleet.start('one', args);
    const follower = await fleet.start('two', args);

    expect(owner.url).toMatch(/^https:/);
    await eventually('it follows', async () => (await readiness(follower, ca)).includes('follower'));
    expect(await readiness(owner, ca)).toContain('owner');
  });

  it('[L113] is not made with a server whose certificate is for another name', async () => {
    const { fleet, args, ca } = await aTlsFleet();
    const owner = await fleet.start('one', args);
    // Reached by a name that its certificate does not have.
    await owner.process.stop();
    const named = await fleet.start('one', [
      ...args,
      '--instance-url',
      owner.url.replace('127.0.0.1', 'localhost'),
    ]);
    const follower = await fleet.start('two', args);

    expect(await readiness(named, ca)).toContain('owner');
    expect(await readiness(follower, ca)).toContain('NOT_READY');
  });
});
