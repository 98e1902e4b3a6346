/** Reads usage records page by page: three reads of the store for a page, whatever its length. */
import type { UsageRecord } from '../../shared/rest.ts';
import type { Clock } from '../../shared/time.ts';
import type { Directory } from '../agents/directory.ts';
import type { ReadModel } from '../read-model.ts';
import type { Page, PageRequest, Records, UsageQuery } from '../stores/records.ts';
import { makeUsageRecord } from './usage-record.ts';

export interface UsageReportParts {
  readonly records: Records;
  readonly readModel: ReadModel;
  readonly directory: Directory;
  readonly clock: Clock;
}

export async function readUsage(
  { records, readModel, directory, clock }: UsageReportParts,
  query: UsageQuery,
  request: PageRequest,
): Promise<Page<UsageRecord>> {
  const { items: sessions, cursor } = await records.usage.sessions(query, request);
  const sessionIds = sessions.map(({ sessionId }) => sessionId);
  const [intervals, grants] = await Promise.all([
    records.usage.intervals(sessionIds),
    records.usage.grants(sessionIds),
  ]);
  const intervalsOf = Map.groupBy(intervals, ({ sessionId }) => sessionId);
  const grantsOf = Map.groupBy(grants, ({ sessionId }) => sessionId);
  const { names } = readModel;
  const items = sessions.map((session) => {
    const { sessionId, userId, workstationId, productId } = session;
    const ofSession = grantsOf.get(sessionId) ?? [];
    return makeUsageRecord({
      session,
      intervals: intervalsOf.get(sessionId) ?? [],
      grants: ofSession,
      names: {
        userName: names.userName(userId),
        workstationName: names.workstationName(workstationId),
        productName: names.productName(productId),
        simulated: names.isSimulated(userId) || (directory.workstation(workstationId)?.simulated ?? false),
      },
      isCounted: ofSession.length > 0 || readModel.product(productId).poolIds.length > 0,
      nowMs: clock.wallMs(),
    });
  });
  return { items, cursor };
}
