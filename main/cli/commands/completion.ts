/** `usher completion SHELL`: prints the script that completes words of `usher`. */
import { completionScript, SHELLS } from '../completion.ts';
import type { Context, Input } from '../context.ts';

export async function run(context: Context, input: Input): Promise<number> {
  const wanted = input.words[0];
  const shell = SHELLS.find((name) => name === wanted);
  if (!shell) return context.fail(input, 'USAGE', `"${wanted}" is none of ${SHELLS.join(', ')}.`);
  const script = completionScript(shell, context.commands);
  return context.answer(input, { shell, script }, () => [script.trimEnd()]);
}
