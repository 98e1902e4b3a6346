/** The built panel on a bridge like the preload's (`window.usher`), under the shell's policy: no network at all. */
import { expect, it, onTestFinished } from 'vitest';
import { type AgentState, PAGE_COMMAND_NAMES } from '../../shared/agent-api.ts';
import { success } from '../../shared/outcome.ts';
import { EMPTY_MINE } from '../../shared/views.ts';
import { anOffer, aTicket } from '../support/a-state.ts';
import { anOffice } from '../support/an-office.ts';
import { launchBrowser, openPage } from '../support/browser.ts';
import { makeFakeBridge, makeFakeHost, type TakenWish } from '../support/fake-bridge.ts';
import { builtPage, startPageServer } from '../support/page-server.ts';

declare global {
  interface Window {
    usherAsk(name: string, input: unknown): Promise<unknown>;
    usherTell?(state: AgentState): void;
  }
}

it('draws the state and sends wishes by the bridge of the shell', async () => {
  const host = makeFakeHost(anOffice(), () => success(null));
  const bridge = makeFakeBridge(host);
  const server = await startPageServer(await builtPage('panel'), {});
  const browser = await launchBrowser();
  onTestFinished(async () => {
    await browser.close();
    await server.stop();
  });
  const look = { width: 420, height: 700, scheme: 'light' } as const;
  const { page, complaints } = await openPage(browser, 'about:blank', look);
  await page.exposeFunction('usherAsk', (name: 'state' | TakenWish['name'], input: never) =>
    name === 'state' ? bridge.state() : bridge[name](input),
  );
  await page.addInitScript((commands) => {
    const command = (name: string) => [name, (input: unknown) => window.usherAsk(name, input)];
    Object.assign(window, {
      usher: {
        carrier: 'electron',
        state: () => window.usherAsk('state', null),
        openLink: async () => {},
        onState: (listener: (state: AgentState) => void) => {
          window.usherTell = listener;
          return () => {};
        },
        onCarrier: () => () => {},
        ...Object.fromEntries(commands.map(command)),
      },
    });
  }, PAGE_COMMAND_NAMES);
  bridge.onState((state) => void page.evaluate((told) => window.usherTell?.(told), state));

  await page.goto(server.url);
  await page.getByRole('button', { name: 'Queue me: AutoCAD' }).click();
  await expect.poll(() => host.wishes).toEqual([{ name: 'queue', input: { productId: 'autocad' } }]);
  host.change({
    mine: { ...EMPTY_MINE, tickets: [aTicket()], offers: [anOffer({ untilMs: Date.now() + 60_000 })] },
  });
  await page.getByRole('button', { name: 'Claim: AutoCAD' }).click();
  await expect.poll(() => host.wishes.at(-1)).toEqual({ name: 'claim', input: { offerId: 'offer-1' } });

  expect(complaints).toEqual([]);
});
