/** The process of the simulated colleagues: started by `usher start --demo`, steered over IPC, ends with its parent. */
import type { Context, Input } from '../context.ts';
import { placesOf } from '../system-places.ts';

export async function run(context: Context, input: Input): Promise<number> {
  const { runDemoColleagues } = await import('../../agent/commands/demo.ts');
  return runDemoColleagues({
    dataDir: context.places(input).dataDir,
    rootDir: context.rootDir,
    socketPathOf: (dataDir) => placesOf(context.environment, dataDir).agentSocketPath,
  });
}
