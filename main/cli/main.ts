/** Entry of `usher`: parses, loads the one subcommand that was asked for, runs it, and turns its end into an exit code. */
import { tmpdir } from 'node:os';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { keepProcessAlive } from './clock.ts';
import { makeContext } from './context.ts';
import { parseCommandLine } from './program.ts';
import { SUBCOMMANDS } from './subcommands.ts';
import { VERSION } from './version.ts';

/** The bundle lies in `<root>/dist/cli`, the source in `<root>/main/cli`: both two folders deep. */
const rootDir = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');

const context = makeContext({
  commands: SUBCOMMANDS,
  rootDir,
  version: VERSION,
  temporaryDir: tmpdir(),
  workingDir: process.cwd(),
});
const parsed = parseCommandLine(context, process.argv.slice(2));

if (parsed.kind === 'ended') process.exitCode = parsed.exitCode;
else {
  // Timers of ours do not keep the process alive; a subcommand that waits does.
  const letGo = keepProcessAlive();
  try {
    const { run } = await parsed.load();
    process.exitCode = await run(context, parsed.input);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    process.exitCode = context.fail(parsed.input, 'FAILED', `Something unexpected happened: ${reason}`);
  } finally {
    letGo();
  }
}
