/** Panel and console judged by axe-core in real Chromium, light and dark. axe is evaluated past the page's policy. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { NOW } from '../support/a-state.ts';
import { anOffice } from '../support/an-office.ts';
import { violationsOf } from '../support/axe.ts';
import { launchBrowser, openPage } from '../support/browser.ts';
import { contend } from '../support/contended-pool.ts';
import { makeFakeHost } from '../support/fake-bridge.ts';
import { builtPage, startPageServer } from '../support/page-server.ts';
import { startTestServer } from '../support/test-server.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

describe.each(['light', 'dark'] as const)('in %s', (scheme) => {
  it('finds nothing against WCAG 2.2 AA in the panel, closed and with a pool opened', async () => {
    const server = await startPageServer(await builtPage('panel'), { host: makeFakeHost(anOffice()) });
    const { page, close } = await openPage(browser, 'about:blank', { width: 420, height: 760, scheme });
    onTestFinished(async () => {
      await close();
      await server.stop();
    });
    await page.clock.setFixedTime(NOW);
    await page.goto(server.url);
    await page.getByRole('heading', { name: 'Seats' }).waitFor();
    expect(await violationsOf(page)).toEqual([]);

    await page.getByRole('button', { name: /^AutoCAD/ }).click();
    await page.getByRole('region', { name: 'Holders and queue of AutoCAD' }).waitFor();
    expect(await violationsOf(page)).toEqual([]);
  });

  it('finds nothing against WCAG 2.2 AA on any page of the console', async () => {
    const server = await startTestServer({ consoleDir: await builtPage('console') });
    const { page, close } = await openPage(browser, server.url, { width: 1280, height: 860, scheme });
    onTestFinished(async () => {
      await close();
      await server.stop();
    });
    await contend(server);
    expect(await violationsOf(page)).toEqual([]);
    await page.getByLabel('Admin token').fill(server.server.adminToken ?? '');
    await page.getByRole('button', { name: 'Sign in' }).click();
    const pages = page.getByRole('navigation', { name: 'Pages' });
    await pages.waitFor();
    const names = await pages.getByRole('link').allTextContents();
    expect(names.length).toBeGreaterThan(5);
    const found: string[] = [];
    for (const name of names) {
      await pages.getByRole('link', { name, exact: true }).click();
      await page.getByRole('heading', { level: 1 }).waitFor();
      found.push(...(await violationsOf(page)).map((line) => `${name}: ${line}`));
    }
    expect(found).toEqual([]);
  });
});
