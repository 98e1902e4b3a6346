/** Who uses a pool: now, and in the last 30 days. */
import { z } from 'zod';
import { idSchema } from '../../../shared/domain-schemas.ts';
import { pageOf, pageQuerySchema, poolUserSchema } from '../../../shared/rest.ts';
import { DAY } from '../../../shared/time.ts';
import { lastSeenMs } from '../../people/people-desk.ts';
import { poolUsers } from '../../people/pool-users.ts';
import type { Http, HttpParts } from '../http-parts.ts';
import { pageOfList, pageRequest } from '../paging.ts';
import { problemResponses, sendProblem } from '../problems.ts';

const RECENT_MS = 30 * DAY;

export function poolUserRoutes(app: Http, parts: HttpParts): void {
  const { ledger, records, readModel, directory, membership, clock } = parts;

  app.get(
    '/pools/:poolId/users',
    {
      schema: {
        tags: ['pools'],
        summary: 'Who uses a pool now and in the last 30 days, with units held, groups and last contact',
        params: z.object({ poolId: idSchema }),
        querystring: pageQuerySchema,
        response: { 200: pageOf(poolUserSchema), ...problemResponses },
      },
    },
    async (request, reply) => {
      const pool = ledger.state().pools.get(request.params.poolId);
      if (!pool) return sendProblem(reply, 'POOL_UNKNOWN', 'No pool has this id.');
      const recent = await records.usage.usersOf([...pool.productIds], clock.wallMs() - RECENT_MS);
      const users = poolUsers(ledger.state(), pool, recent, (id) => ledger.isLive(id), {
        userName: readModel.names.userName,
        isSimulated: readModel.names.isSimulated,
        groupIdsOf: membership.groupIdsOf,
        lastSeenMs: (userId) => lastSeenMs(userId, directory),
      });
      const places = new Map(users.map(({ userId }, index) => [userId, String(index).padStart(9, '0')]));
      const keyOf = ({ userId }: { userId: string }) => places.get(userId) ?? '';
      const { items, cursor } = pageOfList(users, keyOf, pageRequest(request.query));
      return { items: [...items], cursor };
    },
  );
}
