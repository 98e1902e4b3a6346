/** The built panel in real Chromium, under its strict policy, against a host that answers by the schema. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { AgentState } from '../../shared/agent-api.ts';
import { failure, success } from '../../shared/outcome.ts';
import { EMPTY_MINE } from '../../shared/views.ts';
import { anOffer, aTicket, NOW } from '../support/a-state.ts';
import { anOffice } from '../support/an-office.ts';
import {
  launchBrowser,
  namelessNodes,
  openPage,
  type PageLook,
  shotPath,
  sidewaysScroll,
} from '../support/browser.ts';
import { type Answer, type FakeHost, makeFakeHost } from '../support/fake-bridge.ts';
import { builtPage, type PageServer, startPageServer } from '../support/page-server.ts';

let browser: Browser;
let pageDir: string;

beforeAll(async () => {
  pageDir = await builtPage('panel');
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const LOOK: PageLook = { width: 420, height: 760, scheme: 'light' };

interface Scene {
  readonly page: Page;
  readonly host: FakeHost;
  readonly server: PageServer;
}

/** Opens the panel on a host; at the end of the test nothing may have complained. */
async function open(state: AgentState, answer?: Answer, look: PageLook = LOOK): Promise<Scene> {
  const host = makeFakeHost(state, answer);
  const server = await startPageServer(pageDir, { host });
  const { page, complaints, close } = await openPage(browser, 'about:blank', look);
  onTestFinished(async () => {
    await close();
    await server.stop();
  });
  await page.clock.setFixedTime(NOW);
  await page.goto(server.url);
  await page.getByRole('heading', { name: 'Seats' }).waitFor();
  onTestFinished(() => expect(complaints.filter((text) => !text.includes('WebSocket'))).toEqual([]));
  return { page, host, server };
}

const withMine = (over: Partial<AgentState['mine']>) => ({ mine: { ...EMPTY_MINE, ...over } });

/** Plays the server's part: a wish changes the state as the ledger would. */
const office: Answer = ({ name }, host) => {
  if (name === 'queue') host.change(withMine({ tickets: [aTicket()] }));
  if (name === 'leave' || name === 'claim') host.change(withMine({}));
  if (name === 'decline') host.change(withMine({ tickets: [aTicket({ missedOffers: 1 })] }));
  return success(null);
};

describe('the panel in a browser', () => {
  it('shows my sessions with their reason and every pool with its sentence', async () => {
    const { page } = await open(anOffice());

    await page.getByText('input 3 s ago').waitFor();
    await page.getByText('no input since 13:36, CPU 0.3 % of a core').waitFor();
    await page.getByRole('button', { name: 'AutoCAD 5 of 5 One person waits.' }).waitFor();
    await page.getByRole('button', { name: 'SOLIDWORKS 3 of 8 You can start.' }).waitFor();
    await page.getByText('Unknown since 13:40: the license server does not answer.').waitFor();
    expect(await page.title()).toBe('Usher: you hold FreeCAD (since 09:12).');
  });

  it('opens a pool to its holders, where, since when and how idle, and marks simulated people', async () => {
    const { page } = await open(anOffice());

    await page.getByRole('button', { name: /^AutoCAD/ }).click();

    const detail = page.getByRole('region', { name: 'Holders and queue of AutoCAD' });
    expect(await detail.getByText('Tom Baker').count()).toBe(1);
    await detail.getByText('cad-10 · since 13:22 · no input since 13:50, CPU 0.3 % of a core').waitFor();
    await detail.getByText('idle 12 min').waitFor();
    expect(await detail.getByText('simulated').count()).toBe(3);
  });

  it('queues, waits, gets the offer, claims it and gives the seat back by pointer', async () => {
    const { page, host } = await open(anOffice(), office);

    await page.getByRole('button', { name: 'Queue me: AutoCAD' }).click();
    await page.getByText('You are 2nd. You have waited 12 min.').waitFor();
    host.change(withMine({ tickets: [aTicket({ place: 1 })], offers: [anOffer()] }));
    await page.getByText('A seat is held for you until 14:06.').waitFor();
    expect(await page.getByRole('timer').textContent()).toBe('4:31');
    await page.getByRole('button', { name: 'Claim: AutoCAD' }).click();
    await page.getByText('The AutoCAD seat is yours.').waitFor();
    await page.getByRole('button', { name: 'Give my seat back: FreeCAD' }).click();
    await page.getByText('You gave your FreeCAD seat back.').waitFor();

    expect(host.wishes).toEqual([
      { name: 'queue', input: { productId: 'autocad' } },
      { name: 'claim', input: { offerId: 'offer-1' } },
      { name: 'release', input: { sessionId: 'session-1' } },
    ]);
  });

  it('can be used by keyboard alone: search, open, queue, claim, help', async () => {
    const { page, host } = await open(anOffice(), office);
    const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '');

    await page.keyboard.press('/');
    await page.keyboard.type('tom baker auto');
    await page.keyboard.press('ArrowDown');
    expect(await focused()).toMatch(/^AutoCAD/);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Who has a seat' }).waitFor();
    await page.keyboard.press('q');
    await page.getByText('You are 2nd.').first().waitFor();
    await page.keyboard.press('Escape');
    host.change(withMine({ tickets: [aTicket({ place: 1 })], offers: [anOffer()] }));
    await page.getByRole('timer').waitFor();
    await page.keyboard.press('c');
    await page.getByText('The AutoCAD seat is yours.').waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys and words' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });

    expect(host.wishes.map(({ name }) => name)).toEqual(['queue', 'claim']);
  });

  it('reaches every button by Tab, in the order of the page, with a visible focus', async () => {
    const { page } = await open(anOffice(withMine({ offers: [anOffer()], tickets: [aTicket()] })));
    const reached: string[] = [];
    let outlined = 0;

    for (let step = 0; step < 40; step++) {
      await page.keyboard.press('Tab');
      const { name, hasOutline } = await page.evaluate(() => {
        const element = document.activeElement;
        if (!element || element === document.body) return { name: '', hasOutline: true };
        const { outlineStyle, outlineWidth } = getComputedStyle(element);
        const wrapper = element.parentElement ? getComputedStyle(element).borderColor : '';
        return {
          name: element.getAttribute('aria-label') ?? element.textContent ?? '',
          hasOutline: (outlineStyle !== 'none' && outlineWidth !== '0px') || wrapper !== '',
        };
      });
      if (name === '') break;
      reached.push(name);
      if (hasOutline) outlined++;
    }

    expect(reached.slice(0, 6)).toEqual([
      'Search products or people',
      'Help',
      'Claim: AutoCAD',
      'Not now: AutoCAD',
      'Not now, 15 min: AutoCAD',
      'Leave the queue: AutoCAD',
    ]);
    expect(reached).toContain('Give my seat back: FreeCAD');
    expect(reached).toContain('Queue me: SOLIDWORKS');
    expect(outlined).toBe(reached.length);
  });

  it('says why a wish was refused, and stays until that is read', async () => {
    const { page } = await open(anOffice(), () => failure('REFUSED', 'You are in this queue already.'));

    await page.getByRole('button', { name: 'Queue me: AutoCAD' }).click();

    await page.getByRole('status').getByText('You are in this queue already.').waitFor();
  });

  it('asks after a denial, with a button to queue', async () => {
    const denial = {
      denialId: 'denial-1',
      productId: 'autocad',
      productName: 'AutoCAD',
      sessionId: null,
      atMs: NOW,
      reason: 'no-free-seat',
      enforcement: 'ask',
    } as const;
    const { page, host } = await open(anOffice(withMine({ denials: [denial] })), office);

    await page.getByText('All 5 AutoCAD seats are in use. Queue and Usher tells you').first().waitFor();
    await page.getByRole('button', { name: 'Who has one?' }).click();
    await page.getByText('Tom Baker').first().waitFor();
    await page.getByRole('button', { name: 'Queue me: AutoCAD' }).first().click();
    await page.getByText('You are 2nd.').first().waitFor();

    expect(host.wishes).toEqual([{ name: 'queue', input: { productId: 'autocad' } }]);
  });

  it('says how old it is when the server or the host is away, lets nothing be pressed, and comes back', async () => {
    const { page, host, server } = await open(anOffice());
    const queueButton = page.getByRole('button', { name: 'Queue me: SOLIDWORKS' });

    host.change({
      connection: { state: 'offline', sinceMs: NOW - 22 * 60_000, nextTryAtMs: null, reason: 'refused' },
      outboxWaiting: 3,
    });
    await page.getByText('as of 14:02').waitFor();
    await page.getByText('3 records wait on this workstation until the server answers.').waitFor();
    expect(await queueButton.isDisabled()).toBe(true);
    await page.screenshot({ path: shotPath('panel-offline') });

    server.dropSockets();
    await page.getByText('This page lost contact with Usher on this workstation.').waitFor();
    host.change({ connection: { state: 'online', sinceMs: NOW }, outboxWaiting: 0 });
    await page.clock.runFor(15_000);
    await page.getByText('live', { exact: true }).waitFor();
    expect(await queueButton.isEnabled()).toBe(true);
  });

  it('names everything for a screen reader and announces a change politely', async () => {
    const { page, host } = await open(anOffice());

    await page.getByRole('button', { name: /^AutoCAD/ }).click();
    expect(await namelessNodes(page)).toEqual([]);

    host.change(withMine({ offers: [anOffer()], tickets: [aTicket()] }));
    await page.getByText('A seat is held for you').waitFor();
    const announced = page.locator('[aria-live=polite][data-announcer]');
    expect(await announced.textContent()).toBe('A seat for AutoCAD is held for you until 14:06.');
  });

  it('teaches where there is nothing to show yet', async () => {
    const { page } = await open(anOffice({ sessions: [], pools: { asOfMs: NOW, pools: [], products: [] } }));

    await page.getByText('Nothing licensed is running here. Usher watches 86 products').waitFor();
    await page.getByText('Nobody counts seats yet.').waitFor();
    await page.screenshot({ path: shotPath('panel-empty') });
  });

  it.each([
    ['narrow', { width: 320, height: 900 }],
    ['window', { width: 420, height: 900 }],
    ['wide', { width: 1280, height: 900 }],
  ])('fits a %s page in light and dark without sideways scrolling', async (size, { width, height }) => {
    for (const scheme of ['light', 'dark'] as const) {
      const { page } = await open(
        anOffice(withMine({ offers: [anOffer()], tickets: [aTicket({ place: 1 })] })),
        office,
        { width, height, scheme },
      );
      await page.getByRole('button', { name: /^FreeCAD/ }).click();
      expect(await sidewaysScroll(page)).toBe(0);
      await page.screenshot({ path: shotPath(`panel-${size}-${scheme}`), fullPage: true });
      await page.keyboard.press('?');
      expect(await sidewaysScroll(page)).toBe(0);
      if (size === 'window') await page.screenshot({ path: shotPath(`panel-help-${scheme}`) });
    }
  });
});
