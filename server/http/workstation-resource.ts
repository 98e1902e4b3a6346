/** A workstation as the admin sees it: what is written down, and who is connected now. Used by REST and the live socket. */
import type { WorkstationResource } from '../../shared/rest.ts';
import type { WorkstationRow } from '../stores/records.ts';
import type { HttpParts } from './http-parts.ts';

export function workstationResource(
  row: WorkstationRow,
  { directory, hub, clock }: Pick<HttpParts, 'directory' | 'hub' | 'clock'>,
): WorkstationResource {
  const { workstationId, name, platform, osVersion, simulated } = row;
  const agents = directory.agentsOf(workstationId).map((agent): WorkstationResource['agents'][number] => {
    const { userId, loginSessionId, agentVersion, sensors, lastContactMs } = agent;
    const connected = hub.isConnected(workstationId, userId);
    return {
      userId,
      userName: directory.userName(userId),
      loginSessionId,
      agentVersion,
      connected,
      lastContactMs: connected ? clock.wallMs() : lastContactMs,
      sensors,
      copiedCredential: hub.isCopied(workstationId, userId),
    };
  });
  return { workstationId, name, platform, osVersion, agents, simulated };
}
