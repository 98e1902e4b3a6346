/** Tells pages and agents that a person looks different now: their name or contact changed. */
import type { HttpParts } from './http-parts.ts';

/** Pools in which the person shows, and the workstations of their agents. */
export function announcePerson(
  userId: string,
  {
    ledger,
    readModel,
    announcer,
    directory,
  }: Pick<HttpParts, 'ledger' | 'readModel' | 'announcer' | 'directory'>,
): void {
  const user = ledger.state().users.get(userId);
  const poolIds = new Set([
    ...[...(user?.sessionIds ?? [])].flatMap((sessionId) => readModel.poolsOfSession(sessionId)),
    ...[...(user?.ticketIdByProduct.keys() ?? [])].flatMap(
      (productId) => readModel.product(productId).poolIds,
    ),
  ]);
  const workstationIds = new Set(directory.agentsOfUser(userId).map(({ workstationId }) => workstationId));
  announcer.announce({ poolIds, workstationIds });
}
