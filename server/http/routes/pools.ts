/** Pools: what the admin set and how they look now; create, edit, remove. */
import { z } from 'zod';
import type { Alternative, PoolSettings } from '../../../shared/domain.ts';
import { DEFAULT_POOL_SETTINGS, idSchema } from '../../../shared/domain-schemas.ts';
import { failure, type Outcome, success } from '../../../shared/outcome.ts';
import {
  createPoolSchema,
  editPoolSchema,
  pageOf,
  pageQuerySchema,
  poolResourceSchema,
} from '../../../shared/rest.ts';
import type { AdminCommand, RefusalCode } from '../../ledger/commands.ts';
import type { LedgerOutcome } from '../../ledger/ports.ts';
import type { Http, HttpParts } from '../http-parts.ts';
import { idFromName } from '../id-from-name.ts';
import { pageOfList, pageRequest } from '../paging.ts';
import type { PoolEdits } from '../pool-edits.ts';
import { poolResource } from '../pool-resource.ts';
import { problemResponses, sendProblem } from '../problems.ts';
import { adminSubmitter } from '../submit.ts';

const poolParams = z.object({ poolId: idSchema });
type Submit = (command: AdminCommand) => Promise<LedgerOutcome>;

export function poolRoutes(app: Http, parts: HttpParts, edits: PoolEdits): void {
  const { ledger, shelf } = parts;

  const resourceOf = (poolId: string) => poolResource(poolId, parts);
  const unknownProduct = (productIds: readonly string[]) =>
    productIds.find((productId) => shelf.get(productId) === null);
  const productProblem = (productId: string) =>
    `No product has the id ${productId}. PUT /api/v1/products/${productId} adds one.`;

  app.get(
    '/pools',
    {
      schema: {
        tags: ['pools'],
        summary: 'All pools with settings, holders and queue',
        querystring: pageQuerySchema,
        response: { 200: pageOf(poolResourceSchema), ...problemResponses },
      },
    },
    async (request) => {
      const { items, cursor } = pageOfList(
        ledger.state().pools.keys(),
        (id) => id,
        pageRequest(request.query),
      );
      return { items: items.flatMap((poolId) => resourceOf(poolId) ?? []), cursor };
    },
  );

  app.get(
    '/pools/:poolId',
    {
      schema: {
        tags: ['pools'],
        summary: 'One pool',
        params: poolParams,
        response: { 200: poolResourceSchema, ...problemResponses },
      },
    },
    async (request, reply) =>
      resourceOf(request.params.poolId) ?? sendProblem(reply, 'POOL_UNKNOWN', 'No pool has this id.'),
  );

  app.post(
    '/pools',
    {
      schema: {
        tags: ['pools'],
        summary: 'Create a pool, and let it count products',
        body: createPoolSchema,
        response: { 201: poolResourceSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const { settings: wanted, productIds } = request.body;
      const poolId = request.body.poolId ?? idFromName(wanted.name);
      if (poolId === null)
        return sendProblem(
          reply,
          'BAD_REQUEST',
          'The name has no letter or digit to make an id of; give poolId.',
        );
      if (ledger.state().pools.has(poolId))
        return sendProblem(reply, 'POOL_EXISTS', `A pool with the id ${poolId} exists. Give another poolId.`);
      const unknown = unknownProduct(productIds);
      if (unknown !== undefined) return sendProblem(reply, 'PRODUCT_UNKNOWN', productProblem(unknown));
      const { name, capacity } = wanted;
      const settings = withChange({ ...defaults(parts), name, capacity }, wanted);
      const created = await createPool(adminSubmitter(parts, request), poolId, settings, productIds);
      if (!created.ok) return sendProblem(reply, created.code, created.message);
      const resource = resourceOf(poolId);
      reply.header('location', `/api/v1/pools/${poolId}`);
      if (resource === null)
        return sendProblem(reply, 'POOL_UNKNOWN', 'The pool was removed at the same time.');
      return reply.code(201).send(resource);
    },
  );

  app.patch(
    '/pools/:poolId',
    {
      schema: {
        tags: ['pools'],
        summary: 'Change settings of a pool, or which products it counts',
        params: poolParams,
        body: editPoolSchema,
        response: { 200: poolResourceSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const { poolId } = request.params;
      if (!ledger.state().pools.has(poolId))
        return sendProblem(reply, 'POOL_UNKNOWN', 'No pool has this id.');
      const unknown = unknownProduct(request.body.productIds ?? []);
      if (unknown !== undefined) return sendProblem(reply, 'PRODUCT_UNKNOWN', productProblem(unknown));
      const submit = adminSubmitter(parts, request);
      const { settings: wanted, productIds, reason } = request.body;
      if (wanted !== undefined) {
        const change = (settings: PoolSettings) => success(withChange(settings, wanted));
        const edited = await edits.edit(request, poolId, change, reason);
        if (!edited.ok) return sendProblem(reply, edited.code, edited.message);
      }
      if (productIds !== undefined) {
        const before = () => [...(ledger.state().pools.get(poolId)?.productIds ?? [])];
        const edited = await edits.alone(poolId, () =>
          setProducts(submit, poolId, productIds, (id) => alternativesOf(parts, id), before()),
        );
        if (!edited.ok) return sendProblem(reply, edited.code, edited.message);
      }
      return (
        resourceOf(poolId) ?? sendProblem(reply, 'POOL_UNKNOWN', 'The pool was removed at the same time.')
      );
    },
  );

  app.delete(
    '/pools/:poolId',
    {
      schema: {
        tags: ['pools'],
        summary: 'Remove a pool: its leases, tickets and offers end, applications keep running',
        params: poolParams,
        response: { 204: z.null(), ...problemResponses },
      },
    },
    async (request, reply) => {
      const submit = adminSubmitter(parts, request);
      const removed = await submit({ kind: 'remove-pool', poolId: request.params.poolId });
      if (!removed.ok) return sendProblem(reply, removed.code, removed.message);
      return reply.code(204).send(null);
    },
  );
}

function defaults({ config }: HttpParts): Omit<PoolSettings, 'name' | 'capacity'> {
  const { offerWindowMs } = config.timing;
  return { ...DEFAULT_POOL_SETTINGS, ...(offerWindowMs === undefined ? {} : { offerWindowMs }) };
}

type PoolChange = NonNullable<z.infer<typeof editPoolSchema>['settings']>;

/** Settings with what was named; an allocation keeps its other parts. */
function withChange(settings: PoolSettings, { allocation, ...rest }: PoolChange): PoolSettings {
  return {
    ...settings,
    ...withSet(rest),
    allocation: { ...settings.allocation, ...withSet(allocation ?? {}) },
  };
}

/** Only what was said; a partial schema leaves undefined where nothing was. */
function withSet<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}

const alternativesOf = ({ ledger }: HttpParts, productId: string): readonly Alternative[] =>
  ledger.state().products.get(productId)?.alternatives ?? [];

/** Pool and products are two decisions; when the second is refused the first is taken back. */
async function createPool(
  submit: Submit,
  poolId: string,
  settings: PoolSettings,
  productIds: readonly string[],
): Promise<Outcome<null, RefusalCode>> {
  const created = await submit({ kind: 'configure-pool', poolId, settings });
  if (!created.ok) return created;
  for (const productId of productIds) {
    const alternatives: Alternative[] = [[{ poolId, units: 1 }]];
    const counted = await submit({ kind: 'configure-product', productId, alternatives });
    if (counted.ok) continue;
    await submit({ kind: 'remove-pool', poolId });
    return failure(counted.code, `${counted.message} The pool was not created.`);
  }
  return success(null);
}

const isAlone = (alternative: Alternative, poolId: string): boolean =>
  alternative.length === 1 && alternative[0]?.poolId === poolId;

/** Products named anew get this pool as their last alternative; products named no more lose it. */
async function setProducts(
  submit: Submit,
  poolId: string,
  productIds: readonly string[],
  alternativesOfProduct: (productId: string) => readonly Alternative[],
  before: readonly string[],
): Promise<Outcome<null, RefusalCode>> {
  for (const productId of new Set([...before, ...productIds])) {
    const now = alternativesOfProduct(productId);
    const usesPool = now.some((alternative) => alternative.some((take) => take.poolId === poolId));
    const wanted = productIds.includes(productId);
    if (usesPool === wanted) continue;
    const alternatives: Alternative[] = wanted
      ? [...now, [{ poolId, units: 1 }]]
      : now.filter((alternative) => !isAlone(alternative, poolId));
    const changed = await submit({ kind: 'configure-product', productId, alternatives });
    if (!changed.ok) return changed;
  }
  return success(null);
}
