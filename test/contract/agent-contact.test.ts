/** A person's own contact, from the agent's side: written with its credential to a real server, and what fails. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createMyContact } from '../../main/agent/report/my-contact.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

let house: TestServer;
beforeAll(async () => {
  house = await startTestServer();
});
afterAll(() => house.stop());

const own = { mail: 'ana@example.com', phone: null, chatUrl: null, isVisible: true };
const asEnrolled = (serverUrl: string, credential: string) => ({
  read: async () => ({ serverUrl, credential, workstationId: 'w', userId: 'u' }),
});

it('writes the contact of the person whose agent it is, and reads it again', async () => {
  const { credential, userId } = await house.enroll();
  const contact = createMyContact(asEnrolled(house.url, credential));

  expect(await contact.read()).toMatchObject({ ok: true, value: { mail: null, isVisible: false } });
  expect(await contact.write(own)).toEqual({ ok: true, value: own });
  expect(await contact.read()).toEqual({ ok: true, value: own });
  expect((await house.ask('GET', `people/${userId}`)).body.contact).toMatchObject({ ...own, source: 'self' });
});

it('says what is wrong where the credential is void, nobody enrolled, or no server answers', async () => {
  const { credential } = await house.enroll({ instanceId: 'other' });

  expect(await createMyContact(asEnrolled(house.url, 'ushd_void')).write(own)).toMatchObject({
    ok: false,
    code: 'BAD_CREDENTIAL',
  });
  expect(await createMyContact({ read: async () => null }).read()).toMatchObject({
    ok: false,
    code: 'OFFLINE',
  });
  expect(await createMyContact(asEnrolled('http://127.0.0.1:9', credential)).read()).toMatchObject({
    ok: false,
    code: 'OFFLINE',
    message: /cannot be reached \(ECONNREFUSED\)/,
  });
});
