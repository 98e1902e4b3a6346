/** People with raw agents of the newest version, each call somebody new, whose facts are numbered and acknowledged. */
import { PROTOCOL_VERSION } from '../../shared/protocol.ts';
import { factsFrom } from './facts.ts';
import type { TestServer } from './test-server.ts';

/** @param usual the server where none is named */
export function newcomers(usual: () => TestServer) {
  let people = 0;
  return async (on: TestServer = usual()) => {
    people += 1;
    const name = `person-${people}`;
    const identity = await on.enroll({ account: { name, id: name }, instanceId: name });
    const agent = on.connect(identity.credential);
    await agent.greet({ version: PROTOCOL_VERSION, instanceId: name, outboxId: `outbox-${name}` });
    let seq = 0;
    const tell = async (...facts: Parameters<typeof factsFrom>[1][]) => {
      agent.send(factsFrom(seq + 1, ...facts));
      seq += facts.length;
      return agent.take('ack', ({ throughSeq }) => throughSeq === seq);
    };
    return { agent, name, userId: identity.userId, tell };
  };
}
