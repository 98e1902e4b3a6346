/** Lock, unlock, sleep and resume as systemd-logind announces them on the system bus. Fails softly without it. */
import type { Cancel, Clock } from '../../../../../shared/time.ts';
import type { PowerEvent, PowerSource, SourceHealth } from '../ports.ts';
import { type Bus, type BusSignal, connectBus } from './dbus.ts';

const LOGIND = 'org.freedesktop.login1';
const MANAGER = 'org.freedesktop.login1.Manager';
const SESSION = 'org.freedesktop.login1.Session';
const PROPERTIES = 'org.freedesktop.DBus.Properties';
const RECONNECT_AFTER_MS = 60_000;

export class LogindPower implements PowerSource {
  readonly #address: string;
  readonly #osSession: string;
  readonly #clock: Clock;
  readonly #listeners = new Set<(event: PowerEvent) => void>();
  #bus: Bus | undefined;
  #sessionPath: string | undefined;
  #locked: boolean | undefined;
  #failure: string | undefined = 'not connected yet';
  #closed = false;
  #cancelRetry: Cancel = () => {};

  /** Settles when the first attempt is over, one way or the other. */
  readonly ready: Promise<void>;

  /** @param osSession the agent's logind session, or 'default' */
  constructor(address: string, osSession: string, clock: Clock) {
    this.#address = address;
    this.#osSession = osSession;
    this.#clock = clock;
    this.ready = this.#connect();
  }

  async #connect(): Promise<void> {
    try {
      const bus = await connectBus(this.#address, this.#clock);
      if (this.#closed) return bus.close();
      this.#bus = bus;
      bus.onLost(() => this.#lost('the system bus closed the connection'));
      await bus.watch(`type='signal',sender='${LOGIND}'`, (signal) => this.#receive(signal));
      this.#sessionPath = await this.#findSession(bus);
      if (this.#sessionPath !== undefined) await this.#readLocked(bus, this.#sessionPath);
      this.#failure = undefined;
    } catch (error) {
      this.#bus?.close();
      this.#lost(error instanceof Error ? error.message : String(error));
    }
  }

  #lost(why: string): void {
    this.#failure = why;
    this.#bus = undefined;
    this.#locked = undefined;
    this.#cancelRetry();
    if (!this.#closed)
      this.#cancelRetry = this.#clock.setTimer(() => void this.#connect(), RECONNECT_AFTER_MS);
  }

  /** @returns undefined when this process belongs to no session and its user has no display session */
  async #findSession(bus: Bus): Promise<string | undefined> {
    const names = this.#osSession === 'default' ? ['auto'] : [this.#osSession, 'auto'];
    for (const name of names) {
      const [path] = await bus
        .call({
          destination: LOGIND,
          path: '/org/freedesktop/login1',
          interface: MANAGER,
          member: 'GetSession',
          signature: 's',
          body: [name],
        })
        .catch(() => []);
      if (typeof path === 'string') return path;
    }
    return undefined;
  }

  async #readLocked(bus: Bus, path: string): Promise<void> {
    const [variant] = await bus
      .call({
        destination: LOGIND,
        path,
        interface: PROPERTIES,
        member: 'Get',
        signature: 'ss',
        body: [SESSION, 'LockedHint'],
      })
      .catch(() => []); // Old versions have no such property; the signals still come.
    const value = variantValue(variant);
    if (typeof value === 'boolean') this.#setLocked(value);
  }

  #receive(signal: BusSignal): void {
    if (signal.interface === MANAGER && signal.member === 'PrepareForSleep')
      this.#tell(signal.body[0] === true ? 'sleep' : 'resume');
    if (signal.path !== this.#sessionPath) return;
    if (signal.interface === SESSION && signal.member === 'Lock') this.#setLocked(true);
    if (signal.interface === SESSION && signal.member === 'Unlock') this.#setLocked(false);
    if (signal.interface === PROPERTIES && signal.body[0] === SESSION) {
      const value = dictionaryValue(signal.body[1], 'LockedHint');
      if (typeof value === 'boolean') this.#setLocked(value);
    }
  }

  #setLocked(locked: boolean): void {
    const before = this.#locked ?? false;
    this.#locked = locked;
    if (locked !== before) this.#tell(locked ? 'lock' : 'unlock');
  }

  #tell(event: PowerEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  listen(onEvent: (event: PowerEvent) => void): Cancel {
    this.#listeners.add(onEvent);
    return () => this.#listeners.delete(onEvent);
  }

  isLocked(): boolean | undefined {
    return this.#locked;
  }

  /** CLOCK_MONOTONIC stands still while Linux sleeps. */
  asleepMs(): undefined {}

  health(): SourceHealth {
    return this.#failure === undefined
      ? { source: 'logind', state: 'working' }
      : { source: 'logind', state: 'failed', detail: `Lock and sleep are not announced: ${this.#failure}.` };
  }

  close(): void {
    this.#closed = true;
    this.#cancelRetry();
    this.#listeners.clear();
    this.#bus?.close();
  }
}

/** The library gives a variant as [signature tree, [value]]. */
function variantValue(variant: unknown): unknown {
  return Array.isArray(variant) && Array.isArray(variant[1]) ? variant[1][0] : undefined;
}

/** The library gives a dictionary as an array of [key, variant]. */
function dictionaryValue(dictionary: unknown, key: string): unknown {
  if (!Array.isArray(dictionary)) return undefined;
  const entry: unknown = dictionary.find((pair: unknown) => Array.isArray(pair) && pair[0] === key);
  return Array.isArray(entry) ? variantValue(entry[1]) : undefined;
}
