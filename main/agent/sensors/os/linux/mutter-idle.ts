/** Session idle as GNOME's compositor counts it, on Wayland and on X11. */
import type { Clock } from '../../../../../shared/time.ts';
import type { IdleReading, IdleSource, SourceHealth } from '../ports.ts';
import { type Bus, connectBus } from './dbus.ts';
import { toMilliseconds } from './dbus-address.ts';

const NAME = 'org.gnome.Mutter.IdleMonitor';
/** A D-Bus round trip wakes two more processes, so it is asked less often than X11. */
const PERIOD_MS = 5_000;

/** @returns undefined when no Mutter is on this bus */
export async function openMutterIdle(busAddress: string, clock: Clock): Promise<MutterIdle | undefined> {
  const bus = await connectBus(busAddress, clock);
  const [hasOwner] = await bus
    .call({
      destination: 'org.freedesktop.DBus',
      path: '/org/freedesktop/DBus',
      interface: 'org.freedesktop.DBus',
      member: 'NameHasOwner',
      signature: 's',
      body: [NAME],
    })
    .catch(() => [false]);
  if (hasOwner === true) return new MutterIdle(bus);
  bus.close();
  return undefined;
}

export class MutterIdle implements IdleSource {
  readonly #bus: Bus;
  #failure: string | undefined;

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  async read(): Promise<IdleReading> {
    try {
      const [answer] = await this.#bus.call({
        destination: NAME,
        path: '/org/gnome/Mutter/IdleMonitor/Core',
        interface: NAME,
        member: 'GetIdletime',
      });
      const idleMs = toMilliseconds(answer);
      if (idleMs === undefined) throw new Error('Mutter answered without a number');
      this.#failure = undefined;
      return { known: true, idleMs };
    } catch (error) {
      this.#failure = error instanceof Error ? error.message : String(error);
      return { known: false, because: 'source-failed' };
    }
  }

  periodMs(): number {
    return PERIOD_MS;
  }

  health(): SourceHealth {
    return this.#failure === undefined
      ? { source: 'mutter', state: 'working' }
      : { source: 'mutter', state: 'failed', detail: this.#failure };
  }

  close(): void {
    this.#bus.close();
  }
}
