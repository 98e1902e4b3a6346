/** `usher version`: what this is, for support. */
import { OLDEST_PROTOCOL_VERSION, PROTOCOL_VERSION } from '../../../shared/protocol.ts';
import type { Context, Input } from '../context.ts';

export async function run(context: Context, input: Input): Promise<number> {
  const answer = {
    version: context.version,
    protocol: { newest: PROTOCOL_VERSION, oldest: OLDEST_PROTOCOL_VERSION },
    node: process.versions.node,
  };
  return context.answer(input, answer, () => [
    `usher ${answer.version}`,
    `protocol ${PROTOCOL_VERSION}, Node ${answer.node}`,
  ]);
}
