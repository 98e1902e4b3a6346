/**
 * Replays what agents of older versions say, word for word, against the real server. A transcript is never edited when
 * the protocol moves on: that is its purpose. `$now-N` stands for an instant, `$any` for whatever the server chose;
 * `$any:NAME` is kept, and said again as `$NAME`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { OLDEST_PROTOCOL_VERSION, PROTOCOL_VERSION, type ServerMessage } from '../../shared/protocol.ts';
import type { UsageRecord } from '../../shared/rest.ts';
import { factsFrom, started } from '../support/facts.ts';
import type { RawAgent } from '../support/raw-agent.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

const folder = fileURLToPath(new URL('../fixtures/transcripts', import.meta.url));

const transcriptSchema = z.strictObject({
  version: z.number().int(),
  about: z.string(),
  /** true: somebody else holds the pool's only seat. */
  occupied: z.boolean().default(false),
  steps: z.array(
    z.union([
      z.strictObject({ agent: z.looseObject({ type: z.string() }) }),
      z.strictObject({ server: z.looseObject({ type: z.string() }) }),
      /** The network goes; the agent connects again. */
      z.strictObject({ cut: z.literal(true) }),
    ]),
  ),
  /** Types of messages that this agent must not be sent. */
  never: z.array(z.string()),
  usage: z.array(
    z.strictObject({ sessionId: z.string(), endReason: z.string(), intervals: z.array(z.string()) }),
  ),
});
type Transcript = z.infer<typeof transcriptSchema>;

const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
const read = (file: string): Transcript =>
  transcriptSchema.parse(JSON.parse(readFileSync(join(folder, file), 'utf8')));

type Kept = Map<string, unknown>;
const KEPT = /^\$any:(\w+)$/;

/** What the agent said then, with the instants of now. */
function spoken(value: unknown, kept: Kept): unknown {
  if (typeof value === 'string') {
    if (value.startsWith('$') && kept.has(value.slice(1))) return kept.get(value.slice(1));
    const instant = /^\$now(?:-(\d+))?$/.exec(value);
    if (instant) return Date.now() - Number(instant[1] ?? 0);
    return value === '$instance' ? 'instance-1' : value;
  }
  if (Array.isArray(value)) return value.map((inner) => spoken(inner, kept));
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, spoken(inner, kept)]));
  return value;
}

/** `$any` becomes anything that is there. */
function expected(value: unknown): unknown {
  if (value === '$any' || (typeof value === 'string' && KEPT.test(value))) return expect.anything();
  if (Array.isArray(value)) return value.map(expected);
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, expected(inner)]));
  return value;
}

function fits(message: ServerMessage, wanted: object): boolean {
  try {
    expect(message).toMatchObject(expected(wanted) as object);
    return true;
  } catch {
    return false; // not the one that is waited for
  }
}

/** Takes what the server chose where the transcript names it. */
function keep(wanted: unknown, actual: unknown, kept: Kept): void {
  const name = typeof wanted === 'string' ? KEPT.exec(wanted)?.[1] : undefined;
  if (name !== undefined) kept.set(name, actual);
  if (wanted === null || typeof wanted !== 'object') return;
  for (const [key, inner] of Object.entries(wanted))
    keep(inner, (actual as Record<string, unknown>)[key], kept);
}

async function replay(house: TestServer, transcript: Transcript): Promise<RawAgent> {
  const { credential } = await house.enroll();
  let agent = await house.connect(credential).opened();
  const kept: Kept = new Map();
  for (const step of transcript.steps) {
    if ('agent' in step) agent.send(spoken(step.agent, kept));
    else if ('server' in step) {
      const type = step.server.type as ServerMessage['type'];
      keep(step.server, await agent.take(type, (message) => fits(message, step.server)), kept);
    } else {
      agent.close();
      agent = await house.connect(credential).opened();
    }
  }
  return agent;
}

describe('recorded transcripts', () => {
  let house: TestServer | null = null;
  afterEach(async () => {
    await house?.stop();
    house = null;
  });

  it.each(files)('[P5, P11] %s goes through as it did when it was recorded', async (file) => {
    const transcript = read(file);
    house = await startTestServer();
    await house.ask('POST', 'pools', { settings: { name: 'FreeCAD', capacity: 1 }, productIds: ['freecad'] });
    if (transcript.occupied) {
      const { agent } = await house.agent({ account: { name: 'holder', id: '1' } });
      agent.send(factsFrom(1, started('holder')));
      await agent.take('ack');
    }

    const agent = await replay(house, transcript);

    agent.send({ type: 'ping', nonce: 99 });
    await agent.take('pong');
    expect(agent.closing).toBeNull();
    expect(agent.messages.filter(({ type }) => transcript.never.includes(type))).toEqual([]);
    const records: UsageRecord[] = (await house.ask('GET', 'usage')).body.items;
    for (const { sessionId, endReason, intervals } of transcript.usage) {
      const record = records.find((candidate) => candidate.sessionId === sessionId);
      expect(record).toMatchObject({ endReason });
      const told = record?.intervals.map(({ intervalId }) => intervalId);
      expect(told).toHaveLength(intervals.length);
      if (!intervals.includes('*')) expect(told).toEqual(intervals);
    }
  });

  it('[P5] there are some of every version that is accepted', () => {
    const versions = new Set(files.map((file) => read(file).version));

    for (let version = OLDEST_PROTOCOL_VERSION; version <= PROTOCOL_VERSION; version++)
      expect(versions).toContain(version);
  });
});
