/**
 * Asking a holder, coming back later, "not now" and an announced end, in the panel: once with everything at once against
 * a host that answers by the schema, and once between two real people.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFailed, onTestFinished } from 'vitest';
import type { AgentState } from '../../shared/agent-api.ts';
import { success } from '../../shared/outcome.ts';
import { EMPTY_MINE } from '../../shared/views.ts';
import {
  aHandover,
  aHolder,
  anEntry,
  aPool,
  aRequest,
  aSession,
  aState,
  aTicket,
  aWarning,
  NOW,
} from '../support/a-state.ts';
import {
  launchBrowser,
  namelessNodes,
  openPage,
  type PageLook,
  shotPath,
  sidewaysScroll,
} from '../support/browser.ts';
import { type FakeHost, makeFakeHost } from '../support/fake-bridge.ts';
import { startTeam, type TeamMember } from '../support/house-team.ts';
import { builtPage, startPageServer } from '../support/page-server.ts';

let browser: Browser;
let pageDir: string;

beforeAll(async () => {
  pageDir = await builtPage('panel');
  browser = await launchBrowser();
});
afterAll(() => browser?.close());

async function open(
  state: AgentState,
  look: Partial<PageLook> = {},
): Promise<{ page: Page; host: FakeHost }> {
  const host = makeFakeHost(state, () => success(null));
  const server = await startPageServer(pageDir, { host });
  const { page, complaints, close } = await openPage(browser, 'about:blank', {
    ...{ width: 420, height: 1_000, scheme: 'light' },
    ...look,
  });
  onTestFinished(async () => {
    await close();
    await server.stop();
    expect(complaints.filter((text) => !text.includes('WebSocket'))).toEqual([]);
  });
  await page.clock.setFixedTime(NOW);
  await page.goto(server.url);
  await page.getByRole('heading', { name: 'Seats' }).waitFor();
  return { page, host };
}

const EVERYTHING = aState({
  sessions: [aSession()],
  mine: {
    ...EMPTY_MINE,
    warnings: [aWarning({ unsavedWork: 'yes' })],
    handoverRequests: [aRequest({ askerName: 'Mei Lin' })],
    tickets: [
      aTicket({
        place: 3,
        peopleAhead: 2,
        expectedWait: { p50AtMs: NOW + 8 * 60_000, p90AtMs: NOW + 58 * 60_000, basis: 40 },
      }),
      aTicket({
        ...{ ticketId: 'ticket-2', productId: 'nx', productName: 'NX' },
        aside: { because: 'deferred', untilMs: NOW + 900_000 },
      }),
    ],
  },
  pools: {
    asOfMs: NOW,
    pools: [
      aPool({
        seats: { state: 'known', capacity: 2, inUse: 2, offered: 0, free: 0 },
        holders: [
          aHolder({ contact: { mail: 'tom@example.com', phone: '+49 351 1234', chatUrl: null } }),
          aHolder({
            ...{ sessionId: 's-10', leaseId: 'lease-10', userId: 'user-10', userName: 'Ana Bauer' },
            ...{ borrowed: true, warnedUntilMs: NOW + 300_000 },
          }),
        ],
        queue: [anEntry(), anEntry({ ticketId: 'ticket-1', userId: 'me', userName: 'Ana Ruiz', place: 3 })],
      }),
    ],
    products: [{ productId: 'autocad', name: 'AutoCAD', poolIds: ['autocad'] }],
  },
});

describe('the panel', () => {
  it.each([
    ['light', 420],
    ['dark', 320],
  ] as const)(
    'shows a seat that ends, who asks, and how long it takes, in %s at %i pixels',
    async (scheme, width) => {
      const { page } = await open(EVERYTHING, { scheme, width });
      await page.getByRole('button', { name: /^AutoCAD 2 of 2/ }).click();

      await page.getByText('Mei Lin asks for your FreeCAD seat.').waitFor();
      await page.getByText('The reason: a class needs it').waitFor();
      await page
        .getByText('You are 3rd. 2 people are ahead of you. A seat: 50 % by 14:10, 90 % by 15:00.')
        .waitFor();
      await page.getByText('tom@example.com · +49 351 1234').waitFor();
      await page.screenshot({ path: shotPath(`handover-${scheme}`), fullPage: true });
      expect(await sidewaysScroll(page)).toBe(0);
      expect(await namelessNodes(page)).toEqual([]);
    },
  );

  it('answers, asks with and without the name, puts off, and gives back with a time', async () => {
    const { page, host } = await open(EVERYTHING);
    await page.getByRole('button', { name: 'In 10 minutes: FreeCAD' }).click();
    await page.getByText('Your answer about the FreeCAD seat was told.').waitFor();
    await page.getByRole('button', { name: 'Not now, 15 min: AutoCAD' }).click();
    await page.getByRole('button', { name: 'Wait again now: NX' }).click();
    await page.getByRole('button', { name: /^AutoCAD 2 of 2/ }).click();
    await page.getByRole('checkbox', { name: 'Show my name: Ana Bauer' }).check();
    await page.getByRole('button', { name: 'Ask for it: AutoCAD' }).nth(1).click();
    await page.getByText('The holder of the AutoCAD seat was asked.').waitFor();
    await page.getByRole('button', { name: 'Ask for it: AutoCAD' }).first().click();
    await page.getByRole('button', { name: 'Come back at …: FreeCAD' }).click();
    await page.getByLabel('Come back at', { exact: true }).fill('16:30');
    await page.screenshot({ path: shotPath('handover-come-back'), fullPage: true });
    await page.getByRole('button', { name: 'Give it back and book' }).click();
    await page.getByText('You gave your FreeCAD seat back and have a place for later.').waitFor();

    const ask = { productId: 'autocad' };
    expect(host.wishes).toEqual([
      { name: 'answerHandover', input: { handoverId: 'handover-1', answer: 'in-10-minutes' } },
      { name: 'defer', input: { ticketId: 'ticket-1', forMs: 900_000 } },
      { name: 'queue', input: { productId: 'nx' } },
      { name: 'askHolder', input: { ...ask, leaseId: 'lease-10', isNamed: true } },
      { name: 'askHolder', input: { ...ask, leaseId: 'lease-9', isNamed: false } },
      { name: 'release', input: { sessionId: 'session-1', comeBackAtMs: expect.any(Number) } },
    ]);
    const [comeBackAtMs] = host.wishes.flatMap(({ input }) => input.comeBackAtMs ?? []) as number[];
    const shown = await page.evaluate((ms) => {
      const date = new Date(ms);
      return [date.getHours(), date.getMinutes()];
    }, comeBackAtMs ?? 0);
    expect(shown).toEqual([16, 30]);
  });

  it('says whom I asked and what they said', async () => {
    const { page, host } = await open(aState({ mine: { ...EMPTY_MINE, handovers: [aHandover()] } }));
    await page.getByText('You asked Tom Baker for their AutoCAD seat.').waitFor();

    host.change({ mine: { ...EMPTY_MINE, handovers: [aHandover({ answer: 'in-10-minutes' })] } });

    await page.getByText('The answer: in 10 minutes. The request stays open until').waitFor();
  });
});

it('[L148] moves a seat between two real people, each in their own panel', async () => {
  const team = await startTeam({
    name: 'handed-over',
    timing: { scanEveryMs: 200, renewEveryMs: 1_000, leaseTtlMs: 30_000, offerWindowMs: 60_000 },
    executables: ['gedit'],
  });
  onTestFinished(() => team.remove());
  onTestFailed(() => console.log(team.logs()));
  const panelOf = async (member: TeamMember): Promise<Page> => {
    const { url } = await member.face.query('panelAddress');
    const { page, complaints, close } = await openPage(browser, url, {
      width: 420,
      height: 900,
      scheme: 'light',
    });
    onTestFinished(async () => {
      await close();
      expect(complaints).toEqual([]);
    });
    await page.getByText('live', { exact: true }).waitFor();
    return page;
  };
  const { first, second } = team;
  await team.rest.createPool('gedit-pool', { name: 'gedit', capacity: 1 }, ['gedit']);
  await first.startApplication('gedit');
  const holder = await panelOf(first);
  await holder.getByRole('heading', { name: /^You hold gedit/ }).waitFor();
  await second.startApplication('gedit');
  const asker = await panelOf(second);

  await asker.getByRole('button', { name: 'Who has one?' }).click();
  await asker.getByRole('checkbox', { name: `Show my name: ${first.person.name}` }).check();
  await asker.getByRole('button', { name: 'Ask for it: gedit' }).click();
  await asker.getByText(`You asked ${first.person.name} for their gedit seat.`).waitFor();
  await asker.screenshot({ path: shotPath('handover-asked'), fullPage: true });
  await holder.getByText(`${second.person.name} asks for your gedit seat.`).waitFor();
  await holder.screenshot({ path: shotPath('handover-request'), fullPage: true });
  await holder.getByRole('button', { name: 'Free now: gedit' }).click();

  await asker.getByText(/^Your colleague gave you the gedit seat at/).waitFor();
  await asker.getByText(/seat since \d\d:\d\d/).waitFor();
  await asker.screenshot({ path: shotPath('handover-moved'), fullPage: true });
  await holder
    .getByText(/runs without a seat since/)
    .first()
    .waitFor();
});
