/** The list of people as CSV: export, and import with a dry run that says line by line what would change. */
import { z } from 'zod';
import { importAnswerSchema, importQuerySchema } from '../../../shared/rest.ts';
import { importPeople } from '../../people/import.ts';
import { personCsv } from '../../people/person-csv-text.ts';
import type { Http, HttpParts } from '../http-parts.ts';
import { idFromName } from '../id-from-name.ts';
import { membershipFor } from '../membership-for.ts';
import { problemResponses, sendProblem } from '../problems.ts';
import { adminSubmitter } from '../submit.ts';

/** 100,000 lines of the usual length, twice. */
const MAXIMUM_BYTES = 32 * 1_048_576;

export function peopleCsvRoutes(app: Http, parts: HttpParts): void {
  const { directory, membership, records } = parts;
  app.addContentTypeParser(
    'text/csv',
    { parseAs: 'buffer', bodyLimit: MAXIMUM_BYTES },
    (_request, body, done) => done(null, body),
  );

  app.get(
    '/people.csv',
    {
      schema: {
        tags: ['people'],
        summary: 'Everybody as CSV, in the form that the import reads; one line for each account',
        response: {
          200: { description: 'RFC 4180, UTF-8', content: { 'text/csv': { schema: z.string() } } },
          ...problemResponses,
        },
      },
      serializerCompiler: () => (body: unknown) => (typeof body === 'string' ? body : JSON.stringify(body)),
    },
    async (_request, reply) => {
      const accounts = await records.accounts.all();
      const people = accounts.flatMap(({ authority, name: login, userId }) => {
        const person = directory.person(userId);
        if (person === null) return [];
        const contact = directory.contact(userId);
        return [
          {
            ...{ login, authority, name: person.name },
            mail: contact?.mail ?? null,
            phone: contact?.phone ?? null,
            chatUrl: contact?.chatUrl ?? null,
            isVisible: contact?.isVisible ?? null,
            groups: membership.groupIdsOf(userId).map((groupId) => directory.group(groupId)?.name ?? groupId),
          },
        ];
      });
      reply.header('content-disposition', 'attachment; filename="people.csv"');
      return reply.type('text/csv; charset=utf-8').send(personCsv(people));
    },
  );

  app.post(
    '/people.csv',
    {
      bodyLimit: MAXIMUM_BYTES,
      schema: {
        tags: ['people'],
        summary:
          'Import people; with dryRun=true nothing is changed and every line says what it would change',
        description:
          'The first line names the columns in any order: login, authority, name, mail, phone, chat, groups, visible. Comma, semicolon or tab between them. An empty field changes nothing, a dash empties it. Groups have | between them and replace those before. A contact that the person wrote stays.',
        consumes: ['text/csv'],
        querystring: importQuerySchema,
        body: z.any(),
        response: { 200: importAnswerSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const { body } = request;
      if (!Buffer.isBuffer(body))
        return sendProblem(reply, 'NOT_CSV', 'Send the file itself, with content-type: text/csv.');
      const isDryRun = request.query.dryRun === 'true';
      const importing = {
        ...parts,
        idFromName,
        membership: membershipFor(parts, adminSubmitter(parts, request)),
      };
      const imported = await parts.enrollment.whileNobodyEnrolls(() =>
        importPeople(body, isDryRun, importing),
      );
      if (!imported.ok) return sendProblem(reply, imported.code, imported.message);
      if (!isDryRun) parts.announcer.announce({ isEverything: true });
      return imported.value;
    },
  );
}
