/** What is true on one of two servers is true on the other: agents, people, products, credentials, sign-ins. */
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import WebSocket from 'ws';
import { CLOSE_CODES } from '../../shared/protocol.ts';
import type { Mine } from '../../shared/views.ts';
import { queryOnce } from '../support/a-postgres.ts';
import { active, factsFrom, interval, started } from '../support/facts.ts';
import { eventually } from '../support/house.ts';
import type {} from '../support/postgres-setup.ts';
import { aHello, RawAgent } from '../support/raw-agent.ts';
import { type FleetServer, ServerFleet } from '../support/server-fleet.ts';
import { FREECAD } from '../support/test-server.ts';

let fleet: ServerFleet;
let owner: FleetServer;
let follower: FleetServer;
const sockets: RawAgent[] = [];

beforeAll(async () => {
  fleet = await ServerFleet.open(inject('postgresUrl'), { leaseTtlMs: 2_500, leaseGraceMs: 1_000 });
  owner = await fleet.start('one');
  follower = await fleet.start('two');
  await fleet.rest(owner).createPool('cad', { capacity: 50 }, ['freecad']);
});
afterAll(async () => {
  for (const socket of sockets) socket.close();
  await fleet.stop();
});

async function connect(server: FleetServer, credential: string, name: string): Promise<RawAgent> {
  const agent = new RawAgent(server.url, credential);
  sockets.push(agent);
  await agent.greet({ instanceId: `data-${name}`, outboxId: `outbox-${name}`, openSessionIds: [] });
  return agent;
}

async function workstationAt(server: FleetServer, workstationId: string) {
  const all = await fleet.rest(server).workstations();
  return all.find((one) => one.workstationId === workstationId);
}

describe('an agent', () => {
  it('[L108] goes on at another server exactly where it was', async () => {
    const { credential } = await fleet.enroll(owner, 'mover');
    const first = await connect(owner, credential, 'mover');
    first.send(
      factsFrom(1, started('move-1'), interval('move-1', { intervalId: 'im', activity: active(1) })),
    );
    await first.take('ack');
    first.close();

    const second = new RawAgent(follower.url, credential);
    sockets.push(second);
    const welcome = await second.greet({
      ...{ instanceId: 'data-mover', outboxId: 'outbox-mover', openSessionIds: ['move-1'] },
    });
    expect(welcome.acknowledgedSeq).toBe(2);
    // A repeat, and what comes next.
    second.send(
      factsFrom(2, interval('move-1', { intervalId: 'im', activity: active(1) }), started('move-2')),
    );
    expect(await second.take('ack')).toMatchObject({ throughSeq: 3 });
    const { mine } = await second.take('mine', (message) => message.mine.seats.length === 2);
    expect(mine.seats.map(({ seat }) => seat.state)).toEqual(['held', 'held']);
  });

  it('[L109] has one connection over all servers: the older one is replaced', async () => {
    const { credential } = await fleet.enroll(owner, 'twin');
    const first = await connect(follower, credential, 'twin');
    const second = await connect(owner, credential, 'twin');

    expect((await first.closed()).code).toBe(CLOSE_CODES.REPLACED.code);
    const third = await connect(follower, credential, 'twin');
    expect((await second.closed()).code).toBe(CLOSE_CODES.REPLACED.code);
    third.send(factsFrom(1, started('twin-1')));
    expect(await third.take('ack')).toMatchObject({ throughSeq: 1 });
    expect(third.closing).toBeNull();
  });

  it('[L110] is seen as connected, with what its application does, on every server', async () => {
    const { credential, workstationId } = await fleet.enroll(follower, 'seen');
    const agent = await connect(follower, credential, 'seen');
    agent.send(
      factsFrom(1, started('seen-1'), interval('seen-1', { intervalId: 'is', activity: active(7) })),
    );
    await agent.take('ack');

    await eventually('the owner shows it', async () => {
      const there = await workstationAt(owner, workstationId);
      const holder = (await fleet.rest(owner).pool('cad')).view.holders.find(
        ({ sessionId }) => sessionId === 'seen-1',
      );
      return (
        there?.agents[0]?.connected &&
        there.agents[0].agentVersion === '0.1.0' &&
        holder?.activity?.state === 'active'
      );
    });
    agent.close();
    await eventually(
      'it is gone',
      async () => (await workstationAt(owner, workstationId))?.agents[0]?.connected === false,
    );
  });

  it('[L110] with a copied credential is flagged on every server', async () => {
    const { credential, workstationId } = await fleet.enroll(owner, 'copied');
    const copy = new RawAgent(follower.url, credential);
    sockets.push(copy);
    await copy.opened();
    copy.send(aHello({ instanceId: 'another' }));
    expect((await copy.closed()).code).toBe(CLOSE_CODES.MUST_ENROLL_AGAIN.code);
    await (await connect(owner, credential, 'copied')).take('mine');

    for (const server of [owner, follower])
      await eventually('it is flagged', async () =>
        (await workstationAt(server, workstationId))?.agents.some(({ copiedCredential }) => copiedCredential),
      );
  });

  it('[L107] keeps its seat by renewals at a follower; who is silent loses it and returns by it', async () => {
    const [alive, silent] = await Promise.all(
      ['alive', 'silent'].map(async (name) => {
        const agent = await connect(follower, (await fleet.enroll(follower, name)).credential, name);
        agent.send(factsFrom(1, started(`${name}-1`)));
        await agent.take('ack');
        return agent;
      }),
    );
    const renewing = setInterval(() => alive?.send({ type: 'renew', sessionIds: ['alive-1'] }), 300);
    const seatOf = ({ mine }: { mine: Mine }) => mine.seats[0]?.seat.state;
    try {
      await silent?.take('mine', (message) => seatOf(message) === 'held');
      await silent?.take('mine', (message) => seatOf(message) === 'overage');
      const ended = await queryOnce(
        fleet.databaseUrl,
        `SELECT body FROM ledger_events WHERE kind = 'session-unseated'`,
      );
      expect(ended.filter(({ body }) => String(body).includes('alive-1'))).toEqual([]);

      silent?.send({ type: 'renew', sessionIds: ['silent-1'] });
      await silent?.take('mine', (message) => seatOf(message) === 'held');
    } finally {
      clearInterval(renewing);
    }
  });

  it('[L112] of one new account that enrolls at two servers at once is one person', async () => {
    const names = Array.from({ length: 8 }, (_, index) => `race-${index}`);
    const enrolled = await Promise.all(
      names.flatMap((name) =>
        [owner, follower].map(async (server) => ({ name, ...(await fleet.enroll(server, name)) })),
      ),
    );
    for (const name of names) {
      const ids = new Set(enrolled.filter((one) => one.name === name).map(({ userId }) => userId));
      expect(ids.size).toBe(1);
    }
  });
});

describe('an admin', () => {
  it('[L111] who changes a product on one server changes it on all, and their agents learn of it', async () => {
    const { credential } = await fleet.enroll(follower, 'catalog');
    const agent = await connect(follower, credential, 'catalog');
    const product = { ...FREECAD, productId: 'own-tool', name: 'Own Tool' };

    await fleet.rest(owner).send('PUT', '/products/own-tool', product);
    const { catalog, revision } = await agent.take(
      'catalog',
      (message) => message.catalog.products.length > 0,
    );
    expect(catalog.products).toMatchObject([{ name: 'Own Tool' }]);
    await fleet.rest(follower).send('PUT', '/products/own-tool', { ...product, name: 'Our Tool' });

    expect(
      (await agent.take('catalog', (message) => message.revision > revision)).catalog.products,
    ).toMatchObject([{ name: 'Our Tool' }]);
    await eventually('the other one has it too', async () => {
      const seen = await fleet.rest(owner).send<{ product: { name: string } }>('GET', '/products/own-tool');
      return seen.product.name === 'Our Tool';
    });
  });

  it('[L111] who erases a person on one server ends their connection on the other, and their name', async () => {
    const { credential, userId } = await fleet.enroll(follower, 'erased');
    const agent = await connect(follower, credential, 'erased');
    agent.send(factsFrom(1, started('erased-1')));
    await agent.take('ack');

    await fleet.rest(owner).send('DELETE', `/people/${userId}`);

    expect((await agent.closed()).code).toBe(CLOSE_CODES.UNAUTHORIZED.code);
    await eventually('nobody is named', async () => {
      const { view } = await fleet.rest(follower).pool('cad');
      return view.holders.every(({ userName }) => userName !== 'erased');
    });
  });

  it('[L111] who signed in at one server is signed in at the other, until they sign out', async () => {
    const signIn = await fetch(new URL('/api/v1/session', owner.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: fleet.adminToken }),
    });
    const cookie = (signIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const isSignedIn = async (server: FleetServer) => {
      const answer = await fetch(new URL('/api/v1/session', server.url), { headers: { cookie } });
      return ((await answer.json()) as { signedIn: boolean }).signedIn;
    };
    expect([await isSignedIn(owner), await isSignedIn(follower)]).toEqual([true, true]);

    await fetch(new URL('/api/v1/session', follower.url), { method: 'DELETE', headers: { cookie } });
    expect([await isSignedIn(owner), await isSignedIn(follower)]).toEqual([false, false]);
  });

  it('[L105] who changes a pool at a follower reads it there at once', async () => {
    const rest = fleet.rest(follower);
    for (let capacity = 1; capacity <= 10; capacity++) {
      const poolId = `read-${capacity}`;
      await rest.createPool(poolId, { capacity }, []);
      expect((await rest.pool(poolId)).view.seats).toMatchObject({ capacity });
    }
  });
});

describe('the link', () => {
  const link = (server: FleetServer, token: string | null, headers: Record<string, string> = {}) =>
    new WebSocket(`${server.url.replace('http', 'ws')}/api/v1/cluster`, {
      headers: { ...headers, ...(token === null ? {} : { authorization: `Bearer ${token}` }) },
    });
  async function statusOf(socket: WebSocket): Promise<number> {
    return new Promise((resolve) => {
      socket.on('error', () => {});
      socket.once('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
      socket.once('open', () => resolve(101));
    });
  }
  const secret = async () =>
    JSON.parse(
      String(
        (await queryOnce(fleet.databaseUrl, `SELECT value FROM settings WHERE name = 'cluster-secret'`))[0]
          ?.value,
      ),
    ) as string;

  it('[L113] opens to no credential of an agent, an enrollment or an admin, and to no page', async () => {
    const { credential } = await fleet.enroll(owner, 'curious');
    const { enrollmentToken } = owner.process;
    for (const token of [null, 'ushc_wrong', credential, enrollmentToken, fleet.adminToken])
      expect([token?.slice(0, 5), await statusOf(link(owner, token))]).toEqual([token?.slice(0, 5), 401]);
    expect(await statusOf(link(owner, await secret(), { origin: owner.url }))).toBe(404);
    const good = link(owner, await secret());
    expect(await statusOf(good)).toBe(101);
    good.terminate();
    // And the secret opens nothing else.
    const asAdmin = await fetch(new URL('/api/v1/pools', owner.url), {
      headers: { authorization: `Bearer ${await secret()}` },
    });
    expect(asAdmin.status).toBe(401);
  });

  it.each([
    ['noise', '\u0000 no message'],
    ['a submission before hello', JSON.stringify({ type: 'submit', items: [] })],
    [
      'a command that nobody knows',
      JSON.stringify({
        type: 'submit',
        items: [
          { id: 1, submission: { commandId: 'x', by: { kind: 'server' }, command: { kind: 'give-me-all' } } },
        ],
      }),
    ],
    ['another version', JSON.stringify({ type: 'hello', version: 999, instanceId: 'i', url: 'http://x' })],
  ])('[L113] that says %s is ended, and the server goes on', async (_what, text) => {
    const socket = link(owner, await secret());
    await once(socket, 'open');
    socket.send(text);
    const [code] = (await once(socket, 'close')) as [number];
    expect([4602, 4603]).toContain(code);
    expect((await fleet.readiness(owner)).role).toBe('owner');
  });
});

describe('what monitoring asks', () => {
  it('[L114] readyz names the role, the metrics have role, epoch, lag and forwarded commands', async () => {
    const metrics = async ({ url }: FleetServer) => (await fetch(new URL('/metrics', url))).text();
    const numberOf = (text: string, name: string) =>
      Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
    const ofOwner = await metrics(owner);
    const ofFollower = await metrics(follower);

    expect(await fleet.readiness(follower)).toEqual({ status: 200, role: 'follower' });
    expect([numberOf(ofOwner, 'usher_cluster_owner'), numberOf(ofFollower, 'usher_cluster_owner')]).toEqual([
      1, 0,
    ]);
    expect([numberOf(ofOwner, 'usher_cluster_epoch'), numberOf(ofFollower, 'usher_cluster_epoch')]).toEqual([
      1, 1,
    ]);
    expect(numberOf(ofOwner, 'usher_cluster_takeovers')).toBe(1);
    expect(numberOf(ofOwner, 'usher_cluster_followers')).toBe(1);
    expect(numberOf(ofFollower, 'usher_cluster_lag_events')).toBe(0);
    expect(numberOf(ofFollower, 'usher_cluster_forwarded')).toBeGreaterThan(5);
  });
});
