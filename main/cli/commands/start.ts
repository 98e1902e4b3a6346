/** `usher start`: the embedded server, the agent host and the panel on this workstation; or joins what runs. */
import type { Places } from '../../../shared/places.ts';
import { type Context, flag, type Input } from '../context.ts';
import { isAlive } from '../start/claim-folder.ts';
import { makeDemoFolder, removeDemoFolder, removeOldDemos } from '../start/demo-folder.ts';
import { findDoor, findRole, rememberJoined, serverArguments } from '../start/find-role.ts';
import type { Role } from '../start/role.ts';
import { runHeld } from '../start/run-held.ts';
import { createScreen, type Screen } from '../start/screen.ts';
import type { SessionPlan } from '../start/session-plan.ts';
import { placesOf } from '../system-places.ts';

function makePlan(input: Input, places: Places, role: Role, door: string | null): SessionPlan {
  const isDemo = flag(input, 'demo');
  const base = { places, opensPanel: input.options.open !== false, enrollmentToken: null };
  if (role.kind === 'join')
    return {
      ...base,
      wanted: ['agent'],
      serverArgs: [],
      agentArgs: ['--door', role.door.dir],
      consoleUrl: role.door.url,
    };
  return {
    ...base,
    wanted: isDemo ? ['server', 'agent', 'colleagues'] : ['server', 'agent'],
    serverArgs: serverArguments(input, places, door),
    agentArgs: [],
    consoleUrl: null,
  };
}

function tellRole(role: Role, places: Places, screen: Screen): void {
  if (role.kind !== 'join') return;
  const owner = `account ${role.door.ownerUid}`;
  if (role.isOpen) {
    rememberJoined(places, role.door);
    screen.say(
      `This machine has an Usher server of ${owner}; you join it. \`usher start --own-server\` starts your own.`,
      'info',
      'joined',
    );
  } else
    screen.say(
      `The Usher server of ${owner} that you joined does not run now. Usher records here until it is back.`,
      'warning',
      'joined',
    );
}

function start(context: Context, input: Input, places: Places, screen: Screen): Promise<number> {
  return runHeld({
    context,
    input,
    places,
    screen,
    role: 'start',
    opensPanel: input.options.open !== false,
    plan: async () => {
      const role = await findRole(context, input, places);
      tellRole(role, places, screen);
      return makePlan(input, places, role, await findDoor(context, input, places));
    },
  });
}

async function startDemo(context: Context, input: Input, screen: Screen): Promise<number> {
  const { temporaryDir } = context.environment;
  const dir = makeDemoFolder(temporaryDir);
  try {
    screen.say(`Demo: everything is kept in ${dir} and removed at the end.`, 'info', 'demo');
    screen.say(`Other commands reach it with --data ${dir}`, 'muted', 'demo');
    return await start(
      context,
      { ...input, options: { ...input.options, data: dir } },
      placesOf(context.environment, dir),
      screen,
    );
  } finally {
    removeDemoFolder(dir);
  }
}

export async function run(context: Context, input: Input): Promise<number> {
  const screen = createScreen(context, input);
  const removed = removeOldDemos(context.environment.temporaryDir, context.clock.wallMs(), isAlive);
  if (removed > 0)
    screen.say(
      `Removed what ${removed === 1 ? 'a killed demo' : `${removed} killed demos`} left behind.`,
      'muted',
      'cleaned',
    );
  if (!flag(input, 'demo')) return start(context, input, context.places(input), screen);
  if (typeof input.options.data === 'string')
    return context.fail(
      input,
      'USAGE',
      '--demo keeps everything in a temporary folder of its own; leave --data out.',
    );
  return startDemo(context, input, screen);
}
