/**
 * The shell in a real Electron with everything behind it real: the agent host that it starts, the server, another
 * person's agent host, and gedit as the application. One story, told in order.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Page } from 'playwright-core-1.62';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFace } from '../support/house-face.ts';
import { endApplication, startTeam, type Team } from '../support/house-team.ts';
import { keepPicture, photographTray, runProgram } from './harness/desktop.ts';
import { shellFixture, socketIn } from './harness/fixture.ts';
import { startNotificationServer } from './harness/session-bus-server.ts';
import type { ShellRun } from './harness/shell-run.ts';
import { waitUntil } from './harness/wait.ts';

const usher = shellFixture();
const TIMING = { scanEveryMs: 200, renewEveryMs: 1_000, offerWindowMs: 60_000 };
const GEDIT = 'gedit';

let team: Team;
let dataDir = '';
const applications = new Set<ChildProcess>();

beforeAll(async () => {
  team = await startTeam({ name: 'electron', timing: TIMING, executables: [GEDIT] });
  await team.rest.createPool('editors', { name: 'Editors', capacity: 1 }, [GEDIT]);
  dataDir = usher.makeDataDir();
});
afterAll(async () => {
  for (const application of applications) await endApplication(application);
  // The host that the shell started outlives it, as it must; only this test ends it.
  const face = await openFace(socketIn(dataDir)).catch(() => null);
  await face?.command('shutdown', null).catch(() => null);
  await team?.remove();
});

function startShell(): Promise<ShellRun> {
  return usher.startShell(dataDir, {
    env: {
      USHER_NODE: process.execPath,
      USHER_SERVER: team.server.url,
      USHER_ENROLLMENT_TOKEN: team.server.running?.enrollmentToken ?? '',
      USHER_TEST_TIMING: JSON.stringify(TIMING),
    },
  });
}

function startGedit(): ChildProcess {
  const env = { ...process.env, ...usher.desktop().env, GSETTINGS_BACKEND: 'memory' };
  const application = spawn('/usr/bin/gedit', ['--standalone'], { env, stdio: 'ignore' });
  applications.add(application);
  application.once('exit', () => applications.delete(application));
  return application;
}

const says = (panel: Page, text: string) => panel.waitForSelector(`text=${text}`, { timeout: 30_000 });
const holders = async () =>
  (await team.rest.pool('editors')).view.holders
    .filter(({ seat }) => seat === 'held')
    .map(({ userName }) => userName);

describe('the shell in front of a real host, a real server and a real application', () => {
  it('starts the host that is not there; the application appears in panel and tray and is counted by the server', async () => {
    const shell = await startShell();
    const panel = await shell.panel();
    await says(panel, 'No licensed application is running.');
    const before = await photographTray(usher.desktop());

    startGedit();

    await says(panel, 'You hold gedit');
    expect(await waitUntil('the seat at the server', async () => (await holders())[0])).toBeTruthy();
    expect((await photographTray(usher.desktop())).equals(before)).toBe(false);
    await keepPicture(usher.desktop(), 'house-holding');
  });

  it('has given the host nothing of its own to hold, so that the host may outlive it', async () => {
    const shellDirs = [join(dataDir, 'shell'), dirname(usher.app().electronPath)];

    expect(openFilesOf(await hostPid(), shellDirs)).toEqual([]);
    expect(openFilesOf(await hostPid(), [dataDir])).not.toEqual([]);
  });

  it('finds everything again after quitting, takes a press to the server, and shows what the server decided', async () => {
    const panel = await (await startShell()).panel();
    await says(panel, 'You hold gedit');

    await panel.click('button:has-text("Give my seat back")');

    await says(panel, 'runs here without a seat');
    await waitUntil('no holder at the server', async () => (await holders()).length === 0);
  });

  it('attaches to a new host after the old one was killed', async () => {
    const shell = await startShell();
    await says(await shell.panel(), 'runs here without a seat');
    const old = await hostPid();

    process.kill(old, 'SIGKILL');
    await waitUntil(
      'the new host',
      () => /attached -> away[\s\S]*away -> attached/.test(shell.log()),
      30_000,
    );

    expect(await hostPid()).not.toBe(old);
    await says(await shell.panel(), 'runs here without a seat');
  });

  it('queues from the panel, announces the offer, claims it from the notification, and the application gets the seat', async () => {
    const server = await startNotificationServer(usher.desktop().env.DBUS_SESSION_BUS_ADDRESS ?? '');
    usher.afterwards(server.stop);
    for (const application of applications) await endApplication(application, 'SIGKILL');
    const other = await team.first.startApplication(GEDIT);
    await waitUntil('the other holder', async () => (await holders())[0] === team.first.person.name);
    const panel = await (await startShell()).panel();
    await says(panel, 'Nothing licensed is running here.');

    await panel.click('button:has-text("Queue")');
    await says(panel, '1st in the queue');
    await endApplication(other);
    const offer = await waitUntil(
      'the offer',
      () => server.shown.find(({ title }) => title === 'Your turn: gedit'),
      30_000,
    );
    await says(panel, 'is held for you until');
    await keepPicture(usher.desktop(), 'house-offer');
    await server.press(offer.id, '0');

    await waitUntil('the end of the offer', async () => (await team.rest.offers()).length === 0);
    const granted = (await team.rest.events()).filter(({ kind }) => kind === 'lease-granted').at(-1);
    expect(granted?.body).toMatchObject({ via: 'offer', productId: GEDIT });
    startGedit();
    await says(panel, 'You hold gedit');
    expect(await holders()).toHaveLength(1);
  });
});

/** The process that listens on the local socket, as the system says. */
async function hostPid(): Promise<number> {
  const { output } = await runProgram('ss', ['-xlpH', 'src', socketIn(dataDir)], process.env);
  return Number(/pid=(\d+)/.exec(output)?.[1]);
}

/** What a process has open below these folders. */
function openFilesOf(pid: number, dirs: readonly string[]): string[] {
  const links = readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
    } catch {
      // Closed between listing and reading.
      return [];
    }
  });
  return links.filter((link) => dirs.some((dir) => link.startsWith(dir)));
}
