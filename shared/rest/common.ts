/** What all parts of the REST interface share: problems and pages. */
import { z } from 'zod';

export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  /** Stable, upper case with underscores. */
  code: z.string(),
  /** What happened and what to do next, for a person. */
  detail: z.string(),
});
export type Problem = z.infer<typeof problemSchema>;

/** `cursor` of the answer goes into the next question; null: that was the last page. */
export const pageQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: z.string().max(500).optional(),
});

export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), cursor: z.string().nullable() });
