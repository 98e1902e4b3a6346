/**
 * An agent host that says what a test tells it to, on the real local socket with the real frames and decoders.
 * It answers wishes as the real one does and changes its state only as the test's script says.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { dirname } from 'node:path';
import type { AgentState } from '../../../shared/agent-api.ts';
import {
  COMMAND_DECODERS,
  decodeFrame,
  MAXIMUM_FRAME_BYTES,
  type RequestFrame,
  requestFrameSchema,
} from '../../../shared/agent-api-codec.ts';
import { createFrameSplitter, joinFrame } from '../../../shared/local-frames.ts';
import { type Outcome, success } from '../../../shared/outcome.ts';

export interface Wish {
  readonly name: RequestFrame['name'];
  readonly input: unknown;
}

export interface ScriptedHost {
  /** Every wish that came, in order. */
  readonly wishes: readonly Wish[];
  connections(): number;
  /** Changes the state and tells every face. */
  say(state: AgentState): void;
  stop(): Promise<void>;
}

export interface HostScript {
  readonly state: AgentState;
  /** What a wish leads to; the default grants everything and changes nothing. */
  readonly onWish?: (wish: Wish, host: ScriptedHost) => Outcome<unknown>;
}

export async function startScriptedHost(socketPath: string, script: HostScript): Promise<ScriptedHost> {
  mkdirSync(dirname(socketPath), { recursive: true, mode: 0o700 });
  rmSync(socketPath, { force: true });
  const wishes: Wish[] = [];
  const faces = new Set<Socket>();
  let { state } = script;

  const host: ScriptedHost = {
    wishes,
    connections: () => faces.size,
    say(next) {
      state = next;
      for (const face of faces) face.write(joinFrame({ push: 'state', value: state }));
    },
    async stop() {
      for (const face of faces) face.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  function answer(face: Socket, text: string): void {
    const request = decodeFrame(requestFrameSchema, text);
    if (!request.ok) throw new Error(`the shell sent a frame that does not fit: ${request.message}`);
    const { id, name, input } = request.value;
    if (name === 'state') return void face.write(joinFrame({ id, ok: true, output: state }));
    if (name === 'panelAddress') throw new Error('the shell needs no panel address');
    COMMAND_DECODERS[name].parse(input);
    const wish = { name, input };
    wishes.push(wish);
    const output = script.onWish?.(wish, host) ?? success(null);
    face.write(joinFrame({ id, ok: true, output }));
  }

  const server = createServer((face) => {
    const splitter = createFrameSplitter(MAXIMUM_FRAME_BYTES);
    faces.add(face);
    face.setEncoding('utf8');
    face.on('error', () => face.destroy());
    face.on('close', () => faces.delete(face));
    face.on('data', (chunk) => {
      for (const frame of splitter.push(String(chunk)).frames) answer(face, frame);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, resolve);
  });
  return host;
}
