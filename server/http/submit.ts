/** Commands of an admin on their way to the ledger. */
import type { FastifyRequest } from 'fastify';
import { invariant } from '../../shared/outcome.ts';
import type { AdminCommand, LedgerCommand } from '../ledger/commands.ts';
import type { LedgerOutcome } from '../ledger/ports.ts';
import type { HttpParts } from './http-parts.ts';

/** What an admin may ask: also that everything of a person who is erased ends. */
export type AdminWish = AdminCommand | Extract<LedgerCommand, { readonly kind: 'reconcile-sessions' }>;

/** @returns a function that asks the ledger in the name of the admin who sent this request */
export function adminSubmitter(
  { ledger, newId }: HttpParts,
  request: Pick<FastifyRequest, 'admin'>,
): (command: AdminWish) => Promise<LedgerOutcome> {
  const { admin } = request;
  invariant(admin !== null, 'an admin command comes from a signed-in admin');
  const by = { kind: 'admin', tokenId: admin.tokenId } as const;
  return (command) => ledger.submit({ commandId: newId(), by, command });
}
