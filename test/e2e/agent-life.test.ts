/** The agent host as a process: beside a second one, with a command that holds a seat, and with what its log may hold. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ACCOUNT,
  AGENT_ENV,
  AgentHouse,
  MARK,
  oneSession,
  online,
  personEnv,
} from '../support/agent-house.ts';
import { eventually, exitOf, kill9, projectRoot } from '../support/house.ts';

let house: AgentHouse;
beforeEach(async () => {
  house = new AgentHouse();
  await house.startServer();
});
afterEach(() => house.leave());

describe('one host for each folder', () => {
  it('refuses to run beside another one and says what to do', async () => {
    await house.host();

    const second = spawn(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        join(projectRoot, 'dist/agent/host.mjs'),
        '--data',
        house.dataDir,
      ],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: { ...process.env, ...AGENT_ENV },
      },
    );
    let said = '';
    second.stderr.on('data', (chunk) => {
      said += chunk;
    });
    await exitOf(second);

    expect(second.exitCode).toBe(3);
    expect(said).toContain('Another agent host uses this data folder');
  });

  it('[E3] keeps two people of one machine apart', async () => {
    const person = (name: string, account: string) => ({
      dir: join(house.folder.path, name),
      env: personEnv(name, account),
    });
    const [ana, bo] = [
      await house.attach(await house.host(person('ana', `${ACCOUNT}1`))),
      await house.attach(await house.host(person('bo', `${ACCOUNT}2`))),
    ];
    await online(ana);
    await online(bo);

    house.startApplication(`${ACCOUNT}1`);
    const second = house.startApplication(`${ACCOUNT}2`);
    const sessions = [await oneSession(ana), await oneSession(bo)];
    await kill9(second);
    await eventually('the end', () => bo.state().sessions.length === 0);

    expect(new Set(sessions.map(({ sessionId }) => sessionId)).size).toBe(2);
    expect(ana.state().sessions).toHaveLength(1);
    const records = await eventually('both records', async () => {
      const all = await house.usage();
      return all.some(({ endedAtMs }) => endedAtMs !== null) ? all : null;
    });
    expect(records.map(({ userName }) => userName).toSorted()).toEqual(['ana', 'bo']);
  });
});

describe('processes below a hold', () => {
  it('[E25] are the hold’s session and none of their own', async () => {
    const client = await house.attach(await house.host());
    await online(client);
    // The command waits for a word, so that the hold is there before its process.
    const command = spawn('/bin/sh', ['-c', `read word; "${house.program}" 3600`], {
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { ...process.env, [MARK]: ACCOUNT },
      detached: true,
    });
    const { pid = 0 } = command;
    await client.command('hold', { productId: 'freecad', pid });

    command.stdin.write('go\n');
    await eventually('the process', () => client.state().sessions[0]?.processCount === 1);

    expect(client.state().sessions).toMatchObject([{ origin: 'hold' }]);
    process.kill(-pid, 'SIGKILL');
    await exitOf(command);
  });
});

describe('what a log may hold', () => {
  it('has no name, token or command line in it', async () => {
    const running = await house.detachedHost('--log-level', 'debug');
    const { child } = running;
    house.startApplication();
    const client = await house.attach(running);
    await oneSession(client);
    await online(client);
    const { credential } = JSON.parse(
      readFileSync(join(house.dataDir, 'agent', 'identity.json'), 'utf8'),
    ).enrolled;

    const log = readFileSync(join(house.dataDir, 'agent', 'agent.log'), 'utf8');

    expect(log).toContain('session started');
    for (const secret of [house.server.enrollmentToken, credential, '3600', house.program])
      expect(log).not.toContain(secret);
    client.command('shutdown', null).catch(() => {});
    await exitOf(child);
  });
});
