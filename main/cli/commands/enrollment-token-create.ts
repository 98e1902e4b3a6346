/** `usher enrollment-token create`: a token with which workstations join the server. It is shown only now. */
import { createdEnrollmentTokenSchema } from '../../../shared/rest.ts';
import { DAY } from '../../../shared/time.ts';
import { findAdmin } from '../admin/find-admin.ts';
import { callRest } from '../admin/rest-client.ts';
import { type Context, type Input, textOption } from '../context.ts';
import { parseDuration } from '../durations-input.ts';

const DEFAULT_VALID_MS = 7 * DAY;

export async function run(context: Context, input: Input): Promise<number> {
  const valid = textOption(input, 'validFor');
  const validFor = valid === null ? null : parseDuration(valid);
  if (validFor && !validFor.ok) return context.fail(input, 'USAGE', validFor.message);
  const admin = await findAdmin(context, input);
  if (!admin.ok) return context.fail(input, admin.code, admin.message);
  const body = {
    label: textOption(input, 'label') ?? 'usher command',
    validForMs: validFor?.value ?? DEFAULT_VALID_MS,
  };
  const created = await callRest(admin.value, {
    method: 'POST',
    path: '/enrollment-tokens',
    body,
    schema: createdEnrollmentTokenSchema,
  });
  if (!created.ok) return context.fail(input, created.code, created.message);
  const { token, expiresAtMs } = created.value;
  return context.answer(input, { ...created.value, server: admin.value.url }, () => [
    `Enrollment token, shown only now: ${token}`,
    `It may be used until ${new Date(expiresAtMs).toISOString()}. On a workstation:`,
    `  usher agent --server ${new URL(admin.value.url).origin} --token ${token}`,
  ]);
}
