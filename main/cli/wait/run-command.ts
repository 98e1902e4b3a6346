/** Runs the command of `usher wait` as a shell would: same terminal, signals passed on, its end as an exit code. */
import { spawn } from 'node:child_process';
import { type ExitName, exitCodeOf, exitCodeOfSignal } from '../exit-codes.ts';
import { signalNumber } from '../signals.ts';

/** Signals that a person or a batch system sends to this process and means for the command. */
const PASSED_ON = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const;
/** A terminal gives these to the whole foreground group itself; passing them on would deliver them twice. */
const FROM_TERMINAL: readonly string[] = ['SIGINT', 'SIGQUIT'];

export type CommandEnd =
  | { readonly exitCode: number; readonly failure: null }
  /** It could not be started. */
  | { readonly exitCode: number; readonly failure: ExitName; readonly message: string };

function startFailure(error: NodeJS.ErrnoException, file: string): CommandEnd {
  const failure = error.code === 'ENOENT' ? 'COMMAND_NOT_FOUND' : 'NOT_EXECUTABLE';
  const message =
    failure === 'COMMAND_NOT_FOUND'
      ? `The command ${file} was not found.`
      : `The command ${file} cannot be executed (${error.code ?? error.message}).`;
  return { exitCode: exitCodeOf(failure), failure, message };
}

/**
 * @param hasTerminal true: Ctrl-C reaches the command without us
 */
export function runCommand(file: string, args: readonly string[], hasTerminal: boolean): Promise<CommandEnd> {
  return new Promise((resolve) => {
    const child = spawn(file, [...args], { stdio: 'inherit' });
    const listeners = PASSED_ON.map((name) => {
      const isDelivered = hasTerminal && FROM_TERMINAL.includes(name);
      return [name, () => void (isDelivered || child.kill(name))] as const;
    });
    const onDisconnect = () => void child.kill('SIGHUP');
    for (const [name, listener] of listeners) process.on(name, listener);
    process.on('disconnect', onDisconnect);
    process.channel?.unref();
    const finish = (end: CommandEnd) => {
      for (const [name, listener] of listeners) process.off(name, listener);
      process.off('disconnect', onDisconnect);
      resolve(end);
    };
    child.once('error', (error) => {
      if (child.pid === undefined) finish(startFailure(error, file));
    });
    child.once('exit', (code, signal) =>
      finish({
        exitCode: signal === null ? (code ?? 0) : exitCodeOfSignal(signalNumber(signal)),
        failure: null,
      }),
    );
  });
}
