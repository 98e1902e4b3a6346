/** `usher admin token`: a new admin token for the server of this account's data folder; the old one stops working. */
import { keepAdminToken } from '../admin/admin-token-file.ts';
import type { Context, Input } from '../context.ts';

export async function run(context: Context, input: Input): Promise<number> {
  const { renewAdminToken } = await import('../../../server/commands/admin-token.ts');
  const places = context.places(input);
  const renewed = await renewAdminToken({ serverDir: places.serverDir, nowMs: context.clock.wallMs() });
  if (!renewed.ok)
    return context.fail(
      input,
      renewed.code === 'NO_SERVER_DATA' ? 'NOT_FOUND' : 'NOT_ALLOWED',
      renewed.message,
    );
  const { token } = renewed.value;
  keepAdminToken(places, token);
  return context.answer(input, { token }, () => [
    `Admin token, shown only now: ${token}`,
    'Every earlier token and every console session has ended.',
  ]);
}
