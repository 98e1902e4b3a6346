/** Starts one child of a session with the arguments that fit the moment. */
import { join } from 'node:path';
import { assertNever } from '../../../shared/outcome.ts';
import type { Context } from '../context.ts';
import {
  type ColleaguesReady,
  READY_SCHEMAS,
  type ServerReady,
  startNodeChild,
  startShell,
} from './children.ts';
import type { SessionPlan } from './session-plan.ts';
import type { ChildEvents, RunningChild } from './supervisor.ts';
import type { ChildName } from './supervisor-state.ts';

export interface LaunchFacts {
  readonly context: Context;
  readonly plan: SessionPlan;
  /** null: no server was started here, or it is not ready yet. */
  readonly server: ServerReady | null;
  readonly shellPath: string | null;
  readonly logPath: string;
}

export interface LaunchPorts {
  onServerReady(ready: ServerReady): void;
  onColleaguesReady(ready: ColleaguesReady): void;
}

/** A server that starts again listens where it did, also when the system chose the port (`--port 0`). */
function serverArguments(plan: SessionPlan, before: ServerReady | null): readonly string[] {
  const isSamePort = before === null || !plan.serverArgs.includes('--port');
  return isSamePort ? plan.serverArgs : [...plan.serverArgs, '--port', new URL(before.url).port];
}

/** A token on a command line could be read by every account of the machine; a variable only by this one. */
function enrollmentVariable(token: string | null): Record<string, string> {
  return token === null ? {} : { USHER_ENROLLMENT_TOKEN: token };
}

export function launchChild(
  child: ChildName,
  facts: LaunchFacts,
  events: ChildEvents,
  ports: LaunchPorts,
): RunningChild {
  const { context, plan, server, logPath } = facts;
  const { rootDir, environment } = context;
  const { env } = environment;
  switch (child) {
    case 'server':
      return startNodeChild(
        {
          scriptPath: join(rootDir, 'dist', 'server', 'main.mjs'),
          args: serverArguments(plan, server),
          logPath,
          env,
          readySchema: READY_SCHEMAS.server,
          onReady: (ready) => ports.onServerReady(ready),
        },
        events,
      );
    case 'agent':
      return startNodeChild(
        {
          scriptPath: join(rootDir, 'dist', 'agent', 'host.mjs'),
          args: ['--data', plan.places.dataDir, ...(server ? ['--server', server.url] : plan.agentArgs)],
          logPath,
          env: { ...env, ...enrollmentVariable(server?.enrollmentToken ?? plan.enrollmentToken) },
          readySchema: READY_SCHEMAS.agent,
          onReady: () => {},
        },
        events,
      );
    case 'colleagues':
      return startNodeChild(
        {
          scriptPath: join(rootDir, 'dist', 'cli', 'usher.mjs'),
          args: ['demo-colleagues', '--data', plan.places.dataDir],
          logPath,
          env,
          firstMessage: server ?? {},
          readySchema: READY_SCHEMAS.colleagues,
          onReady: (ready) => ports.onColleaguesReady(ready),
        },
        events,
      );
    case 'shell':
      return startShell(
        {
          electronPath: facts.shellPath ?? '',
          args: [join(rootDir, 'dist', 'shell', 'main.cjs'), '--data', plan.places.dataDir, '--attach-only'],
          logPath,
          env: { ...env, ...(server ? { USHER_CONSOLE_URL: server.url } : {}) },
        },
        events,
      );
    default:
      return assertNever(child);
  }
}
