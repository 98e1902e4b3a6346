/** What the tests of the wire share: people that no other test meets, servers that are stopped together, looks at both. */
import { expect } from 'vitest';
import { CLOSE_CODES, type CloseName } from '../../shared/protocol.ts';
import type { EnrollAnswer, UsageRecord } from '../../shared/rest.ts';
import type { RawAgent } from './raw-agent.ts';
import { startTestServer, type TestServer, type TestServerOptions } from './test-server.ts';

/** A new person on a new workstation each time, so that tests on one server do not meet. */
export class Newcomers {
  readonly #house: TestServer;
  #count = 0;

  constructor(house: TestServer) {
    this.#house = house;
  }

  /** The account of who came last. */
  get account(): { name: string; id: string } {
    return { name: `person-${this.#count}`, id: `${this.#count}` };
  }

  enroll(): Promise<EnrollAnswer> {
    this.#count += 1;
    return this.#house.enroll({ account: this.account });
  }

  /** Enrolled, connected, greeted. */
  agent(): Promise<{ agent: RawAgent; identity: EnrollAnswer }> {
    this.#count += 1;
    return this.#house.agent({ account: this.account });
  }

  /** Enrolled and connected, but silent. */
  async socket(): Promise<RawAgent> {
    const { credential } = await this.enroll();
    return this.#house.connect(credential).opened();
  }
}

/** The servers of one test. */
export class Servers {
  readonly #started: TestServer[] = [];

  async start(options: TestServerOptions = {}): Promise<TestServer> {
    const house = await startTestServer(options);
    this.#started.push(house);
    return house;
  }

  async stop(): Promise<void> {
    for (const house of this.#started.splice(0)) await house.stop();
  }
}

export async function expectClose(agent: RawAgent, name: CloseName): Promise<void> {
  expect(await agent.closed()).toEqual({ code: CLOSE_CODES[name].code, reason: name });
}

export async function usageOf(house: TestServer, userId: string): Promise<UsageRecord[]> {
  const reply = await house.ask('GET', `usage?userId=${userId}`);
  expect(reply.status).toBe(200);
  return reply.body.items;
}

/** The state of the seat of this session, once the server has told of one. */
export async function seatOf(agent: RawAgent, sessionId: string): Promise<string | undefined> {
  const isOf = (seat: { sessionId: string }) => seat.sessionId === sessionId;
  const { mine } = await agent.take('mine', (message) => message.mine.seats.some(isOf));
  return mine.seats.find(isOf)?.seat.state;
}
