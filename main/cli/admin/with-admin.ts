/** What admin commands share: the server and its token, and failures on their way to the exit code. */
import type { Context, Input } from '../context.ts';
import { textOption } from '../context.ts';
import type { CommandFailure } from '../wishes.ts';
import { findAdmin } from './find-admin.ts';
import type { RestPorts } from './rest-client.ts';

export async function withAdmin(
  context: Context,
  input: Input,
  body: (admin: RestPorts) => Promise<number | CommandFailure>,
): Promise<number> {
  const admin = await findAdmin(context, input);
  if (!admin.ok) return context.fail(input, admin.code, admin.message);
  const result = await body(admin.value);
  return typeof result === 'number' ? result : context.fail(input, result.code, result.message);
}

export const usage = (message: string): CommandFailure => ({ ok: false, code: 'USAGE', message });

const SHORTEST_REASON = 3;

/** `--reason`; the server keeps none that is shorter. */
export function reasonOf(input: Input): string | CommandFailure {
  const reason = textOption(input, 'reason')?.trim() ?? '';
  return reason.length >= SHORTEST_REASON
    ? reason
    : usage('Say why with --reason "…", in at least three characters; the audit keeps it.');
}
