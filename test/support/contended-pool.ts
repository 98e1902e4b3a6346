/** People with raw agents on a real server, and a pool that they contend for. */
import type { Fact } from '../../shared/protocol.ts';
import { aHello, type RawAgent } from './raw-agent.ts';
import type { TestServer } from './test-server.ts';

interface Person {
  readonly name: string;
  readonly workstation: string;
  readonly simulated?: boolean;
}

/** An agent of this person, connected, with its facts numbered. */
export async function arrive(server: TestServer, { name, workstation, simulated = false }: Person) {
  const instanceId = `instance-${name}`;
  const identity = await server.enroll({
    instanceId,
    account: { authority: simulated ? 'simulated' : 'unix', id: name, name },
    workstation: { name: workstation },
  });
  const agent: RawAgent = server.connect(identity.credential);
  await agent.greet({
    instanceId,
    loginSessionId: `login-${name}`,
    outboxId: `outbox-${name}`,
    workstation: { ...aHello().workstation, name: workstation },
    simulated,
  });
  let seq = 0;
  const tell = async (...facts: Fact[]) => {
    agent.send({ type: 'facts', facts: facts.map((fact) => ({ seq: ++seq, fact })) });
    await agent.take('ack', ({ throughSeq }) => throughSeq === seq);
  };
  return { agent, tell };
}

export const started = (sessionId: string, minutesAgo: number): Fact => ({
  kind: 'session-started',
  sessionId,
  productId: 'freecad',
  productName: 'FreeCAD',
  startedAtMs: Date.now() - minutesAgo * 60_000,
  processKey: `process-${sessionId}`,
  origin: 'application',
});

export const idle = (sessionId: string, minutes: number): Fact => {
  const fromMs = Date.now() - minutes * 60_000;
  const activity = {
    state: 'idle',
    sinceMs: fromMs,
    reason: { kind: 'no-input', percentOfCore: 0.3 },
  } as const;
  return {
    kind: 'interval',
    sessionId,
    intervalId: `i-${sessionId}`,
    activity,
    fromMs,
    toMs: null,
    projectId: null,
  };
};

const active = (sessionId: string, fromMinutes: number): Fact => {
  const fromMs = Date.now() - fromMinutes * 60_000;
  const activity = { state: 'active', sinceMs: fromMs, reasons: [] } as const;
  return {
    kind: 'interval',
    sessionId,
    intervalId: `i-${sessionId}`,
    activity: { ...activity, reasons: [] },
    fromMs,
    toMs: null,
    projectId: null,
  };
};

/** Two seats, two holders (one idle, one simulated), and a third person who was denied and waits. */
export async function contend(server: TestServer): Promise<void> {
  const made = await server.ask('POST', 'pools', {
    settings: { name: 'FreeCAD', capacity: 2 },
    productIds: ['freecad'],
  });
  if (made.status !== 201) throw new Error(`the pool was not made: ${JSON.stringify(made.body)}`);
  const ana = await arrive(server, { name: 'Ana Ruiz', workstation: 'cad-07' });
  await ana.tell(started('s-ana', 95), idle('s-ana', 34));
  const tom = await arrive(server, { name: 'Tom Baker', workstation: 'cad-12', simulated: true });
  await tom.tell(started('s-tom', 50), active('s-tom', 50));
  const mei = await arrive(server, { name: 'Mei Lin', workstation: 'cad-31' });
  await mei.tell(started('s-mei', 4), active('s-mei', 4), {
    kind: 'wish',
    wishId: 'wish-mei',
    wish: { type: 'queue', productId: 'freecad' },
    expiresInMs: 60_000,
  });
}
