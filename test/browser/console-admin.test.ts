/** What an admin does in the console beyond pools and seats: people, groups, shares, admission, warned releases, denials. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { violationsOf } from '../support/axe.ts';
import { launchBrowser, openPage, type PageLook, shotPath, sidewaysScroll } from '../support/browser.ts';
import { contend } from '../support/contended-pool.ts';
import { builtPage } from '../support/page-server.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

let browser: Browser;
let consoleDir: string;
beforeAll(async () => {
  consoleDir = await builtPage('console');
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const LOOK: PageLook = { width: 1280, height: 860, scheme: 'light' };

interface Scene {
  readonly page: Page;
  readonly server: TestServer;
  /** A page of the console by its address after #. */
  readonly show: (address: string) => Promise<void>;
}

/** A contended pool, signed in. */
async function open(look: PageLook = LOOK): Promise<Scene> {
  const server = await startTestServer({ consoleDir });
  await contend(server);
  const { page, complaints, close } = await openPage(browser, server.url, look);
  onTestFinished(async () => {
    await close();
    await server.stop();
    const isFault = (text: string) => !/WebSocket|status of 4\d\d|ERR_CONNECTION_REFUSED/.test(text);
    expect(complaints.filter(isFault)).toEqual([]);
  });
  await page.getByLabel('Admin token').fill(server.server.adminToken ?? '');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
  const show = async (address: string) => {
    await page.evaluate((hash) => {
      window.location.hash = hash;
    }, address);
  };
  return { page, server, show };
}
const personOf = async (server: TestServer, name: string) =>
  (await server.ask('GET', `people?search=${encodeURIComponent(name)}`)).body.items[0];

describe('people and groups', () => {
  it('imports people from a file after saying what would change', async () => {
    const { page, server, show } = await open();
    const dir = mkdtempSync(join(tmpdir(), 'usher-import-'));
    onTestFinished(() => rmSync(dir, { recursive: true }));
    const file = join(dir, 'people.csv');
    writeFileSync(
      file,
      'login;name;mail;groups;room\nMei Lin;;mei@example.com;CAD|Bridge 12;4\nzoe;Zoe Ek;zoe@example.com;CAD;5\nbad;;no mail;;\n',
    );
    await show('#/people');

    await page.getByRole('button', { name: 'Import' }).click();
    const dialog = page.getByRole('dialog', { name: 'Import people' });
    await page.setInputFiles('input[type=file]', file);
    await dialog.getByRole('button', { name: 'Look what would change' }).click();
    await dialog.getByText('1 person would be added, 1 changed, 0 stay as they are.').waitFor();
    await dialog.getByText('New groups: CAD, Bridge 12.').waitFor();
    await dialog.getByText('Line 4: mail: This is not a mail address').waitFor();
    await page.screenshot({ path: shotPath('console-import') });
    expect(await personOf(server, 'Zoe')).toBeUndefined();
    await dialog.getByRole('button', { name: 'Import it' }).click();

    await page.getByText('1 person added, 1 changed.').waitFor();
    await page.getByRole('row', { name: /Mei Lin.*Bridge 12, CAD|Mei Lin.*CAD, Bridge 12/ }).waitFor();
    await page.getByRole('link', { name: 'mei@example.com' }).waitFor();
  });

  it('adds a person, writes a contact, finds by name, and erases', async () => {
    const { page, server, show } = await open();
    await show('#/people');

    await page.getByRole('button', { name: 'Add a person' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Nora Falk');
    await page.getByLabel('Login name').fill('nora');
    await page.getByRole('button', { name: 'Add the person' }).click();
    await page.getByText('Nora Falk is added.').waitFor();
    await page.getByRole('button', { name: 'Contact of Nora Falk' }).click();
    const contact = page.getByRole('dialog', { name: 'How Nora Falk can be reached' });
    await contact.getByLabel('Mail').fill('nora');
    await contact.getByRole('button', { name: 'Save' }).click();
    await contact.getByText('Write a mail address').waitFor();
    await contact.getByLabel('Mail').fill('nora@example.com');
    await contact.getByLabel('Colleagues may see it').check();
    await contact.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('link', { name: 'nora@example.com' }).waitFor();
    await page.getByLabel('Search by name').fill('falk');
    await expect.poll(() => page.getByRole('row').count()).toBe(2);
    await page.getByRole('button', { name: 'Erase Nora Falk' }).click();
    await page.getByText('The audit keeps an id that tells nothing.').waitFor();
    await page.getByRole('button', { name: 'Erase the person' }).click();

    await page.getByText('The person is erased.').waitFor();
    expect(await personOf(server, 'Nora')).toBeUndefined();
  });

  it('makes groups within one another, and lets people join and leave', async () => {
    const { page, server, show } = await open();
    await show('#/people?tab=groups');

    await page.getByText('There are no groups.').waitFor();
    for (const [name, within] of [
      ['Engineering', null],
      ['Bridge 12', 'Engineering'],
    ] as const) {
      await page.getByRole('button', { name: 'Make a group' }).click();
      const form = page.getByRole('dialog', { name: 'Make a group' });
      await form.getByLabel('Name').fill(name);
      if (within !== null) await form.getByLabel('Lies in').selectOption({ label: within });
      await form.getByRole('button', { name: 'Make the group' }).click();
      await page.getByText(`${name} is saved.`).waitFor();
    }
    await page.getByRole('link', { name: 'Bridge 12' }).click();
    await page.getByLabel('Search by name').fill('mei');
    await page.getByRole('button', { name: 'Add Mei Lin' }).click();
    await page.getByRole('row', { name: /Mei Lin/ }).waitFor();
    expect((await server.ask('GET', 'groups/bridge-12')).body).toMatchObject({
      members: 1,
      parentId: 'engineering',
    });
    await page.getByRole('button', { name: 'Take out Mei Lin' }).click();
    await page.getByText('Nobody is in this group itself.').waitFor();
  });
});

describe('a pool', () => {
  it('is divided: a share, a limit, somebody kept from it, and who can get what now', async () => {
    const { page, server, show } = await open();
    await server.ask('PUT', 'groups/bridge', { name: 'Bridge 12' });
    const mei = await personOf(server, 'Mei');
    await server.ask('POST', 'groups/bridge/members', { add: [mei.userId] });
    await server.ask('PATCH', 'pools/freecad', { settings: { capacity: 4 } });
    await show('#/pools/freecad?tab=allocation');

    await page.getByRole('button', { name: 'Give a group a share' }).click();
    const form = page.getByRole('dialog', { name: 'Give a group a share' });
    await form.getByLabel('Reserved units').fill('2');
    await form.getByLabel('Never more than').fill('3');
    await form.getByRole('button', { name: 'Save the share' }).click();
    await page.getByRole('row', { name: /Bridge 12 2 3 – 1 0 0 1/ }).waitFor();
    await page.getByRole('row', { name: /everybody else .* the rest is kept for other groups/ }).waitFor();
    await page.getByLabel('Most units for one person').fill('1');
    await page.getByLabel('Unused reserved seats').selectOption({ label: 'are lent until a member asks' });
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await expect
      .poll(async () => (await server.ask('GET', 'pools/freecad')).body.settings.allocation)
      .toMatchObject({ unitsPerUser: 1, lending: 'until-asked' });
    await page.getByRole('button', { name: 'Keep somebody from it' }).click();
    const deny = page.getByRole('dialog', { name: 'Keep somebody from these seats' });
    await deny.getByLabel('A person or a group').fill('tom');
    await deny.getByRole('button', { name: 'Tom Baker' }).click();
    await deny.getByLabel('Reason; they are told it').fill('No training yet');
    await deny.getByRole('button', { name: 'Keep them from it' }).click();
    await page.getByRole('row', { name: /Tom Baker No training yet until it is lifted/ }).waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.screenshot({ path: shotPath('console-allocation'), fullPage: true });
    await page.getByRole('button', { name: 'Let them in again: Tom Baker' }).click();
    await page.getByText('Nobody is kept from these seats.').waitFor();
  });

  it('is paused with a reason, and opened again', async () => {
    const { page, server, show } = await open();
    await show('#/pools/freecad');

    await page.getByRole('button', { name: 'Pause it' }).click();
    const dialog = page.getByRole('dialog', { name: 'Pause it: FreeCAD' });
    await dialog.getByLabel('Reason, for the log').fill('License server moves');
    await dialog.getByRole('button', { name: 'Pause it' }).click();
    await page.getByText('FreeCAD: paused.').waitFor();
    await page.getByRole('button', { name: 'Open it' }).waitFor();
    expect((await server.ask('GET', 'pools/freecad')).body.settings.admission).toBe('paused');
    await show('#/log');
    await page.getByText('License server moves').first().waitFor({ state: 'attached' });
  });

  it('gets working hours and quiet hours, with days, times and a zone', async () => {
    const { page, server, show } = await open();
    await show('#/pools/freecad?tab=settings');
    await page.getByRole('button', { name: 'Edit' }).click();
    const form = page.getByRole('dialog', { name: 'Edit FreeCAD' });
    await form.getByText('More', { exact: true }).click();

    await form.getByLabel('Working hours: At stated hours').check();
    await form.getByLabel('Working hours: Sat').check();
    await form.getByLabel('Working hours: From').fill('07:30');
    await form.getByLabel('Working hours: Time zone').selectOption('Europe/Berlin');
    await form.getByLabel('Quiet hours: At stated hours').check();
    await form.getByLabel('Quiet hours: to').fill('07:00');
    await form.getByRole('button', { name: 'Save the changes' }).click();
    await form.getByText('Choose days, and an end that is after the start.').waitFor();
    await form.getByLabel('Quiet hours: From').fill('05:00');
    await page.screenshot({ path: shotPath('console-hours') });
    await form.getByRole('button', { name: 'Save the changes' }).click();

    await page.getByText('Mon-Sat 07:30-18:00 Europe/Berlin').waitFor();
    expect((await server.ask('GET', 'pools/freecad')).body.settings.quietHours.spans).toHaveLength(5);
  });

  it('[L150] announces the end of a seat, shows the agent’s word live, and takes it back', async () => {
    const { page, server, show } = await open();
    await show('#/pools/freecad');

    await page.getByRole('button', { name: 'Free this seat: Ana Ruiz' }).click();
    const ask = page.getByRole('dialog', { name: 'Free the seat of Ana Ruiz' });
    await ask.getByLabel('Reason, for the log').fill('Deadline of team B');
    await ask.getByLabel('After a warning').check();
    await ask.getByRole('button', { name: 'Warn the holder' }).click();
    const told = page.getByRole('dialog', { name: 'Announced end of the seat of Ana Ruiz' });
    await told.getByText('Their agent has not said yet whether work is unsaved.').waitFor();
    const ana = await personOf(server, 'Ana');
    const [{ leaseId }] = (await server.ask('GET', `leases?userId=${ana.userId}`)).body.items;
    await server.server.ledger.submit({
      commandId: 'the-word-of-the-agent',
      by: { kind: 'server' },
      command: {
        kind: 'report-unsaved',
        ...{ userId: ana.userId, workstationId: 'w', leaseId, unsavedWork: 'yes' },
      },
    });
    await told.getByText('Their agent says: unsaved work is open there.').waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.screenshot({ path: shotPath('console-warned') });
    await told.getByRole('button', { name: 'Close', exact: true }).last().click();
    await page.getByRole('row', { name: /Ana Ruiz.*ends \d\d:\d\d/ }).waitFor();
    await page.getByRole('button', { name: 'Announced end: Ana Ruiz' }).click();
    await told.getByRole('button', { name: 'Let them keep it' }).click();

    await page.getByText('Ana Ruiz keeps the seat.').waitFor();
    await page.getByRole('button', { name: 'Free this seat: Ana Ruiz' }).waitFor();
  });
});

describe('every new page', () => {
  it.each([
    { ...LOOK, scheme: 'light' },
    { ...LOOK, scheme: 'dark' },
    { width: 390, height: 844, scheme: 'light' },
  ] as const)('fits and passes WCAG 2.2 AA at $width px in $scheme', async (look) => {
    const { page, server, show } = await open(look);
    await server.ask('PUT', 'groups/engineering', { name: 'Engineering' });
    await server.ask('PUT', 'groups/bridge', { name: 'Bridge 12', parentId: 'engineering' });
    await server.ask('PUT', 'pools/freecad/shares/bridge', { reservedUnits: 1, capUnits: 2 });
    const mei = await personOf(server, 'Mei');
    await server.ask('PUT', `people/${mei.userId}/contact`, {
      ...{ mail: 'mei@example.com', phone: '+49 351 1234', chatUrl: null, isVisible: true },
    });
    for (const [address, text] of [
      ['#/people', /mei@example.com/],
      ['#/people?tab=groups', /Bridge 12/],
      ['#/people?tab=groups&group=bridge', /Members of Bridge 12/],
      ['#/pools/freecad', /Holders/],
      ['#/pools/freecad?tab=queue', /Mei Lin/],
      ['#/pools/freecad?tab=users', /in the last 30 days/],
      ['#/pools/freecad?tab=allocation', /Who can get what now/],
      ['#/pools/freecad?tab=settings', /Quiet hours/],
      ['#/denials', /By product/],
    ] as const) {
      await show(address);
      await page.getByRole('main').getByText(text).first().waitFor();
      expect(await sidewaysScroll(page), address).toBe(0);
      expect(await violationsOf(page), address).toEqual([]);
      const name = address.replaceAll(/[^a-z]+/g, '-').replace(/^-/, '');
      await page.screenshot({ path: shotPath(`admin-${name}-${look.width}-${look.scheme}`) });
    }
  });
});
