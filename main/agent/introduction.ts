/** How an agent introduces itself to its server: workstation, account, hello. Pure. */
import {
  CAPABILITIES,
  type Hello,
  OLDEST_PROTOCOL_VERSION,
  PROTOCOL_VERSION,
} from '../../shared/protocol.ts';
import type { EnrollRequest } from '../../shared/rest.ts';
import type { AgentOptions } from './agent-options.ts';
import { cleanName } from './session/reasons.ts';

export function workstationOf({ os, osVersion }: AgentOptions): Hello['workstation'] {
  const { hostName, platform } = os.own;
  return { name: cleanName(hostName), platform, osVersion: osVersion.slice(0, 200) };
}

/** The OS account as the system asserts it. */
export function accountOf({ os, isSimulated }: AgentOptions): EnrollRequest['account'] {
  const { account, accountName, platform } = os.own;
  const system = platform === 'win32' ? 'windows' : 'unix';
  return { authority: isSimulated ? 'simulated' : system, id: account, name: cleanName(accountName) };
}

/** What is true at the moment of a hello. */
export interface Now {
  readonly instanceId: string;
  readonly outboxId: string;
  readonly openSessionIds: readonly string[];
  readonly sensors: Hello['sensors'];
}

export function helloOf(options: AgentOptions, now: Now): Hello {
  const { bootId, osSession } = options.os.own;
  const { instanceId, outboxId, sensors } = now;
  return {
    type: 'hello',
    version: PROTOCOL_VERSION,
    oldestVersion: OLDEST_PROTOCOL_VERSION,
    capabilities: [...CAPABILITIES],
    agentVersion: options.agentVersion,
    instanceId,
    // A login session ends with its boot; the data folder's id keeps those of two accounts apart.
    loginSessionId: `${instanceId}/${bootId}/${osSession}`.slice(0, 128),
    outboxId,
    wallMs: options.clock.wallMs(),
    openSessionIds: [...now.openSessionIds],
    workstation: workstationOf(options),
    sensors: { processes: sensors.processes.slice(0, 100), idle: sensors.idle.slice(0, 100) },
    simulated: options.isSimulated,
  };
}
