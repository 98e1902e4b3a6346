/**
 * The main job watched in a browser: real server, real agent hosts of two people, a real process that the catalog
 * matches; both people's panels as their hosts serve them, and the console beside them.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFailed, onTestFinished } from 'vitest';
import { launchBrowser, openPage, shotPath, sidewaysScroll } from '../support/browser.ts';
import { endApplication, startTeam, type Team, type TeamMember } from '../support/house-team.ts';
import { builtPage } from '../support/page-server.ts';

let browser: Browser;
let team: Team;

beforeAll(async () => {
  await Promise.all([builtPage('panel'), builtPage('console')]);
  browser = await launchBrowser();
  team = await startTeam({
    name: 'watched',
    timing: { scanEveryMs: 200, renewEveryMs: 1_000, leaseTtlMs: 30_000, offerWindowMs: 60_000 },
    executables: ['gedit'],
  });
});
afterAll(async () => {
  await browser?.close();
  await team?.remove();
});

async function open(url: string, look: { width: number; scheme: 'light' | 'dark' }): Promise<Page> {
  const { page, complaints, close } = await openPage(browser, url, { height: 900, ...look });
  onTestFinished(async () => {
    await close();
    expect(complaints).toEqual([]);
  });
  return page;
}

/** The person's panel, by the one-time address that their agent host gives. */
async function openPanel(member: TeamMember, scheme: 'light' | 'dark'): Promise<Page> {
  const { url } = await member.face.query('panelAddress');
  const page = await open(url, { width: 420, scheme });
  await page.getByText('live', { exact: true }).waitFor();
  return page;
}

it('shows to both people and to the admin who holds the seat, who waits, and whose turn it is', async () => {
  onTestFailed(() => console.log(team.logs()));
  const { first, second } = team;
  await team.rest.createPool('gedit-pool', { name: 'gedit', capacity: 1 }, ['gedit']);
  const firstPanel = await openPanel(first, 'light');
  const secondPanel = await openPanel(second, 'dark');
  const consolePage = await open(team.server.url, { width: 1280, scheme: 'light' });
  await consolePage.getByLabel('Admin token').fill(team.server.adminToken);
  await consolePage.getByRole('button', { name: 'Sign in' }).click();
  await consolePage.getByRole('link', { name: 'gedit', exact: true }).click();
  await consolePage.getByText('Nobody has a seat now.').waitFor();

  const application = await first.startApplication('gedit');
  await firstPanel.getByRole('heading', { name: /^You hold gedit \(since \d\d:\d\d\)\.$/ }).waitFor();
  await firstPanel.getByRole('button', { name: /^gedit 1 of 1 You hold one\.$/ }).click();
  await firstPanel.getByRole('region', { name: 'Holders and queue of gedit' }).getByText('you').waitFor();
  await consolePage.getByRole('row', { name: new RegExp(`${first.person.name}.*holds one`) }).waitFor();

  const denied = await second.startApplication('gedit');
  await secondPanel.getByText('The only gedit seat is in use. Queue and Usher tells you').first().waitFor();
  await secondPanel.screenshot({ path: shotPath('house-denied') });
  await secondPanel.getByRole('button', { name: 'Who has one?' }).click();
  await secondPanel.getByText(first.person.name).first().waitFor();
  await secondPanel.getByRole('button', { name: 'Queue me: gedit' }).first().click();
  await secondPanel.getByText('You are 1st.').first().waitFor();
  await secondPanel.screenshot({ path: shotPath('house-waiting') });
  await endApplication(denied);
  await secondPanel.getByText('Nothing licensed is running here.').waitFor();
  await endApplication(application);

  await secondPanel.getByRole('timer').waitFor();
  await secondPanel.screenshot({ path: shotPath('house-your-turn') });
  const tabs = consolePage.getByRole('navigation', { name: 'gedit', exact: true });
  await tabs.getByRole('link', { name: 'Queue' }).click();
  await consolePage.getByText(/^held until \d\d:\d\d$/).waitFor();
  await secondPanel.getByRole('button', { name: 'Claim: gedit' }).click();
  await secondPanel.getByText('The gedit seat is yours.').waitFor();
  const again = await second.startApplication('gedit');
  await secondPanel.getByRole('heading', { name: /^You hold gedit/ }).waitFor();
  await tabs.getByRole('link', { name: 'Seats' }).click();
  await consolePage.getByRole('row', { name: new RegExp(`${second.person.name}.*holds one`) }).waitFor();
  await consolePage.screenshot({ path: shotPath('house-console') });
  await secondPanel.getByRole('button', { name: 'Give my seat back: gedit' }).click();
  await secondPanel.getByRole('heading', { name: 'gedit runs here without a seat.' }).waitFor();
  await secondPanel.screenshot({ path: shotPath('house-released') });
  expect(await sidewaysScroll(secondPanel)).toBe(0);
  await endApplication(again);

  await consolePage.getByRole('link', { name: 'Usage', exact: true }).click();
  const row = consolePage.getByRole('row', { name: new RegExp(`${first.person.name} gedit`) });
  await row.waitFor();
  await consolePage.screenshot({ path: shotPath('house-usage') });
});
