/** Mutter's idle time and logind's announcements over real buses; the services behind them are small stand-ins. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../main/agent/clock.ts';
import { LinuxIdle } from '../../main/agent/sensors/os/linux/idle-choice.ts';
import { LogindPower } from '../../main/agent/sensors/os/linux/logind-power.ts';
import type { IdleSource, PowerEvent, PowerSource } from '../../main/agent/sensors/os/ports.ts';
import { type FakeBusService, fakeBusService } from './fake-bus-service.ts';
import { Stage, until } from './sensors-support.ts';

let stage: Stage;
let address: string;
let service: FakeBusService | undefined;
let open: (IdleSource | PowerSource)[];
let skipMs: number;
const clock = { ...systemClock, monotonicMs: () => systemClock.monotonicMs() + skipMs };

beforeEach(async () => {
  stage = new Stage();
  open = [];
  skipMs = 0;
  service = undefined;
  address = (await stage.bus()).address;
});
afterEach(async () => {
  for (const source of open) source.close();
  service?.end();
  await stage.end();
});

describe('Mutter', () => {
  const NAME = 'org.gnome.Mutter.IdleMonitor';
  const choice = (display?: string) => {
    const idle = new LinuxIdle(
      { display, authorityPath: undefined, isWayland: true, sessionBusAddress: address },
      clock,
    );
    open.push(idle);
    return idle;
  };
  const answer = (value: () => unknown) =>
    service?.handle('/org/gnome/Mutter/IdleMonitor/Core', NAME, 'GetIdletime', 't', value);

  it('tells the idle time of a Wayland session, and is asked less often than X11', async () => {
    service = await fakeBusService(address, NAME);
    answer(() => 12_345);
    const idle = choice();

    expect(await idle.read()).toEqual({ known: true, idleMs: 12_345 });
    expect(idle.health()).toEqual({ source: 'mutter', state: 'working' });
    expect(idle.periodMs()).toBe(5_000);
  });

  it('[H12] may answer with a 64-bit number', async () => {
    service = await fakeBusService(address, NAME);
    answer(() => '5000000000');

    expect(await choice().read()).toEqual({ known: true, idleMs: 5_000_000_000 });
  });

  it('is preferred to X11, and X11 is taken where it does not run', async () => {
    const { display } = await stage.display();
    const withX11 = () => {
      const idle = new LinuxIdle(
        { display, authorityPath: undefined, isWayland: false, sessionBusAddress: address },
        clock,
      );
      open.push(idle);
      return idle;
    };
    const before = withX11();
    await before.read();
    service = await fakeBusService(address, NAME);
    answer(() => 1);
    const after = withX11();
    await after.read();

    expect([before.health().source, after.health().source]).toEqual(['x11', 'mutter']);
  });

  it('[H12] that fails is unknown, and is found again when it comes back', async () => {
    service = await fakeBusService(address, NAME);
    answer(() => 1);
    const idle = choice();
    await idle.read();

    service.end();
    expect(
      await until(async () => ((await idle.read()).known ? undefined : true), 'the loss is noticed'),
    ).toBe(true);
    service = await fakeBusService(address, NAME);
    answer(() => 2);
    skipMs += 31_000;

    expect(await idle.read()).toEqual({ known: true, idleMs: 2 });
  });

  it('that never answers is unknown after a time limit of its own', { timeout: 20_000 }, async () => {
    service = await fakeBusService(address, NAME);
    answer(() => new Promise(() => {}));
    const startedMs = Date.now();

    expect(await choice().read()).toEqual({ known: false, because: 'source-failed' });
    expect(Date.now() - startedMs).toBeLessThan(6_000);
  });

  it('is not looked for at each reading where there is none', async () => {
    const idle = choice();

    expect(await idle.read()).toEqual({ known: false, because: 'no-source' });
    service = await fakeBusService(address, NAME);
    answer(() => 1);
    expect(await idle.read()).toEqual({ known: false, because: 'no-source' });
    skipMs += 31_000;
    expect(await idle.read()).toEqual({ known: true, idleMs: 1 });
  });
});

describe('[H17] logind', () => {
  const NAME = 'org.freedesktop.login1';
  const SESSION_PATH = '/org/freedesktop/login1/session/_37';
  const SESSION = 'org.freedesktop.login1.Session';
  const PROPERTIES = 'org.freedesktop.DBus.Properties';

  async function logind(lockedHint: boolean): Promise<FakeBusService> {
    service = await fakeBusService(address, NAME);
    service.handle('/org/freedesktop/login1', 'org.freedesktop.login1.Manager', 'GetSession', 'o', (id) =>
      id === '7' || id === 'auto'
        ? SESSION_PATH
        : Object.assign(new Error('no'), { dbusName: 'org.freedesktop.login1.NoSuchSession' }),
    );
    service.property(SESSION_PATH, SESSION, 'LockedHint', lockedHint);
    return service;
  }

  async function power(osSession = '7'): Promise<{ source: LogindPower; events: PowerEvent[] }> {
    const source = new LogindPower(address, osSession, clock);
    open.push(source);
    const events: PowerEvent[] = [];
    source.listen((event) => events.push(event));
    await source.ready;
    return { source, events };
  }

  it('tells lock, unlock, sleep and resume of the own session, once each', async () => {
    const fake = await logind(false);
    const { source, events } = await power();
    expect([source.health(), source.isLocked()]).toEqual([{ source: 'logind', state: 'working' }, false]);

    const changed = (locked: boolean) =>
      fake.signal(SESSION_PATH, PROPERTIES, 'PropertiesChanged', 'sa{sv}as', [
        SESSION,
        [['LockedHint', ['b', locked]]],
        [],
      ]);
    fake.signal(SESSION_PATH, SESSION, 'Lock', '', []);
    changed(true);
    changed(false);
    fake.signal(SESSION_PATH, SESSION, 'Unlock', '', []);
    fake.signal('/org/freedesktop/login1/session/_39', SESSION, 'Lock', '', []);
    fake.signal('/org/freedesktop/login1', 'org.freedesktop.login1.Manager', 'PrepareForSleep', 'b', [true]);
    fake.signal('/org/freedesktop/login1', 'org.freedesktop.login1.Manager', 'PrepareForSleep', 'b', [false]);

    await until(() => (events.at(-1) === 'resume' ? true : undefined), 'the last signal');
    expect(events).toEqual(['lock', 'unlock', 'sleep', 'resume']);
  });

  it('tells a session that is locked when the agent starts', async () => {
    await logind(true);
    const { source, events } = await power('default');

    expect([source.isLocked(), events]).toEqual([true, ['lock']]);
  });

  it('that is not there is a soft failure', async () => {
    const source = new LogindPower('unix:path=/nonexistent/bus', 'default', clock);
    open.push(source);
    await source.ready;

    expect(source.isLocked()).toBeUndefined();
    expect(source.health()).toMatchObject({ source: 'logind', state: 'failed' });
  });

  it('whose bus goes away is a soft failure', async () => {
    await logind(false);
    const { source } = await power();

    await stage.end();

    await until(() => (source.health().state === 'failed' ? true : undefined), 'the loss is noticed');
    expect(source.isLocked()).toBeUndefined();
  });
});
