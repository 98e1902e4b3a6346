/** People: who they are, how they can be reached, their import and export by CSV. */
import { z } from 'zod';
import { ownContactSchema } from '../contact.ts';
import { displayNameSchema, idSchema, instantMsSchema } from '../domain-schemas.ts';

export const personAuthoritySchema = z.enum(['unix', 'windows', 'simulated']);
export type PersonAuthority = z.infer<typeof personAuthoritySchema>;

/** An account under which this person works; the first agent of an account that is known joins this person. */
export const personAccountSchema = z.strictObject({
  authority: personAuthoritySchema,
  login: displayNameSchema,
});

/** PUT /people/:userId/contact. */
export const editContactSchema = ownContactSchema;
/** Who wrote it: an import does not write over what a person wrote. */
export const contactResourceSchema = ownContactSchema.extend({
  source: z.enum(['import', 'admin', 'self']),
  changedAtMs: instantMsSchema,
});

/** GET /people, GET /people/:userId */
export const personResourceSchema = z.object({
  userId: idSchema,
  name: displayNameSchema,
  simulated: z.boolean(),
  accounts: z.array(z.object({ authority: z.string(), login: displayNameSchema })),
  contact: contactResourceSchema.nullable(),
  /** Groups that name this person as a member; not those above them. */
  groupIds: z.array(idSchema),
  /** Last word of an agent of theirs; null: none has enrolled yet. */
  lastSeenMs: instantMsSchema.nullable(),
});
export type PersonResource = z.infer<typeof personResourceSchema>;

/** POST /people: somebody whose agents have not enrolled yet. */
export const createPersonSchema = z.strictObject({
  name: displayNameSchema,
  accounts: z.array(personAccountSchema).min(1).max(20),
  contact: ownContactSchema.optional(),
});

/** PATCH /people/:userId. Only what is named changes. */
export const editPersonSchema = z.strictObject({
  name: displayNameSchema.optional(),
  /** All of them; an account of somebody else is refused. */
  accounts: z.array(personAccountSchema).min(1).max(20).optional(),
});

/** What is wrong with one line of a CSV file. */
export const importProblemSchema = z.object({
  line: z.number().int().min(1),
  /** null: the line as a whole. */
  column: z.string().nullable(),
  message: z.string(),
});
export type ImportProblem = z.infer<typeof importProblemSchema>;

/** What one line of a CSV file changes (or would). Lines that change nothing are only counted. */
export const importStepSchema = z.object({
  line: z.number().int().min(1),
  login: displayNameSchema,
  kind: z.enum(['added', 'changed', 'unchanged']),
  changes: z.array(z.object({ field: z.string(), from: z.string().nullable(), to: z.string().nullable() })),
  /** The line says another contact than the person does: theirs stays. */
  keepsOwnEntry: z.boolean(),
});
export type ImportStep = z.infer<typeof importStepSchema>;

/** POST /people.csv?dryRun=true */
export const importQuerySchema = z.object({
  dryRun: z.enum(['true', 'false']).default('false'),
});
export const importAnswerSchema = z.object({
  dryRun: z.boolean(),
  lines: z.number().int().min(0),
  added: z.number().int().min(0),
  changed: z.number().int().min(0),
  unchanged: z.number().int().min(0),
  keptOwnEntries: z.number().int().min(0),
  ignoredColumns: z.array(z.string()),
  /** Groups that the file names and nobody had made. */
  newGroups: z.array(z.object({ groupId: idSchema, name: displayNameSchema })),
  problems: z.array(importProblemSchema),
  steps: z.array(importStepSchema),
});
export type ImportAnswer = z.infer<typeof importAnswerSchema>;
