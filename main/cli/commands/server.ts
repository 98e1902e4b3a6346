/** `usher server`: the server alone, for workstations elsewhere. */
import type { Context, Input } from '../context.ts';
import { serverArguments } from '../start/find-role.ts';
import { runHeld } from '../start/run-held.ts';
import { createScreen } from '../start/screen.ts';

export async function run(context: Context, input: Input): Promise<number> {
  const places = context.places(input);
  return runHeld({
    context,
    input,
    places,
    screen: createScreen(context, input),
    role: 'server',
    opensPanel: false,
    plan: () => ({
      places,
      wanted: ['server'],
      serverArgs: serverArguments(input, places, null),
      agentArgs: [],
      enrollmentToken: null,
      consoleUrl: null,
      opensPanel: false,
    }),
  });
}
