/** The catalog's shape as JSON Schema, for editors and for people who keep catalogs with other tools. */
import { z } from 'zod';
import { catalogSchema } from './catalog.ts';

/** @returns JSON Schema 2020-12 of a catalog file as it is written (what has a default may be left out) */
export function catalogJsonSchema(): object {
  return {
    ...z.toJSONSchema(catalogSchema, { io: 'input', reused: 'ref', target: 'draft-2020-12' }),
    title: 'Usher product catalog',
    description:
      'Which products exist and which processes are they; docs/CATALOG.md explains it with an example.',
  };
}
