/** Enrollment of agents by token, and the tokens themselves. */
import { z } from 'zod';
import { idSchema } from '../../../shared/domain-schemas.ts';
import {
  createdEnrollmentTokenSchema,
  createEnrollmentTokenSchema,
  enrollAnswerSchema,
  enrollmentTokenResourceSchema,
  enrollRequestSchema,
  pageOf,
  pageQuerySchema,
} from '../../../shared/rest.ts';
import { bearerToken, hashSecret, makeSecret } from '../../agents/secrets.ts';
import type { EnrollmentTokenRow } from '../../stores/records.ts';
import type { Http, HttpParts } from '../http-parts.ts';
import { pageOfList, pageRequest } from '../paging.ts';
import { problemResponses, sendProblem } from '../problems.ts';
import type { SignInLimits } from '../sign-in.ts';

const tokenParams = z.object({ tokenId: idSchema });

/** Open to whoever holds an enrollment token. */
export function enrollRoutes(app: Http, { enrollment }: HttpParts, limits: SignInLimits): void {
  app.post(
    '/enroll',
    {
      schema: {
        tags: ['enrollment'],
        summary: 'Exchange an enrollment token (Authorization: Bearer) for a device credential',
        body: enrollRequestSchema,
        response: { 200: enrollAnswerSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const enrolled = await enrollment.withToken(bearerToken(request.headers.authorization), request.body);
      if (enrolled.ok) return enrolled.value;
      if (enrolled.code === 'ENROLLMENT_TOKEN_UNKNOWN')
        return limits.refuseWrong(request, reply, enrolled.code, enrolled.message);
      return sendProblem(reply, enrolled.code, enrolled.message);
    },
  );
}

/** For the admin. */
export function enrollmentTokenRoutes(app: Http, { records, clock, newId }: HttpParts): void {
  const resourceOf = ({
    tokenId,
    label,
    createdAtMs,
    expiresAtMs,
    revokedAtMs,
    uses,
  }: EnrollmentTokenRow) => ({
    ...{ tokenId, label, createdAtMs, expiresAtMs, uses },
    revoked: revokedAtMs !== null,
  });

  app.get(
    '/enrollment-tokens',
    {
      schema: {
        tags: ['enrollment'],
        summary: 'Enrollment tokens; the tokens themselves are not kept',
        querystring: pageQuerySchema,
        response: { 200: pageOf(enrollmentTokenResourceSchema), ...problemResponses },
      },
    },
    async (request) => {
      const rows = await records.enrollmentTokens.all();
      const { items, cursor } = pageOfList(rows, ({ tokenId }) => tokenId, pageRequest(request.query));
      return { items: items.map(resourceOf), cursor };
    },
  );

  app.post(
    '/enrollment-tokens',
    {
      schema: {
        tags: ['enrollment'],
        summary: 'Make an enrollment token; this answer is the only one that shows it',
        body: createEnrollmentTokenSchema,
        response: { 201: createdEnrollmentTokenSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const token = makeSecret('enrollment');
      const nowMs = clock.wallMs();
      const row: EnrollmentTokenRow = {
        tokenId: newId(),
        hash: hashSecret(token),
        label: request.body.label,
        workstationGroup: null,
        createdAtMs: nowMs,
        expiresAtMs: nowMs + request.body.validForMs,
        revokedAtMs: null,
        uses: 0,
      };
      await records.write([{ record: 'enrollmentToken', op: 'put', row }]);
      return reply.code(201).send({ ...resourceOf(row), token });
    },
  );

  app.delete(
    '/enrollment-tokens/:tokenId',
    {
      schema: {
        tags: ['enrollment'],
        summary: 'Revoke an enrollment token; who enrolled with it stays enrolled',
        params: tokenParams,
        response: { 204: z.null(), ...problemResponses },
      },
    },
    async (request, reply) => {
      const { tokenId } = request.params;
      const row = await records.enrollmentTokens.get(tokenId);
      if (row === null)
        return sendProblem(reply, 'ENROLLMENT_TOKEN_NOT_FOUND', 'No enrollment token has this id.');
      const set = { revokedAtMs: row.revokedAtMs ?? clock.wallMs() };
      await records.write([{ record: 'enrollmentToken', op: 'patch', key: { tokenId }, set }]);
      return reply.code(204).send(null);
    },
  );
}
