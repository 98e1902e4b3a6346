/** A person's own contact in the panel, in real Chromium: read when opened, checked, written, refused; judged by axe. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type OwnContact, ownContactSchema } from '../../shared/contact.ts';
import { failure, type Outcome, success } from '../../shared/outcome.ts';
import { anOffice } from '../support/an-office.ts';
import { violationsOf } from '../support/axe.ts';
import { launchBrowser, openPage, shotPath } from '../support/browser.ts';
import { makeFakeHost } from '../support/fake-bridge.ts';
import { builtPage, startPageServer } from '../support/page-server.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

interface Scene {
  readonly page: Page;
  readonly written: readonly OwnContact[];
}

async function open(answer: (contact: OwnContact) => Outcome<unknown> = success): Promise<Scene> {
  const written: OwnContact[] = [];
  const known = { mail: 'ana@example.com', phone: null, chatUrl: null, isVisible: false };
  const host = makeFakeHost(anOffice(), ({ name, input }) => {
    if (name === 'myContact') return success(known);
    if (name !== 'setContact') return success(null);
    const contact = ownContactSchema.parse(input);
    written.push(contact);
    return answer(contact);
  });
  const server = await startPageServer(await builtPage('panel'), { host });
  const { page, close } = await openPage(browser, server.url, { width: 420, height: 760, scheme: 'light' });
  onTestFinished(async () => {
    await close();
    await server.stop();
  });
  await page.getByRole('button', { name: 'How others reach me' }).click();
  return { page, written };
}

describe('my contact', () => {
  it('shows what is known, checks what is typed, and writes it with its switch', async () => {
    const { page, written } = await open();
    const dialog = page.getByRole('dialog', { name: 'How others reach me' });
    await expect.poll(() => dialog.getByLabel('Mail').inputValue()).toBe('ana@example.com');

    await dialog.getByLabel('Chat link').fill('javascript:alert(1)');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('Write a link that starts with https://').waitFor();
    expect(written).toEqual([]);
    expect(await violationsOf(page)).toEqual([]);
    await page.screenshot({ path: shotPath('panel-contact') });
    await dialog.getByLabel('Chat link').fill('https://chat.example/ana');
    await dialog.getByLabel('Colleagues may see it').check();
    await dialog.getByRole('button', { name: 'Save' }).click();

    await page.getByText('Saved.').waitFor();
    expect(written).toEqual([
      { mail: 'ana@example.com', phone: null, chatUrl: 'https://chat.example/ana', isVisible: true },
    ]);
  });

  it('keeps what was typed when the server cannot be reached, and says so', async () => {
    const { page } = await open(() => failure('OFFLINE', 'The server cannot be reached (ECONNREFUSED).'));
    const dialog = page.getByRole('dialog', { name: 'How others reach me' });
    await dialog.getByLabel('Phone').fill('+49 351 1234');
    await dialog.getByRole('button', { name: 'Save' }).click();

    await dialog.getByText('The server cannot be reached').waitFor();
    expect(await dialog.getByLabel('Phone').inputValue()).toBe('+49 351 1234');
  });
});
