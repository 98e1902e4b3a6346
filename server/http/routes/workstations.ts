/** Workstations with their agents. */
import { z } from 'zod';
import { idSchema } from '../../../shared/domain-schemas.ts';
import { pageOf, pageQuerySchema, workstationResourceSchema } from '../../../shared/rest.ts';
import type { Http, HttpParts } from '../http-parts.ts';
import { pageRequest } from '../paging.ts';
import { problemResponses, sendProblem } from '../problems.ts';
import { workstationResource } from '../workstation-resource.ts';

export function workstationRoutes(app: Http, parts: HttpParts): void {
  const { records } = parts;

  app.get(
    '/workstations',
    {
      schema: {
        tags: ['workstations'],
        summary: 'Workstations with their agents: version, sensors, last contact',
        querystring: pageQuerySchema,
        response: { 200: pageOf(workstationResourceSchema), ...problemResponses },
      },
    },
    async (request) => {
      const { items, cursor } = await records.workstations.page(pageRequest(request.query));
      return { items: items.map((row) => workstationResource(row, parts)), cursor };
    },
  );

  app.get(
    '/workstations/:workstationId',
    {
      schema: {
        tags: ['workstations'],
        summary: 'One workstation',
        params: z.object({ workstationId: idSchema }),
        response: { 200: workstationResourceSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const row = await records.workstations.get(request.params.workstationId);
      if (row === null) return sendProblem(reply, 'WORKSTATION_UNKNOWN', 'No workstation has this id.');
      return workstationResource(row, parts);
    },
  );
}
