/** Pools, and the products that they count. */
import { z } from 'zod';
import { productSchema } from '../catalog.ts';
import { allocationSchema, alternativeSchema, idSchema, poolSettingsSchema } from '../domain-schemas.ts';
import { poolViewSchema } from '../views.ts';

/** Settings of which only some are named; of the allocation too. */
export const poolChangeSchema = poolSettingsSchema
  .partial()
  .extend({ allocation: allocationSchema.partial().optional() });

/** POST /pools. What is left out gets DEFAULT_POOL_SETTINGS. */
export const createPoolSchema = z.strictObject({
  /** Made from the name when absent: kebab-case. */
  poolId: idSchema.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/).optional(),
  settings: poolChangeSchema.required({ name: true, capacity: true }),
  /** Products that this pool serves alone with one unit; alternatives over several pools are set at the product. */
  productIds: z.array(idSchema).max(1000).default([]),
});

/** PATCH /pools/:poolId. Only what is named changes. */
export const editPoolSchema = z.strictObject({
  settings: poolChangeSchema.optional(),
  productIds: z.array(idSchema).max(1000).optional(),
  /** Why the settings change; the audit keeps it. */
  reason: z.string().min(3).max(500).optional(),
});

/** GET /pools, GET /pools/:poolId: what the admin set, and how it looks now. */
export const poolResourceSchema = z.object({ settings: poolSettingsSchema, view: poolViewSchema });
export type PoolResource = z.infer<typeof poolResourceSchema>;

/** GET /products: the catalog with where it came from; PUT /products/:productId adds or changes one. */
export const productResourceSchema = z.object({
  product: productSchema,
  source: z.enum(['shipped', 'admin']),
  alternatives: z.array(alternativeSchema),
});
export type ProductResource = z.infer<typeof productResourceSchema>;
/** PUT /products/:productId/alternatives: ordered; the first that is free is taken. */
export const alternativesSchema = z.strictObject({ alternatives: z.array(alternativeSchema).max(16) });
