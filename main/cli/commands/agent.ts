/** `usher agent --server URL --token T`: a workstation that joins a server elsewhere. */
import { type Context, flag, type Input, textOption } from '../context.ts';
import { runHeld } from '../start/run-held.ts';
import { createScreen } from '../start/screen.ts';

export async function run(context: Context, input: Input): Promise<number> {
  const server = textOption(input, 'server');
  if (server !== null && !URL.canParse(server))
    return context.fail(
      input,
      'USAGE',
      `"${server}" is no address. Write it like https://usher.example.com.`,
    );
  const token = textOption(input, 'token') ?? context.environment.enrollmentToken;
  const places = context.places(input);
  const opensPanel = flag(input, 'open');
  return runHeld({
    context,
    input,
    places,
    screen: createScreen(context, input),
    role: 'agent',
    opensPanel,
    plan: () => ({
      places,
      wanted: ['agent'],
      serverArgs: [],
      agentArgs: server === null ? [] : ['--server', server],
      enrollmentToken: token,
      consoleUrl: server,
      opensPanel,
    }),
  });
}
