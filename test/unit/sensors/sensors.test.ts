/** The sensors as a whole, on a fake system and a fake clock: processes and idle readings in, observations out. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Machine } from '../../support/a-machine.ts';

let machine: Machine;
beforeEach(() => {
  machine = new Machine();
});
afterEach(async () => {
  expect(await machine.stop(), 'timers left behind').toBe(0);
});

describe('the stream of observations', () => {
  it('[H11] begins with what runs already, then says that the first scan is done', async () => {
    machine.put(10, { startedAtMs: machine.clock.wallMs() - 3_600_000 });
    await machine.start();

    expect(machine.seen[0]).toEqual({
      kind: 'instance-appeared',
      atMs: machine.clock.wallMs(),
      instance: {
        instanceKey: 'cad|boot|10|10',
        productId: 'cad',
        bootId: 'boot',
        rootPid: 10,
        startKey: '10',
        startedAtMs: machine.clock.wallMs() - 3_600_000,
        processCount: 1,
        ancestorPids: [],
        exePath: '/opt/app',
      },
    });
    expect(machine.seen.map(({ kind }) => kind)).toEqual([
      'instance-appeared',
      'instance-activity',
      'first-scan-done',
    ]);
  });

  it('shows start and end within a second, and a child as a change', async () => {
    await machine.start();
    machine.put(10);
    await machine.clock.advanceAsync(1_000);
    machine.put(11, { ppid: 10, name: 'child' });
    await machine.clock.advanceAsync(1_000);
    machine.running.clear();
    await machine.clock.advanceAsync(1_000);

    expect(machine.instances()).toEqual(['instance-appeared', 'instance-changed', 'instance-vanished']);
  });

  it('has evidence every 5 s, with the CPU of the tree', async () => {
    machine.put(10);
    await machine.start();
    await machine.clock.advanceAsync(4_000);
    machine.counters.set(10, { cpuMs: 1_000 });
    await machine.clock.advanceAsync(1_000);

    expect(machine.ofKind('instance-activity').at(-1)?.evidence.percentOfCore).toBe(20);
    const count = machine.ofKind('instance-activity').length;
    await machine.clock.advanceAsync(10_000);
    expect(machine.ofKind('instance-activity').length).toBe(count + 2);
  });

  it('[H9] wakes every application when the machine does', async () => {
    machine.put(10);
    machine.idle = { known: true, idleMs: 3_600_000 };
    await machine.start();
    await machine.clock.advanceAsync(600_000);
    machine.clock.sleep(3_600_000);
    await machine.clock.advanceAsync(1_000);

    expect(machine.ofKind('machine-suspended')).toHaveLength(1);
    expect(machine.ofKind('instance-activity').at(-1)?.evidence).toMatchObject({
      lastActiveAtMs: machine.clock.wallMs(),
      reasons: [{ kind: 'resumed' }],
    });
  });

  it('tells input after a silence at once, not at the next sample', async () => {
    machine.put(10);
    machine.idle = { known: true, idleMs: 3_600_000 };
    await machine.start();
    await machine.clock.advanceAsync(60_000);
    await machine.clock.advanceAsync(1_000); // just after a sample
    const count = machine.ofKind('instance-activity').length;
    machine.idle = { known: true, idleMs: 0 };

    await machine.clock.advanceAsync(1_000);

    expect(machine.ofKind('instance-activity').length).toBe(count + 1);
    expect(machine.ofKind('instance-activity').at(-1)?.evidence.lastActiveAtMs).toBeGreaterThan(
      machine.clock.wallMs() - 1_000,
    );
  });

  it('says which readers run, first and after a change only', async () => {
    await machine.start();
    await machine.clock.advanceAsync(60_000);
    expect(machine.ofKind('sensor-health')).toHaveLength(1);
    machine.scanFails = true;

    await machine.clock.advanceAsync(60_000);

    expect(machine.ofKind('sensor-health').map(({ processes }) => processes.state)).toEqual([
      'working',
      'failed',
    ]);
    expect(machine.failures).toHaveLength(1);
  });

  it('goes on after scans that failed', async () => {
    machine.scanFails = true;
    await machine.start();
    await machine.clock.advanceAsync(5_000);
    expect(machine.ofKind('first-scan-done')).toEqual([]);
    machine.scanFails = false;
    machine.put(10);

    await machine.clock.advanceAsync(1_000);

    expect(machine.instances()).toEqual(['instance-appeared']);
    expect(machine.ofKind('first-scan-done')).toHaveLength(1);
  });
});
