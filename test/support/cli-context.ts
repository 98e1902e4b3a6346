/** The command in this process: parsed and run as from a terminal, against whatever server a test names. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../main/cli/clock.ts';
import type { Context, Output } from '../../main/cli/context.ts';
import { exitCodeOf } from '../../main/cli/exit-codes.ts';
import { paintNothing } from '../../main/cli/output/paint.ts';
import { parseCommandLine } from '../../main/cli/program.ts';
import { SUBCOMMANDS } from '../../main/cli/subcommands.ts';
import type { Reply } from './test-server.ts';

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** With --json. */
  readonly json: Reply['body'];
}

/** Runs one command line; nothing of this machine's own Usher is found by it. */
export async function runCommand(argv: readonly string[]): Promise<Said> {
  const said = { out: '', err: '' };
  const output = (name: 'out' | 'err'): Output => ({
    write: (text) => {
      said[name] += text;
    },
    isTerminal: false,
    width: () => Number.POSITIVE_INFINITY,
    height: () => 40,
    paint: paintNothing,
  });
  const dir = mkdtempSync(join(tmpdir(), 'usher-cli-'));
  const context: Context = {
    out: output('out'),
    err: output('err'),
    clock: systemClock,
    environment: {
      env: {},
      homeDir: dir,
      dataDir: null,
      adminToken: null,
      enrollmentToken: null,
      wantsColor: false,
      x11Display: null,
      waylandDisplay: null,
      temporaryDir: dir,
      electronPath: null,
    },
    rootDir: dir,
    version: '1.2.3',
    commands: SUBCOMMANDS,
    answer(input, json, text) {
      const isJson = input.options.json === true;
      said.out += isJson
        ? JSON.stringify(json)
        : text()
            .map((line) => `${line}\n`)
            .join('');
      return 0;
    },
    fail(_input, name, message) {
      said.err += message;
      return exitCodeOf(name);
    },
    places: () => ({
      ...{
        dataDir: dir,
        serverDir: join(dir, 'server'),
        agentDir: join(dir, 'agent'),
        runDir: join(dir, 'run'),
      },
      agentSocketPath: join(dir, 'agent.sock'),
      doorDir: null,
    }),
  };
  const parsed = parseCommandLine(context, argv);
  const code =
    parsed.kind === 'ended' ? parsed.exitCode : await (await parsed.load()).run(context, parsed.input);
  const isJson = said.out.startsWith('{');
  return { code, ...said, json: isJson ? JSON.parse(said.out) : null };
}
