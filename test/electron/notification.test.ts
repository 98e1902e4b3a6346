/** Notifications in a real Electron, on a real session bus with a notification server that has buttons. */
import { expect, it } from 'vitest';
import type { AgentState } from '../../shared/agent-api.ts';
import { failure } from '../../shared/outcome.ts';
import { EMPTY_MINE } from '../../shared/views.ts';
import { anOffer, aSession, aState, aTicket } from '../support/a-state.ts';
import { shellFixture } from './harness/fixture.ts';
import type { HostScript } from './harness/scripted-host.ts';
import { startNotificationServer } from './harness/session-bus-server.ts';
import { waitUntil } from './harness/wait.ts';

const usher = shellFixture();

const offered = (leftMs: number): AgentState =>
  aState({
    mine: {
      ...EMPTY_MINE,
      offers: [anOffer({ productName: 'Cut & <b>Paste</b>', untilMs: Date.now() + leftMs })],
      tickets: [aTicket({ place: 1 })],
    },
  });

async function openServer(script: HostScript) {
  const server = await startNotificationServer(usher.desktop().env.DBUS_SESSION_BUS_ADDRESS ?? '');
  usher.afterwards(server.stop);
  const dataDir = usher.makeDataDir();
  const host = await usher.startHost(dataDir, script);
  const shell = await usher.startShell(dataDir, { args: ['--hidden'] });
  return { server, host, shell };
}

it('offers a seat with buttons, takes the press to the host, and closes what is over', async () => {
  const { server, host } = await openServer({ state: aState() });

  host.say(offered(250_000));
  const shown = await waitUntil('the notification', () => server.shown.at(-1));
  await server.press(shown.id, '0');
  await waitUntil('the wish', () => host.wishes.length === 1);

  expect(shown.title).toBe('Your turn: Cut & <b>Paste</b>');
  expect(shown.body).toMatch(/^A seat is held for you until \d\d:\d\d\./);
  expect(shown.actions).toEqual(['0', 'Claim', '1', 'Not now', 'default', 'Open Usher']);
  expect(shown.urgency).toBe(1);
  expect(host.wishes).toEqual([{ name: 'claim', input: { offerId: 'offer-1' } }]);
});

it('closes the notification of an offer that is gone, and replaces one that became urgent', async () => {
  const { server, host } = await openServer({ state: offered(250_000) });
  const calm = await waitUntil('the notification', () => server.shown.at(-1));

  host.say(offered(30_000));
  const urgent = await waitUntil('the urgent one', () =>
    server.shown.length === 2 ? server.shown[1] : null,
  );
  host.say(aState());
  await waitUntil('it to close', () => server.closedIds.length === 1);

  expect(urgent).toMatchObject({ id: calm.id, replacesId: calm.id, urgency: 2 });
  expect(server.closedIds).toEqual([calm.id]);
});

it('does not show again what the person closed', async () => {
  const { server, host } = await openServer({ state: offered(250_000) });
  const shown = await waitUntil('the notification', () => server.shown.at(-1));

  await server.dismiss(shown.id);
  host.say({ ...offered(30_000), sessions: [aSession()] });
  host.say(offered(20_000));
  host.say(
    aState({
      mine: { ...EMPTY_MINE, offers: [anOffer({ offerId: 'offer-2', untilMs: Date.now() + 250_000 })] },
    }),
  );
  await waitUntil('the next offer', () => server.shown.length > 1);

  expect(server.shown.map(({ title }) => title)).toEqual([
    'Your turn: Cut & <b>Paste</b>',
    'Your turn: AutoCAD',
  ]);
});

it('says why a wish from a notification was refused', async () => {
  const { server } = await openServer({
    state: offered(250_000),
    onWish: () => failure('NOT_FOUND', 'The offer is over: <b>another</b> & again.'),
  });
  const shown = await waitUntil('the notification', () => server.shown.at(-1));

  await server.press(shown.id, '0');
  const answer = await waitUntil('the answer', () => (server.shown.length === 2 ? server.shown[1] : null));

  expect(answer?.body).toBe('The offer is over: &lt;b&gt;another&lt;/b&gt; &amp; again.');
});

it('opens the panel when the notification itself is clicked', async () => {
  const { server, shell } = await openServer({ state: offered(250_000) });
  const shown = await waitUntil('the notification', () => server.shown.at(-1));

  await server.press(shown.id, 'default');

  await (await shell.panel()).waitForSelector('text=is held for you until');
});
