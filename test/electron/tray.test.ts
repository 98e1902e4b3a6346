/** The tray in a real Electron: a picture for each state, and a menu that does everything. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { AgentState } from '../../shared/agent-api.ts';
import { EMPTY_MINE } from '../../shared/views.ts';
import { anOffer, aPool, aSession, aState, aTicket } from '../support/a-state.ts';
import { keepPicture, photographTray } from './harness/desktop.ts';
import { shellFixture } from './harness/fixture.ts';
import { type BusMenuItem, type IconWatcher, startIconWatcher } from './harness/session-bus-server.ts';
import { waitUntil } from './harness/wait.ts';

const usher = shellFixture();

const OFFERED = (): AgentState =>
  aState({
    mine: {
      ...EMPTY_MINE,
      offers: [anOffer({ untilMs: Date.now() + 200_000 })],
      tickets: [aTicket({ place: 1 })],
    },
  });
const STATES: readonly (readonly [string, () => AgentState])[] = [
  ['nothing', () => aState()],
  ['holding', () => aState({ sessions: [aSession()] })],
  ['waiting-2', () => aState({ mine: { ...EMPTY_MINE, tickets: [aTicket({ place: 2 })] } })],
  ['waiting-12', () => aState({ mine: { ...EMPTY_MINE, tickets: [aTicket({ place: 12 })] } })],
  ['your-turn', OFFERED],
  ['suspended', () => aState({ sessions: [aSession({ activity: { state: 'suspended', sinceMs: 1 } })] })],
  [
    'offline',
    () => aState({ connection: { state: 'offline', sinceMs: 1, nextTryAtMs: null, reason: 'gone' } }),
  ],
  [
    'refused',
    () =>
      aState({
        connection: { state: 'refused', sinceMs: 1, code: 'MUST_ENROLL_AGAIN', message: 'Enroll again.' },
      }),
  ],
];

it('draws another picture for every state, and the same one for the same state', async () => {
  const dataDir = usher.makeDataDir();
  const first = STATES[0]?.[1]() ?? aState();
  const host = await usher.startHost(dataDir, { state: first });
  const shell = await usher.startShell(dataDir);
  await (await shell.panel()).waitForSelector('text=No licensed application');
  const pictures = new Map<string, string>();
  let last = '';

  for (const [name, state] of STATES) {
    host.say(state());
    const picture = await waitUntil(`a new picture for ${name}`, async () => {
      const [one, two] = [await photographTray(usher.desktop()), await photographTray(usher.desktop())];
      const text = one.toString('base64');
      return one.equals(two) && text !== last && [...one].some((byte) => byte < 128) ? text : null;
    });
    last = picture;
    pictures.set(name, picture);
    await keepPicture(usher.desktop(), `tray-${name}`);
  }
  host.say(first);

  expect(new Set(pictures.values()).size).toBe(STATES.length);
  await waitUntil('the first picture again', async () => {
    const picture = await photographTray(usher.desktop());
    return picture.toString('base64') === pictures.get('nothing');
  });
});

const find = (items: readonly BusMenuItem[], label: string): BusMenuItem | undefined =>
  items.flatMap((item) => [item, ...item.children]).find((item) => item.label === label);

async function openMenu(state: AgentState) {
  const watcher: IconWatcher = await startIconWatcher(usher.desktop().env.DBUS_SESSION_BUS_ADDRESS ?? '');
  usher.afterwards(watcher.stop);
  const dataDir = usher.makeDataDir();
  const host = await usher.startHost(dataDir, { state });
  const shell = await usher.startShell(dataDir, {
    env: { XDG_CURRENT_DESKTOP: 'Unity' },
    args: ['--hidden'],
  });
  const press = async (label: string): Promise<void> => {
    await watcher.pressItem(
      await waitUntil(`the entry ${label}`, async () => find(await watcher.readMenu(), label)),
    );
  };
  return { dataDir, host, shell, watcher, press };
}

const OVERFULL = aPool({
  poolId: 'solid',
  name: 'Solid & Works_2',
  productIds: ['solid'],
  seats: { state: 'known', capacity: 2, inUse: 2, offered: 0, free: 0 },
});

it('has everything in its menu, with names as they are written', async () => {
  const products = [{ productId: 'solid', name: 'Solid & Works_2', poolIds: ['solid'] }];
  const { watcher } = await openMenu({
    ...OFFERED(),
    sessions: [aSession()],
    pools: { asOfMs: 1, pools: [OVERFULL], products },
  });

  await waitUntil('the menu', async () => find(await watcher.readMenu(), 'Claim'));
  const outline = (await watcher.readMenu()).map(({ label, isSeparator, children }) => [
    isSeparator ? '---' : label.replace(/\d\d:\d\d/, 'TIME'),
    ...(children.length > 0 ? [children.map((child) => child.label)] : []),
  ]);

  expect(outline).toEqual([
    [expect.stringMatching(/^A seat for AutoCAD is held for you until TIME/)],
    ['AutoCAD: your turn until TIME', ['Claim', 'Not now', 'Not now, 15 min', 'Leave the queue']],
    [expect.stringMatching(/^FreeCAD: you hold a seat since/), ['Give my seat back']],
    ['---'],
    ['Open Usher'],
    ['Who has a seat…'],
    ['Queue for', ['Solid & Works_2']],
    ['---'],
    [
      "What Usher's sensors say",
      ['Processes: read by /proc', 'Idle time: read by X11', 'Sleep and wake: read by logind'],
    ],
    ['Start at login'],
    ['Quit'],
  ]);
});

it('sends the wish of a pressed entry to the host and draws the menu that follows', async () => {
  const { host, watcher, press } = await openMenu(OFFERED());

  await press('Claim');
  await waitUntil('the wish', () => host.wishes.length === 1);
  host.say(aState({ sessions: [aSession({ productName: 'AutoCAD' })] }));
  await press('Give my seat back');

  await waitUntil('the second wish', () => host.wishes.length === 2);
  expect(host.wishes).toEqual([
    { name: 'claim', input: { offerId: 'offer-1' } },
    { name: 'release', input: { sessionId: 'session-1' } },
  ]);
  expect(find(await watcher.readMenu(), 'Claim')).toBeUndefined();
});

it('opens the panel from the menu of a shell that started hidden', async () => {
  const { shell, press } = await openMenu(aState());
  expect(shell.app.windows()).toHaveLength(0);

  await press('Open Usher');

  await (await shell.panel()).waitForSelector('text=No licensed application is running.');
});

it('switches starting at login on and off, in the place that the desktop reads', async () => {
  const { dataDir, watcher, press } = await openMenu(aState());
  const entryPath = () => {
    const configDir = readdirSync(dataDir).find((name) => name.startsWith('config-')) ?? '';
    return join(dataDir, configDir, 'autostart', 'usher.desktop');
  };
  const isChecked = async () => find(await watcher.readMenu(), 'Start at login')?.isChecked;

  await press('Start at login');
  await waitUntil('the entry', () => existsSync(entryPath()));
  await waitUntil('the check mark', isChecked);
  expect(readFileSync(entryPath(), 'utf8')).toMatch(/^Exec=\S+\/electron .*main\.cjs --hidden --data \S+$/m);
  await press('Start at login');

  await waitUntil('the entry to go', () => !existsSync(entryPath()));
  await waitUntil('no check mark', async () => (await isChecked()) === false);
});

it('quits from the menu and leaves the host alone', async () => {
  const { host, shell, press } = await openMenu(aState());

  await press('Quit');

  expect(await shell.ended).toBe(0);
  await waitUntil('the shell to leave the host', () => host.connections() === 0);
  expect(host.wishes).toEqual([]);
});
