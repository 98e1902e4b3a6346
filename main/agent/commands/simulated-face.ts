/**
 * What a simulated colleague presses: one request over the local socket of their own agent. It never asks for the
 * state, so the agent does not take it for somebody who looks at the pools.
 */
import { createConnection } from 'node:net';
import type { CommandName } from '../../../shared/agent-api.ts';
import { decodeFrame, hostFrameSchema, MAXIMUM_FRAME_BYTES } from '../../../shared/agent-api-codec.ts';
import { createFrameSplitter, joinFrame } from '../../../shared/local-frames.ts';

/** @returns when the agent has answered, or cannot: a simulated colleague sees the result in the state */
export function press(socketPath: string, name: CommandName, input: object): Promise<void> {
  return new Promise((resolve) => {
    const socket = createConnection(socketPath);
    const splitter = createFrameSplitter(MAXIMUM_FRAME_BYTES);
    socket.setEncoding('utf8');
    socket.once('connect', () => socket.write(joinFrame({ id: 1, name, input })));
    socket.on('data', (chunk: string) => {
      const isAnswered = splitter.push(chunk).frames.some((text) => {
        const frame = decodeFrame(hostFrameSchema, text);
        return frame.ok && 'id' in frame.value;
      });
      if (isAnswered) socket.destroy();
    });
    // A close follows.
    socket.on('error', () => socket.destroy());
    socket.once('close', () => resolve());
  });
}
