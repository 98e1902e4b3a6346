/** Products: the shipped catalog with what an admin added or changed, and the pools that count them. */
import { z } from 'zod';
import { productSchema } from '../../../shared/catalog.ts';
import { alternativeSchema, idSchema } from '../../../shared/domain-schemas.ts';
import {
  alternativesSchema,
  type ProductResource,
  pageOf,
  pageQuerySchema,
  productResourceSchema,
} from '../../../shared/rest.ts';
import type { Http, HttpParts } from '../http-parts.ts';
import { pageOfList, pageRequest } from '../paging.ts';
import { problemResponses, sendProblem } from '../problems.ts';
import { adminSubmitter } from '../submit.ts';

const productParams = z.object({ productId: idSchema });

export function productRoutes(app: Http, parts: HttpParts): void {
  const { shelf, ledger, announcer, clock } = parts;

  function resourceOf(productId: string): ProductResource | null {
    const entry = shelf.get(productId);
    if (entry === null) return null;
    const alternatives = ledger.state().products.get(productId)?.alternatives ?? [];
    return { ...entry, alternatives: z.array(alternativeSchema).parse(alternatives) };
  }
  const announce = (productId: string) =>
    announcer.announce({ isCatalogChanged: true, productIds: new Set([productId]) });

  app.get(
    '/products',
    {
      schema: {
        tags: ['products'],
        summary: 'The catalog, with where each product came from and what counts it',
        querystring: pageQuerySchema,
        response: { 200: pageOf(productResourceSchema), ...problemResponses },
      },
    },
    async (request) => {
      const ids = shelf.all().map(({ product }) => product.productId);
      const { items, cursor } = pageOfList(ids, (id) => id, pageRequest(request.query));
      return { items: items.flatMap((productId) => resourceOf(productId) ?? []), cursor };
    },
  );

  app.get(
    '/products/:productId',
    {
      schema: {
        tags: ['products'],
        summary: 'One product',
        params: productParams,
        response: { 200: productResourceSchema, ...problemResponses },
      },
    },
    async (request, reply) =>
      resourceOf(request.params.productId) ??
      sendProblem(reply, 'PRODUCT_UNKNOWN', 'No product of the catalog has this id.'),
  );

  app.put(
    '/products/:productId',
    {
      schema: {
        tags: ['products'],
        summary: 'Add a product, or change one; agents learn of it at once',
        params: productParams,
        body: productSchema,
        response: { 200: productResourceSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const { productId } = request.params;
      if (request.body.productId !== productId)
        return sendProblem(reply, 'BAD_REQUEST', 'The productId of the body is not the one of the path.');
      await shelf.put(request.body, clock.wallMs());
      announce(productId);
      return (
        resourceOf(productId) ?? sendProblem(reply, 'PRODUCT_UNKNOWN', 'The product was removed meanwhile.')
      );
    },
  );

  app.delete(
    '/products/:productId',
    {
      schema: {
        tags: ['products'],
        summary: 'Take back what an admin added or changed; a shipped product is as shipped again',
        params: productParams,
        response: { 204: z.null(), ...problemResponses },
      },
    },
    async (request, reply) => {
      const { productId } = request.params;
      if (!(await shelf.remove(productId)))
        return sendProblem(reply, 'PRODUCT_UNKNOWN', 'No admin added or changed this product.');
      announce(productId);
      return reply.code(204).send(null);
    },
  );

  app.put(
    '/products/:productId/alternatives',
    {
      schema: {
        tags: ['products'],
        summary: 'The ways to run a product, in order: each takes units of one or more pools',
        params: productParams,
        body: alternativesSchema,
        response: { 200: productResourceSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const { productId } = request.params;
      if (shelf.get(productId) === null)
        return sendProblem(reply, 'PRODUCT_UNKNOWN', 'No product of the catalog has this id. Add it first.');
      const submit = adminSubmitter(parts, request);
      const { alternatives } = request.body;
      const changed = await submit({ kind: 'configure-product', productId, alternatives });
      if (!changed.ok) return sendProblem(reply, changed.code, changed.message);
      return (
        resourceOf(productId) ?? sendProblem(reply, 'PRODUCT_UNKNOWN', 'The product was removed meanwhile.')
      );
    },
  );
}
