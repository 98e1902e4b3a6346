/**
 * What the two ends of a connection agree on, decided from hello alone: version, capabilities, and so what may be
 * sent. Pure. docs/PROTOCOL.md "Versions and capabilities" has the table this file carries out.
 */
import { failure, type Outcome, success } from '../../shared/outcome.ts';
import {
  type AgentMessage,
  CAPABILITIES,
  type Capability,
  FACT_SINCE,
  type Fact,
  type Hello,
  OLDEST_PROTOCOL_VERSION,
  PROTOCOL_VERSION,
  wishSince,
} from '../../shared/protocol.ts';
import type { HelloHead } from '../../shared/protocol-codec.ts';

export interface Agreement {
  readonly version: number;
  readonly capabilities: ReadonlySet<Capability>;
}

const CAPABILITY_SINCE: Record<Capability, number> = {
  wishes: 101,
  'watch-pools': 101,
  'catalog-push': 102,
};

/** @returns the agreed version: the older of the two newest, in the form major * 100 + minor */
export function agreeVersion(head: HelloHead): Outcome<number, 'TOO_OLD' | 'TOO_NEW'> {
  if (head.version < OLDEST_PROTOCOL_VERSION)
    return failure('TOO_OLD', 'This agent is too old for the server. Update it.');
  if (head.oldestVersion > PROTOCOL_VERSION)
    return failure('TOO_NEW', 'This agent is newer than the server. Update the server.');
  return success(Math.min(head.version, PROTOCOL_VERSION));
}

export function agreeCapabilities(version: number, hello: Hello): Agreement {
  const offered = new Set(hello.capabilities);
  return {
    version,
    capabilities: new Set(
      CAPABILITIES.filter((name) => offered.has(name) && CAPABILITY_SINCE[name] <= version),
    ),
  };
}

/** Whether an agent may send this after hello. */
export function isAgreed(agreement: Agreement, message: AgentMessage): boolean {
  switch (message.type) {
    case 'hello':
      return false;
    case 'watch':
      return agreement.capabilities.has('watch-pools');
    case 'facts':
      return message.facts.every(({ fact }) => isFactAgreed(agreement, fact));
    default:
      return true;
  }
}

function isFactAgreed({ version, capabilities }: Agreement, fact: Fact): boolean {
  if (fact.kind === 'wish' && !capabilities.has('wishes')) return false;
  const since = fact.kind === 'wish' ? wishSince(fact.wish) : FACT_SINCE[fact.kind];
  return since <= version;
}
