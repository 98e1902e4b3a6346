/**
 * Backup, restore and doctor as an admin uses them, on a running server with agents: what an agent that is ahead of a
 * restored server does, with the agent's own outbox. Rules L174 to L176.
 */
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { SILENT_LOG } from '../../main/agent/log.ts';
import { type Outbox, openOutbox } from '../../main/agent/report/outbox.ts';
import type { Fact } from '../../shared/protocol.ts';
import { active, ended, interval, started, wish } from '../support/facts.ts';
import { kill9, type RunningServer, startServer, temporaryFolder } from '../support/house.ts';
import { Rest } from '../support/house-rest.ts';
import { RawAgent } from '../support/raw-agent.ts';
import { askUsher, runUsher } from '../support/run-usher.ts';
import { anEnrollment } from '../support/test-server.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function aFolder(): string {
  const folder = temporaryFolder('backup');
  cleanups.push(folder.remove);
  return folder.path;
}

async function start(dataDir: string): Promise<RunningServer> {
  const server = await startServer(dataDir, { extraArgs: ['--port', '0', '--log-level', 'silent'] });
  cleanups.push(() => server.stop());
  return server;
}

/** One person's agent: the real outbox, and a socket that says what is in it. */
class Person {
  readonly name: string;
  readonly open = new Map<string, Fact>();
  readonly outbox: Outbox;
  readonly #credential: string;

  constructor(name: string, credential: string, dir: string) {
    this.name = name;
    this.#credential = credential;
    const opened = openOutbox({
      path: join(dir, `${name}.sqlite`),
      newId: randomUUID,
      log: SILENT_LOG,
      openFacts: () => [...this.open.values()],
    });
    if (!opened.ok) throw new Error(opened.message);
    this.outbox = opened.value;
    cleanups.push(() => this.outbox.close());
  }

  /** What happens on the workstation, whether or not anybody listens. */
  happens(...facts: Fact[]): void {
    for (const fact of facts) {
      if (fact.kind === 'session-started') this.open.set(fact.sessionId, fact);
      if (fact.kind === 'session-ended') this.open.delete(fact.sessionId);
    }
    this.outbox.commit({ facts, atMs: Date.now() });
  }

  /** Connects, says hello (once more where numbers begin anew) and tells everything that waits. */
  async tell(url: string): Promise<void> {
    for (;;) {
      const agent = await new RawAgent(url, this.#credential).opened();
      const welcome = await agent.greet({
        instanceId: `instance-${this.name}`,
        outboxId: this.outbox.outboxId,
        openSessionIds: [...this.open.keys()],
      });
      const fits = this.outbox.reconcile(welcome.acknowledgedSeq);
      const waiting = this.outbox.read(welcome.acknowledgedSeq, 1_000, 1_000_000);
      if (fits && waiting.length > 0) {
        this.outbox.markSent(this.outbox.lastSeq);
        agent.send({ type: 'facts', facts: waiting.map(({ seq, fact }) => ({ seq, fact })) });
        const { throughSeq } = await agent.take('ack', (ack) => ack.throughSeq === this.outbox.lastSeq);
        this.outbox.acknowledge(throughSeq);
      }
      agent.close();
      if (fits) return;
    }
  }
}

async function enroll(server: RunningServer, name: string, dir: string): Promise<Person> {
  const response = await fetch(`${server.url}/api/v1/enroll`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.enrollmentToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(anEnrollment({ instanceId: `instance-${name}`, account: { id: name, name } })),
  });
  return new Person(name, ((await response.json()) as { credential: string }).credential, dir);
}

const queue = (name: string) => wish(`wish-${name}`, { type: 'queue', productId: 'freecad' });
const HOUR = 3_600_000;

describe('usher backup, restore and doctor', () => {
  it('[L174] [L175] [L176] bring a server back to an older backup: nobody blocked, nothing counted twice', async () => {
    const dataDir = aFolder();
    const agents = aFolder();
    const backup = join(aFolder(), 'usher.db');
    let server = await start(dataDir);
    const adminToken = server.adminToken ?? '';
    await new Rest(server.url, adminToken).createPool('freecad', { capacity: 1 }, ['freecad']);
    const [ana, bob, cy] = [
      await enroll(server, 'ana', agents),
      await enroll(server, 'bob', agents),
      await enroll(server, 'cy', agents),
    ];
    const morningMs = Date.now() - 4 * HOUR;
    ana.happens(
      started('before', { startedAtMs: morningMs }),
      interval('before', {
        intervalId: 'i1',
        activity: active(morningMs),
        fromMs: morningMs,
        toMs: morningMs + HOUR,
      }),
    );
    await ana.tell(server.url);
    bob.happens(queue('bob'));
    await bob.tell(server.url);

    // The backup is made while the server runs; then the day goes on.
    const made = await askUsher(['backup', backup, '--data', dataDir]);
    expect([made.code, made.json.path]).toEqual([0, backup]);
    ana.happens(
      ended('before', { endedAtMs: morningMs + 2 * HOUR }),
      started('after', { startedAtMs: morningMs + 2 * HOUR }),
      interval('after', { intervalId: 'i2', fromMs: morningMs + 2 * HOUR, toMs: morningMs + 3 * HOUR }),
    );
    await ana.tell(server.url);
    cy.happens(queue('cy'));
    await cy.tell(server.url);
    expect(ana.outbox.waiting).toBe(0);

    // A running server is not restored over.
    const refused = await askUsher(['restore', backup, '--data', dataDir]);
    expect([refused.code, refused.json.error.reason]).toEqual([1, 'RUNNING']);
    await kill9(server.child);
    const restored = await askUsher(['restore', backup, '--data', dataDir]);
    expect([restored.code, readdirSync(restored.json.asideDir)]).toEqual([
      0,
      expect.arrayContaining(['usher.db']),
    ]);
    server = await start(dataDir);
    const rest = new Rest(server.url, adminToken);
    expect((await rest.tickets()).map(({ userName }) => userName)).toEqual(['bob']);
    // Something happened while the server was away, too.
    ana.happens(started('evening', { processKey: 'other', startedAtMs: morningMs + 3 * HOUR }));

    const before = ana.outbox.outboxId;
    await ana.tell(server.url);
    await cy.tell(server.url);
    await bob.tell(server.url);

    expect(ana.outbox.outboxId).not.toBe(before);
    expect([ana.outbox.waiting, bob.outbox.waiting, cy.outbox.waiting]).toEqual([0, 0, 0]);
    const usage = await rest.usage();
    const seen = usage.map(({ sessionId, endReason, intervals }) => [sessionId, endReason, intervals.length]);
    expect(seen.sort()).toEqual([
      ['after', null, 0],
      ['before', 'unseen', 1],
      ['evening', null, 0],
    ]);
    // Bob waited first: the seat that "before" left is held for him; nobody was passed.
    expect((await rest.offers()).map(({ userName }) => userName)).toEqual(['bob']);
    expect((await rest.leases()).length).toBe(0);

    // A repeat of everything changes nothing.
    const events = (await rest.events()).length;
    await ana.tell(server.url);
    expect((await rest.events()).length).toBe(events);
    // Later facts go through as ever.
    ana.happens(ended('after'), ended('evening'));
    await ana.tell(server.url);
    expect((await rest.usage()).filter(({ endedAtMs }) => endedAtMs === null)).toEqual([]);
    const doctor = await askUsher(['doctor', '--data', dataDir]);
    expect([doctor.code, doctor.json.isSound, doctor.json.isServerRunning]).toEqual([0, true, true]);
  });

  it('[L176] says what is damaged, in words and with an exit code of its own', async () => {
    const dataDir = aFolder();
    const server = await start(dataDir);
    await new Rest(server.url, server.adminToken ?? '').createPool('freecad', { capacity: 1 }, ['freecad']);
    await server.stop();
    const file = join(dataDir, 'server', 'usher.db');
    const whole = readFileSync(file);
    const at = whole.indexOf('"overdraft":0');
    expect(at).toBeGreaterThan(0);
    whole.write('"overdraft":9', at);
    writeFileSync(file, whole);

    const said = await runUsher(['doctor', '--data', dataDir]);

    expect(said.code).toBe(10);
    expect(said.stdout).toMatch(/DAMAGE {2}.*was changed[\s\S]*usher restore FILE/);
    const none = await askUsher(['backup', join(dataDir, 'b.db'), '--data', dataDir]);
    expect([none.code, none.json.error.code, existsSync(join(dataDir, 'b.db'))]).toEqual([
      10,
      'DAMAGED',
      false,
    ]);
    expect((await runUsher(['doctor', '--data', aFolder()])).code).toBe(5);
  });
});
