/**
 * "Ask the holder" as two people live it: a real server, the agent hosts of two accounts, real processes that the
 * catalog matches, and the command on both sides. The second person asks, the first says "free now", the seat moves.
 */
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest';
import type { LeaseResource } from '../../shared/rest.ts';
import { eventually } from '../support/house.ts';
import { startTeam, type Team, type TeamMember } from '../support/house-team.ts';
import { askUsher, runUsher } from '../support/run-usher.ts';

describe.runIf(process.platform === 'linux')('a seat between two people', () => {
  let team: Team;
  const asPerson = ({ person }: TeamMember) => {
    const { uid, gid } = person.spawn;
    return { env: person.hostEnv, ...(uid === undefined || gid === undefined ? {} : { uid, gid }) };
  };
  const dataOf = (member: TeamMember) => ['--data', member.person.dataDir];
  const ask = (member: TeamMember, ...args: string[]) =>
    askUsher([...args, ...dataOf(member)], asPerson(member));
  const run = (member: TeamMember, ...args: string[]) =>
    runUsher([...args, ...dataOf(member)], asPerson(member));
  const seatOf = async (member: TeamMember) => (await ask(member, 'status')).json.sessions[0]?.seatState;

  beforeAll(async () => {
    team = await startTeam({
      name: 'handover',
      timing: { scanEveryMs: 200, renewEveryMs: 1_000, leaseTtlMs: 30_000, offerWindowMs: 60_000 },
      executables: ['gedit'],
    });
    await team.rest.createPool('gedit-pool', { name: 'gedit', capacity: 1 }, ['gedit']);
  });
  afterAll(() => team?.remove());

  it('[L146, L148] is asked for, answered "free now", and moves to who asked while both applications run', async () => {
    onTestFailed(() => console.log(team.logs()));
    const { first, second } = team;
    await first.startApplication('gedit');
    await eventually('the first holds the seat', async () => (await seatOf(first)) === 'held');
    expect((await ask(second, 'ask', 'gedit')).json.error).toMatchObject({ code: 'NOT_FOUND' });
    await second.startApplication('gedit');
    await eventually('the second runs without a seat', async () => (await seatOf(second)) === 'overage');

    const asked = await ask(second, 'ask', 'gedit', first.person.name, '--name');
    expect(asked.json).toMatchObject({ productId: 'gedit', holderName: first.person.name, isNamed: true });

    await eventually(
      'the first is asked',
      async () => (await ask(first, 'status')).json.handoverRequests.length === 1,
    );
    expect((await run(first, 'status')).stdout).toContain(`${second.person.name} asks for your gedit seat.`);
    expect((await run(first, 'answer', 'perhaps')).code).toBe(2);
    expect((await run(first, 'answer', 'in-10-minutes')).stdout).toContain('in 10 minutes');
    await eventually(
      'the answer reaches the second',
      async () => (await ask(second, 'status')).json.handovers[0]?.answer === 'in-10-minutes',
    );
    expect((await ask(first, 'answer', 'free-now')).json).toMatchObject({ answer: 'free-now' });

    await eventually('the seat is the second’s', async () => (await seatOf(second)) === 'held');
    expect(await seatOf(first)).toBe('overage');
    expect((await run(second, 'status')).stdout).toMatch(
      /Your colleague gave you the gedit seat at \d\d:\d\d/,
    );
    expect((await ask(second, 'ask', 'gedit')).json.error).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('[L140, L142] is given back with a place for later, and a place in the queue is put off', async () => {
    onTestFailed(() => console.log(team.logs()));
    const { first, second } = team;
    expect((await run(second, 'release', '--come-back', 'noon')).code).toBe(2);
    const later = new Date(Date.now() + 3 * 3_600_000);
    const time = `${later.getHours()}:${String(later.getMinutes()).padStart(2, '0')}`;

    const released = await ask(second, 'release', '--come-back', time);

    expect(Math.abs(released.json.comeBackAtMs - later.getTime())).toBeLessThan(61_000);
    await eventually(
      'the place is booked',
      async () => (await ask(second, 'status')).json.tickets[0]?.aside?.because === 'booked',
    );
    expect(await seatOf(second)).toBe('overage');
    expect((await ask(first, 'queue', 'gedit')).code).toBe(0);
    await eventually('the first has it again', async () => (await seatOf(first)) === 'held');
    expect((await ask(second, 'queue', 'gedit')).code).toBe(0);
    expect((await ask(second, 'defer', 'gedit', '--for', '9h')).code).toBe(2);
    expect((await ask(second, 'defer', 'gedit', '--for', '1h')).json).toMatchObject({ productId: 'gedit' });
    await eventually(
      'the place is put off',
      async () => (await ask(second, 'status')).json.tickets[0]?.aside?.because === 'deferred',
    );
  });

  it('[L150, L151] is announced to end: its holder’s agent says at once that it cannot tell about unsaved work', async () => {
    onTestFailed(() => console.log(team.logs()));
    const { first } = team;
    const leases = () => team.rest.all<LeaseResource>('/leases');
    const [lease] = await leases();

    await team.rest.send('DELETE', `/leases/${lease?.leaseId}`, {
      reason: 'a class needs it',
      warnMs: 600_000,
    });

    await eventually(
      'the agent answered',
      async () => (await leases())[0]?.warning?.unsavedWork === 'unknown',
    );
    expect((await run(first, 'status')).stdout).toMatch(
      /gedit: An admin takes this seat back at \d\d:\d\d\. The reason: a class needs it/,
    );
  });
});
