/** What the sensors take for an application of ours: accounts, login sessions, a new catalog, and what a probe shows. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProcessInfo } from '../../../main/agent/sensors/os/ports.ts';
import { probeOnce } from '../../../main/agent/sensors/probe.ts';
import { Machine, rulesFor } from '../../support/a-machine.ts';

let machine: Machine;
beforeEach(() => {
  machine = new Machine();
});
afterEach(async () => {
  expect(await machine.stop(), 'timers left behind').toBe(0);
});

describe('whose processes', () => {
  it("another account's and another login session's are never ours", async () => {
    machine.put(10, { account: '1001' });
    machine.put(11, { osSession: '4' });
    machine.put(12, { osSession: '3' });
    await machine.start();

    expect(machine.ofKind('instance-appeared').map(({ instance }) => instance.rootPid)).toEqual([12]);
    expect(machine.detailsAsked).not.toContain(10);
  });

  it('one whose account cannot be told is not ours', async () => {
    machine.put(10);
    const { account: _, ...nobodys } = machine.running.get(10) as ProcessInfo;
    machine.running.set(10, nobodys);
    await machine.start();

    expect(machine.instances()).toEqual([]);
  });

  it('one that no rule may match is never looked into', async () => {
    machine.put(10, { name: 'bash' });
    await machine.start();

    expect(machine.detailsAsked).toEqual([]);
  });
});

describe('a new catalog', () => {
  it('makes products of what runs, and ends what is no product any more', async () => {
    machine.put(10);
    machine.put(11, { name: 'other' });
    await machine.start();
    expect(machine.ofKind('instance-appeared').map(({ instance }) => instance.rootPid)).toEqual([10]);

    machine.sensors?.setRules(rulesFor({ other: 'gis' }));
    await machine.clock.advanceAsync(0);

    expect(machine.instances()).toEqual(['instance-appeared', 'instance-vanished', 'instance-appeared']);
    expect(machine.ofKind('instance-appeared').at(-1)?.instance).toMatchObject({
      productId: 'gis',
      rootPid: 11,
    });
  });

  it('that changes nothing reports nothing', async () => {
    machine.put(10);
    await machine.start();

    machine.sensors?.setRules(rulesFor());
    await machine.clock.advanceAsync(0);

    expect(machine.instances()).toEqual(['instance-appeared']);
  });
});

describe('the probe', () => {
  it('shows matched processes of everybody, without arguments unless asked', async () => {
    machine.put(10);
    machine.put(11, { account: '1001' });

    const probe = await probeOnce(machine.ports, rulesFor());

    expect(probe.processes).toMatchObject({
      total: 2,
      ours: 1,
      matched: [
        { pid: 10, productId: 'cad', isOurs: true },
        { pid: 11, productId: 'cad', isOurs: false },
      ],
    });
    expect(JSON.stringify(probe)).not.toContain('secret');
    machine.forgetReported();
    expect(
      (await probeOnce(machine.ports, rulesFor(), { withArguments: true })).processes.matched[0]?.args,
    ).toEqual(['app', 'secret']);
  });
});
