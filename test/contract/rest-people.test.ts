/** People by REST: list and search, contacts and who sees them, import and export, erasure. Against a real server. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { factsFrom, started } from '../support/facts.ts';
import { type Reply, startTestServer, type TestServer } from '../support/test-server.ts';

let house: TestServer;
beforeAll(async () => {
  house = await startTestServer();
});
afterAll(() => house.stop());

const csv = (text: string | Buffer, query = '') =>
  fetch(new URL(`/api/v1/people.csv${query}`, house.url), {
    method: 'POST',
    headers: { authorization: `Bearer ${house.server.adminToken}`, 'content-type': 'text/csv' },
    body: typeof text === 'string' ? text : new Uint8Array(text),
  }).then(async (response) => ({ status: response.status, body: (await response.json()) as Reply['body'] }));

describe('people', () => {
  it('are added before they enroll, and their first agent joins them', async () => {
    const added = await house.ask('POST', 'people', {
      name: 'Ana Ruiz',
      accounts: [{ authority: 'simulated', login: 'Ana' }],
      contact: { mail: 'ana@example.com', phone: null, chatUrl: null, isVisible: true },
    });
    const identity = await house.enroll({ account: { name: 'ANA', id: '1' }, instanceId: 'i-ana' });

    expect(added.status).toBe(201);
    expect(added.headers.get('location')).toBe(`/api/v1/people/${added.body.userId}`);
    expect(identity.userId).toBe(added.body.userId);
    expect((await house.ask('GET', `people/${identity.userId}`)).body).toMatchObject({
      name: 'Ana Ruiz',
      accounts: [{ authority: 'simulated', login: 'Ana' }],
      contact: { mail: 'ana@example.com', source: 'admin', isVisible: true },
      groupIds: [],
    });
  });

  it('are renamed, and never given the account of somebody else', async () => {
    const bob = (
      await house.ask('POST', 'people', { name: 'Bob', accounts: [{ authority: 'unix', login: 'bob' }] })
    ).body;

    expect((await house.ask('PATCH', `people/${bob.userId}`, { name: 'Bob Ek' })).body.name).toBe('Bob Ek');
    const stolen = await house.ask('PATCH', `people/${bob.userId}`, {
      accounts: [{ authority: 'simulated', login: 'ana' }],
    });
    expect([stolen.status, stolen.body.code]).toEqual([409, 'ACCOUNT_TAKEN']);
    expect(
      (
        await house.ask('PATCH', `people/${bob.userId}`, {
          accounts: [{ authority: 'windows', login: 'Bob' }],
        })
      ).body.accounts,
    ).toEqual([{ authority: 'windows', login: 'Bob' }]);
  });

  it('are paged by name and found by parts of it', async () => {
    for (const name of ['Zoe Adler', 'zoe Brandt', 'Zoë'])
      await house.ask('POST', 'people', { name, accounts: [{ authority: 'unix', login: `s-${name}` }] });

    const first = (await house.ask('GET', 'people?search=zoe&limit=1')).body;
    const second = (await house.ask('GET', `people?search=zoe&limit=1&cursor=${first.cursor}`)).body;

    expect([first.items[0].name, second.items[0].name, second.cursor]).toEqual([
      'Zoe Adler',
      'zoe Brandt',
      null,
    ]);
    expect((await house.ask('GET', 'people?search=adler+zoe')).body.items).toHaveLength(1);
  });

  it.each([
    ['GET', 'people/nobody', undefined, 'PERSON_UNKNOWN'],
    ['PATCH', 'people/nobody', { name: 'X' }, 'PERSON_UNKNOWN'],
    ['GET', 'people/nobody/contact', undefined, 'PERSON_UNKNOWN'],
    [
      'PUT',
      'people/nobody/contact',
      { mail: null, phone: null, chatUrl: null, isVisible: true },
      'PERSON_UNKNOWN',
    ],
    ['DELETE', 'people/nobody/contact', undefined, 'PERSON_UNKNOWN'],
    ['POST', 'people', { name: 'X', accounts: [] }, 'BAD_REQUEST'],
    ['POST', 'people.csv', {}, 'NOT_CSV'],
  ])('%s %s with %j is %s', async (method, path, body, code) => {
    expect((await house.ask(method, path, body)).body.code).toBe(code);
  });
});

describe('a contact', () => {
  it('is written, read and forgotten by an admin', async () => {
    const { userId } = await house.enroll({ account: { name: 'cem', id: '3' }, instanceId: 'i-cem' });
    const contact = { mail: 'cem@example.com', phone: '+49 351 1234', chatUrl: null, isVisible: false };

    expect((await house.ask('GET', `people/${userId}/contact`)).body.code).toBe('NOT_FOUND');
    expect((await house.ask('PUT', `people/${userId}/contact`, contact)).body).toMatchObject(contact);
    expect((await house.ask('GET', `people/${userId}/contact`)).body).toMatchObject({ source: 'admin' });
    for (const wrong of [
      { mail: 'cem' },
      { phone: 'call me' },
      { chatUrl: 'javascript:alert(1)' },
      { isVisible: 1 },
    ])
      expect((await house.ask('PUT', `people/${userId}/contact`, { ...contact, ...wrong })).status).toBe(400);
    expect((await house.ask('DELETE', `people/${userId}/contact`)).status).toBe(204);
    expect((await house.ask('GET', `people/${userId}`)).body.contact).toBeNull();
  });

  it('is the person’s own with the credential of their agent, and of nobody else', async () => {
    const dora = await house.enroll({ account: { name: 'dora', id: '4' }, instanceId: 'i-dora' });
    const asDora = { authorization: `Bearer ${dora.credential}` };
    const own = {
      mail: 'dora@example.com',
      phone: null,
      chatUrl: 'https://chat.example/dora',
      isVisible: true,
    };

    expect((await house.ask('GET', 'me/contact', undefined, asDora)).body).toEqual({
      ...{ mail: null, phone: null, chatUrl: null, isVisible: false },
    });
    expect((await house.ask('PUT', 'me/contact', own, asDora)).body).toEqual(own);
    expect((await house.ask('GET', `people/${dora.userId}/contact`)).body).toMatchObject({ source: 'self' });
    for (const authorization of ['Bearer wrong', `Bearer ${house.server.adminToken}`]) {
      const reply = await house.ask('PUT', 'me/contact', own, { authorization });
      expect([reply.status, reply.body.code]).toEqual([401, 'BAD_CREDENTIAL']);
    }
  });

  it('is seen by colleagues in the pool when it is visible, and not when it is hidden', async () => {
    const own = await startTestServer();
    await own.ask('POST', 'pools', { settings: { name: 'FreeCAD', capacity: 1 }, productIds: ['freecad'] });
    const eva = await own.agent({ account: { name: 'eva', id: '5' } });
    eva.agent.send(factsFrom(1, started('s-eva')));
    await eva.agent.take('ack');
    const holder = async () => (await own.ask('GET', 'pools/freecad')).body.view.holders[0];
    const contact = { mail: 'eva@example.com', phone: null, chatUrl: null };

    await own.ask('PUT', `people/${eva.identity.userId}/contact`, { ...contact, isVisible: true });
    expect((await holder()).contact).toEqual(contact);
    await own.ask('PUT', `people/${eva.identity.userId}/contact`, { ...contact, isVisible: false });
    expect((await holder()).contact).toBeNull();
    await own.stop();
  });
});

describe('an import', () => {
  it('says line by line what would change, changes nothing when dry, and the same again changes nothing', async () => {
    const text =
      'login,name,mail,groups,visible\nfinn,Finn Olsen,finn@example.com,CAD|Bridge,yes\nbad,,no mail,,\n';
    const wanted = {
      lines: 2,
      added: 1,
      changed: 0,
      unchanged: 0,
      problems: [{ line: 3, column: 'mail' }],
      newGroups: [{ name: 'CAD' }, { name: 'Bridge' }],
      steps: [{ line: 2, login: 'finn', kind: 'added' }],
    };

    const dry = await csv(text, '?dryRun=true');
    expect(dry.body).toMatchObject({ dryRun: true, ...wanted });
    expect((await house.ask('GET', 'people?search=finn')).body.items).toEqual([]);
    const real = await csv(text);
    expect(real.body).toMatchObject({ dryRun: false, ...wanted });
    expect((await house.ask('GET', 'people?search=finn')).body.items).toMatchObject([
      {
        name: 'Finn Olsen',
        contact: { mail: 'finn@example.com', source: 'import' },
        groupIds: ['cad', 'bridge'],
      },
    ]);
    const again = await csv(text);
    expect(again.body).toMatchObject({ added: 0, changed: 0, unchanged: 1, newGroups: [], steps: [] });
  });

  it('moves people between groups as the column says, and leaves own entries alone', async () => {
    const { credential, userId } = await house.enroll({
      account: { name: 'gus', id: '6' },
      instanceId: 'i-gus',
    });
    const own = { mail: 'gus@home.example', phone: null, chatUrl: null, isVisible: true };
    await house.ask('PUT', 'me/contact', own, { authorization: `Bearer ${credential}` });
    await csv('login,groups\ngus,CAD');

    const moved = await csv('login,groups,mail\ngus,Bridge,gus@work.example');

    expect(moved.body).toMatchObject({ changed: 1, keptOwnEntries: 1 });
    expect((await house.ask('GET', `people/${userId}`)).body).toMatchObject({
      groupIds: ['bridge'],
      contact: { mail: 'gus@home.example', source: 'self' },
    });
  });

  it('takes 50,000 lines while others are served', { timeout: 60_000 }, async () => {
    const own = await startTestServer();
    const lines = Array.from(
      { length: 50_000 },
      (_, index) => `p${index};Person ${index};p${index}@example.com;Dept ${index % 40}`,
    );
    const body = ['login;name;mail;groups', ...lines].join('\r\n');
    const importing = fetch(new URL('/api/v1/people.csv', own.url), {
      method: 'POST',
      headers: { authorization: `Bearer ${own.server.adminToken}`, 'content-type': 'text/csv' },
      body,
    });
    let served = 0;
    let isDone = false;
    const watching = (async () => {
      while (!isDone) {
        await own.ask('GET', 'about');
        served += 1;
      }
    })();

    const answer = (await (await importing).json()) as Reply['body'];
    isDone = true;
    await watching;

    expect(answer).toMatchObject({ lines: 50_000, added: 50_000, problems: [] });
    expect(answer.newGroups).toHaveLength(40);
    expect((await own.ask('GET', 'people?limit=1&groupId=dept-7')).body.items).toHaveLength(1);
    // Each part of the file lets others have their turn; read in one piece it would let in hardly anybody.
    expect(served).toBeGreaterThan(25);
    await own.stop();
  });

  it('reads back what the export wrote', async () => {
    const reply = await house.ask('GET', 'people.csv');

    expect(reply.headers.get('content-type')).toContain('text/csv');
    expect(reply.body).toContain('finn,unix,"Finn Olsen",finn@example.com');
    const again = await csv(reply.body, '?dryRun=true');
    expect(again.body).toMatchObject({ added: 0, changed: 0 });
  });

  it.each([
    ['', 'CSV_EMPTY'],
    ['name\nAna', 'CSV_HEADER'],
    [`login\n${'x\n'.repeat(100_001)}`, 'CSV_TOO_LONG'],
  ])('refuses a file whole that it cannot read (%#)', async (text, code) => {
    expect((await csv(text)).body.code).toBe(code);
  });
});
