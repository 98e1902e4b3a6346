/**
 * The main job with a real application on real displays, watched in a real browser: each of two people has an X server
 * with a window manager, gedit is started and closed as a person does it, and the page's own buttons are pressed.
 * Every step leaves a picture in test-results/ for people to look at.
 */
import type { ChildProcess } from 'node:child_process';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest';
import { launchBrowser, openPage, shotPath } from '../support/browser.ts';
import { eventually, exitOf } from '../support/house.ts';
import { startTeam, type Team, type TeamMember } from '../support/house-team.ts';
import { builtPage } from '../support/page-server.ts';
import { run, Stage } from './sensors-support.ts';

const IDLE_AFTER_MS = 8_000;
const TIMING = {
  scanEveryMs: 500,
  renewEveryMs: 2_000,
  leaseTtlMs: 60_000,
  leaseGraceMs: 5_000,
  offerWindowMs: 120_000,
  usageIdleAfterMs: IDLE_AFTER_MS,
};

let stage: Stage;
let team: Team;
let browser: Browser;
let displays: { first: Record<string, string>; second: Record<string, string> };
const pages: { close(): Promise<void>; complaints: readonly string[] }[] = [];

/** A display that every account of this machine may use, with a window manager. */
async function startDisplay(): Promise<Record<string, string>> {
  const { display } = await stage.display(['-ac']);
  const env = { DISPLAY: display };
  stage.start('openbox', [], env);
  // Without a window manager nobody knows the current desktop.
  await eventually('the window manager', () =>
    run('xdotool', ['get_desktop'], env).then(
      () => true,
      () => false,
    ),
  );
  return env;
}

beforeAll(async () => {
  stage = new Stage();
  displays = { first: await startDisplay(), second: await startDisplay() };
  await Promise.all([builtPage('panel'), builtPage('console')]);
  const quiet = { GSETTINGS_BACKEND: 'memory', NO_AT_BRIDGE: '1' };
  team = await startTeam({
    name: 'desktop',
    timing: TIMING,
    executables: [],
    desktops: { first: { ...displays.first, ...quiet }, second: { ...displays.second, ...quiet } },
  });
  browser = await launchBrowser();
});
afterAll(async () => {
  for (const page of pages) await page.close();
  await browser?.close();
  await team?.remove();
  await stage.end();
});

async function startGedit(member: TeamMember, display: Record<string, string>): Promise<ChildProcess> {
  // gedit speaks to itself over a session bus; each one gets its own.
  const child = await member.startApplication('/usr/bin/dbus-run-session', ['--', 'gedit']);
  await eventually('the window of gedit', () =>
    run('xdotool', ['search', '--onlyvisible', '--class', 'gedit'], display).then(
      () => true,
      () => false,
    ),
  );
  return child;
}

/** As the button in the title bar does it. */
async function closeGedit(child: ChildProcess, display: Record<string, string>): Promise<void> {
  await run('wmctrl', ['-c', 'gedit'], display);
  await exitOf(child);
}

const sessionOf = (member: TeamMember) =>
  member.face.state.sessions.find(({ productId }) => productId === 'gedit');

async function openPanel(member: TeamMember, scheme: 'light' | 'dark' = 'light'): Promise<Page> {
  const { url } = await member.face.query('panelAddress');
  const opened = await openPage(browser, url, { width: 1100, height: 820, scheme });
  pages.push(opened);
  return opened.page;
}

async function openConsole(): Promise<Page> {
  const opened = await openPage(browser, team.server.url, { width: 1280, height: 860, scheme: 'light' });
  pages.push(opened);
  const { page } = opened;
  await page.getByLabel('Admin token').fill(team.server.adminToken);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
  return page;
}

const goTo = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name, exact: true }).click();

const picture = (page: Page, name: string) =>
  page.screenshot({ path: shotPath(`main-job-${name}`), fullPage: true });

describe('the main job with gedit', () => {
  it('[L6] [L30] [L43] is denied, queued, offered and claimed by the buttons of the page', async () => {
    onTestFailed(() => console.log(team.logs()));
    const { first, second } = team;
    const secondName = second.person.name;
    await team.rest.createPool('gedit-pool', { name: 'gedit', capacity: 1 }, ['gedit']);
    const panel = await openPanel(second);
    await panel.getByText('Nothing licensed is running here').waitFor();
    await picture(panel, '1-panel-before');

    const firstGedit = await startGedit(first, displays.first);
    await eventually('the first person has the seat', () => sessionOf(first)?.seat?.state === 'held');
    const secondGedit = await startGedit(second, displays.second);
    const queueMe = panel.getByRole('button', { name: 'Queue me: gedit' }).first();
    await queueMe.waitFor();
    await picture(panel, '2-panel-denied');
    const console_ = await openConsole();
    await picture(console_, '2-console-overview');
    await console_.getByRole('link', { name: 'gedit', exact: true }).click();
    await console_.getByRole('row', { name: new RegExp(`${first.person.name}.*holds one`) }).waitFor();
    await picture(console_, '2-console-pool');

    await queueMe.click();
    await panel
      .getByRole('button', { name: /^Leave the queue/ })
      .first()
      .waitFor();
    await picture(panel, '3-panel-queued');
    await goTo(console_, 'Queue and offers');
    await console_.getByText(secondName).first().waitFor();
    await picture(console_, '3-console-queue');

    await closeGedit(secondGedit, displays.second);
    await eventually('the second person runs nothing', () => sessionOf(second) === undefined);
    await closeGedit(firstGedit, displays.first);
    const claim = panel.getByRole('button', { name: 'Claim: gedit' });
    await claim.waitFor();
    await picture(panel, '4-panel-offer');
    const dark = await openPanel(second, 'dark');
    await dark.getByRole('button', { name: 'Claim: gedit' }).waitFor();
    await picture(dark, '4-panel-offer-dark');
    await picture(console_, '4-console-offer');

    await claim.click();
    await claim.waitFor({ state: 'detached' });
    await eventually('the seat waits for the application', async () =>
      (await team.rest.leases()).some(({ userName }) => userName === secondName),
    );
    await panel.getByText('You hold one.').waitFor();
    expect(await panel.getByRole('button', { name: 'Queue me: gedit' }).count()).toBe(0);
    await picture(panel, '5-panel-claimed');
    await startGedit(second, displays.second);
    await panel.getByRole('button', { name: 'Give my seat back: gedit' }).first().waitFor();
    await panel.locator('[data-pool-id="gedit-pool"]').click();
    await picture(panel, '6-panel-holder');
    await goTo(console_, 'Overview');
    await console_.getByRole('link', { name: 'gedit', exact: true }).waitFor();
    await picture(console_, '6-console-overview');
    await console_.getByRole('link', { name: 'gedit', exact: true }).click();
    await console_.getByRole('row', { name: new RegExp(`${secondName}.*holds one`) }).waitFor();
    await picture(console_, '6-console-pool');
    await goTo(console_, 'Workstations');
    await console_.getByText(secondName).first().waitFor();
    await picture(console_, '6-console-workstations');
    await goTo(console_, 'Usage');
    await console_.getByText(secondName).first().waitFor();
    await picture(console_, '6-console-usage');

    const { view } = await team.rest.pool('gedit-pool');
    expect(view.holders).toMatchObject([{ userName: secondName, seat: 'held' }]);
    const who = (await second.command('who', 'gedit')) as { pools: { holders: { userName: string }[] }[] };
    expect(who.pools[0]?.holders.map(({ userName }) => userName)).toEqual([secondName]);
    const usage = await team.rest.usage();
    const [firstUse] = usage.filter(({ userName }) => userName === first.person.name);
    expect(firstUse).toMatchObject({ productId: 'gedit', endReason: 'exit' });
    expect(firstUse?.grantedMs).toBeGreaterThan(0);
    for (const { complaints } of pages) expect(complaints).toEqual([]);
  });

  it('[E8] [L56] is idle since the last touch, keeps its seat, and is active again at the next key', async () => {
    onTestFailed(() => console.log(team.logs()));
    const { first } = team;
    await eventually('the display tells idle time', () => first.face.state.sensors.idle.state === 'working');
    await team.rest.send('PATCH', '/pools/gedit-pool', { settings: { capacity: 2 } });
    await startGedit(first, displays.first);
    await run('xdotool', ['key', 'a'], displays.first);
    const touchedAtMs = Date.now();
    const idle = await eventually(
      'idle',
      () => {
        const activity = sessionOf(first)?.activity;
        return activity?.state === 'idle' ? activity : undefined;
      },
      60_000,
    );
    const noticedAtMs = Date.now();
    // Since the touch, not since it was noticed; readings of the display are a few seconds apart.
    expect(Math.abs(idle.sinceMs - touchedAtMs)).toBeLessThan(6_000);
    expect(noticedAtMs - idle.sinceMs).toBeGreaterThanOrEqual(IDLE_AFTER_MS);
    expect(sessionOf(first)?.seat?.state).toBe('held');
    const panel = await openPanel(first);
    await panel.getByRole('button', { name: 'Give my seat back: gedit' }).first().waitFor();
    await picture(panel, '7-panel-idle');

    await run('xdotool', ['key', 'b'], displays.first);
    const pressedAtMs = Date.now();
    const active = await eventually('active again', () => {
      const activity = sessionOf(first)?.activity;
      return activity?.state === 'active' ? activity : undefined;
    });
    expect(active.reasons.map(({ kind }) => kind)).toContain('input');
    expect(Math.abs(active.sinceMs - pressedAtMs)).toBeLessThan(6_000);
    await picture(panel, '8-panel-active');
    const [use] = (await team.rest.usage()).filter(
      ({ userName, endedAtMs }) => userName === first.person.name && endedAtMs === null,
    );
    expect(use?.intervals.map(({ state }) => state)).toEqual(['active', 'idle', 'active']);
    const unusedMs = (use?.grantedMs ?? 0) - (use?.actualMs ?? 0);
    expect(unusedMs).toBeGreaterThanOrEqual(IDLE_AFTER_MS);
    console.log(
      `gedit: idle noticed ${noticedAtMs - touchedAtMs} ms after the last key, ${unusedMs} ms not counted as use`,
    );
  });
});
