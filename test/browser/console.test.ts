/** The built console in real Chromium, served by the real server, with raw agents as its workstations. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  launchBrowser,
  namelessNodes,
  openPage,
  type PageLook,
  shotPath,
  sidewaysScroll,
} from '../support/browser.ts';
import { arrive, contend, idle, started } from '../support/contended-pool.ts';
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
}

async function open(look: PageLook = LOOK): Promise<Scene> {
  const server = await startTestServer({ consoleDir });
  const { page, complaints, close } = await openPage(browser, server.url, look);
  onTestFinished(async () => {
    await close();
    await server.stop();
  });
  // A lost socket and a refused sign-in are part of some tests; everything else is a fault of the page.
  const isFault = (text: string) => !/WebSocket|status of 40[01]|ERR_CONNECTION_REFUSED/.test(text);
  onTestFinished(() => expect(complaints.filter(isFault)).toEqual([]));
  return { page, server };
}

async function signIn(page: Page, token: string | null): Promise<void> {
  await page.getByLabel('Admin token').fill(token ?? '');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
}

const goTo = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name, exact: true }).click();

describe('the console', () => {
  it('lets in who has the token, tells who has not what to do, and lets them out again', async () => {
    const { page, server } = await open();

    await page.getByLabel('Admin token').fill('usher_admin_wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('The token is not valid.').waitFor();
    await page.screenshot({ path: shotPath('console-sign-in') });
    await signIn(page, server.server.adminToken);
    await page.reload();
    await page.getByRole('heading', { name: 'Nothing needs you now.' }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Admin token').waitFor();
    await page.reload();

    await page.getByLabel('Admin token').waitFor();
  });

  it('makes a pool, shows its users as they come without a reload, and edits its capacity', async () => {
    const { page, server } = await open();
    await signIn(page, server.server.adminToken);

    await page.getByRole('link', { name: 'Make a pool' }).click();
    const form = page.getByRole('dialog', { name: 'Make a pool' });
    await form.getByRole('button', { name: 'Create the pool' }).click();
    await form.getByText('Give it a name').waitFor();
    await form.getByLabel('Name').fill('FreeCAD');
    await form.getByLabel('Seats', { exact: true }).fill('1');
    await form.getByLabel('Products it serves').fill('freecad');
    await form.getByRole('checkbox', { name: 'FreeCAD (FreeCAD)' }).check();
    await page.screenshot({ path: shotPath('console-pool-form-light') });
    await form.getByRole('button', { name: 'Create the pool' }).click();
    await page.getByRole('heading', { name: 'FreeCAD', exact: true }).waitFor();
    await page.getByText('Nobody has a seat now.').waitFor();

    const ana = await arrive(server, { name: 'Ana Ruiz', workstation: 'cad-07' });
    await ana.tell(started('s-ana', 95), idle('s-ana', 34));
    const row = page.getByRole('row', { name: /Ana Ruiz/ });
    await row.getByText('cad-07').waitFor();
    await row.getByText('idle 34 min').waitFor();
    const mei = await arrive(server, { name: 'Mei Lin', workstation: 'cad-31' });
    await mei.tell(started('s-mei', 4));
    await page
      .getByRole('row', { name: /Mei Lin/ })
      .getByText('without a seat')
      .waitFor();

    await page.getByRole('button', { name: 'Edit' }).click();
    const edit = page.getByRole('dialog', { name: 'Edit FreeCAD' });
    await edit.getByLabel('Seats', { exact: true }).fill('5');
    await edit.getByLabel('Observe').check();
    await edit.getByRole('button', { name: 'Save the changes' }).click();
    await page.getByText('FreeCAD is saved.').waitFor();
    await page.getByText('of 5').waitFor();
    expect((await server.ask('GET', 'pools/freecad')).body.settings).toMatchObject({
      capacity: 5,
      enforcement: 'observe',
    });
  });

  it('frees a seat with a reason, after saying what will happen', async () => {
    const { page, server } = await open();
    await contend(server);
    await signIn(page, server.server.adminToken);
    await goTo(page, 'Products');
    await page.getByRole('link', { name: 'FreeCAD' }).first().click();

    await page.getByRole('button', { name: 'Free this seat: Ana Ruiz' }).click();
    const dialog = page.getByRole('dialog', { name: 'Free the seat of Ana Ruiz' });
    await dialog.getByText('FreeCAD on cad-07 keeps running, without a seat').waitFor();
    expect(await dialog.getByRole('button', { name: 'Free the seat' }).isDisabled()).toBe(true);
    await dialog.getByLabel('Reason, for the log').fill('On leave since Monday');
    await page.screenshot({ path: shotPath('console-free-seat') });
    await dialog.getByRole('button', { name: 'Free the seat' }).click();

    await page.getByText('The seat of Ana Ruiz is free.').waitFor();
    await page
      .getByRole('row', { name: /Ana Ruiz/ })
      .getByText('without a seat')
      .waitFor();
    await page.getByRole('row', { name: /Mei Lin.*holds one/ }).waitFor();
  });

  it('makes an enrollment token, shows it once, and revokes it', async () => {
    const { page, server } = await open();
    await signIn(page, server.server.adminToken);
    await goTo(page, 'Enrollment');

    await page.getByRole('button', { name: 'Make a token' }).click();
    await page.getByLabel('What is it for?').fill('CAD room');
    await page.getByRole('button', { name: 'Make the token' }).click();
    const shown = page.getByRole('dialog', { name: 'Copy this token now' });
    const token = (await shown.locator('code').textContent()) ?? '';
    await server.enroll({ token, instanceId: 'i9', account: { id: '9', name: 'kim' } });
    await shown.getByRole('button', { name: 'I have copied it' }).click();
    await page.getByRole('row', { name: /CAD room valid until/ }).waitFor();
    expect(await page.content()).not.toContain(token);
    await page.getByRole('button', { name: 'Revoke: CAD room' }).click();
    await page.getByRole('button', { name: 'Revoke the token' }).click();
    await page.getByRole('row', { name: /CAD room revoked/ }).waitFor();

    await expect(server.enroll({ token, instanceId: 'i10' })).rejects.toThrow('REVOKED');
  });

  it('says what needs attention, and how old that is when the server is gone', async () => {
    const { page, server } = await open();
    await contend(server);
    await signIn(page, server.server.adminToken);

    await page.getByText('1 person waits for FreeCAD; all 2 seats are in use.').waitFor();
    await page.getByText('1 holder is idle, the longest for 34 min.').waitFor();
    await page.getByText('1 request found no seat today (FreeCAD).').waitFor();
    await page.getByText('live', { exact: true }).waitFor();
    await server.stop();

    await page.getByText(/^as of \d\d:\d\d$/).waitFor();
  });

  it('shows every page with names for a screen reader, in light and dark, narrow and wide', async () => {
    for (const look of [
      { ...LOOK, scheme: 'light' },
      { ...LOOK, scheme: 'dark' },
      { width: 390, height: 844, scheme: 'light' },
    ] as const) {
      const { page, server } = await open(look);
      await contend(server);
      await signIn(page, server.server.adminToken);
      const size = look.width < 500 ? 'narrow' : 'wide';
      const pages = [
        ['Overview', /waits for FreeCAD/],
        ['Products', /Products Usher recognizes/],
        ['Queue and offers', /Mei Lin/],
        ['Workstations', /cad-12/],
        ['People and groups', /Tom Baker/],
        ['Denials', /no seat was free/],
        ['Usage', /By product/],
        ['Enrollment', /A workstation joins with a token/],
        ['Log', /session opened/],
      ] as const;
      for (const [name, text] of pages) {
        await goTo(page, name);
        await page.getByRole('main').getByText(text).first().waitFor();
        if (name === 'Products') await page.getByRole('row', { name: /Blender/ }).waitFor();
        expect(await sidewaysScroll(page), name).toBe(0);
        expect(await namelessNodes(page), name).toEqual([]);
        const shot = `console-${name.toLowerCase().replaceAll(' ', '-')}-${size}-${look.scheme}`;
        await page.screenshot({ path: shotPath(shot) });
      }
      await goTo(page, 'Products');
      await page.getByRole('main').getByRole('link', { name: 'FreeCAD' }).first().click();
      await page.getByRole('heading', { name: 'Holders' }).waitFor();
      expect(await sidewaysScroll(page)).toBe(0);
      await page.screenshot({ path: shotPath(`console-pool-${size}-${look.scheme}`) });
      await page.getByRole('button', { name: 'Edit' }).click();
      await page.getByRole('dialog').waitFor();
      await page.screenshot({ path: shotPath(`console-edit-${size}-${look.scheme}`) });
    }
  });
});
