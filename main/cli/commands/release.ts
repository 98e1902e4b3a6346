/** `usher release [PRODUCT]`: gives a seat back; the application keeps running. */
import type { Context, Input } from '../context.ts';
import { contactFailure, exitNameOf, pickSubject, waitForPools, withHost } from '../wishes.ts';

export async function run(context: Context, input: Input): Promise<number> {
  return withHost(context, input, async (host) => {
    const state = await waitForPools(context.clock, host);
    const offline = contactFailure(state);
    if (offline) return offline;
    const held = state.sessions.filter(({ seat }) => seat?.state === 'held');
    const chosen = pickSubject(input.words[0], held, 'You hold no seat here.');
    if (!chosen.ok) return chosen;
    const { productId, productName } = chosen.value;
    const released: string[] = [];
    for (const { sessionId } of held.filter((session) => session.productId === productId)) {
      const answer = await host.command('release', { sessionId });
      if (!answer.ok) return { ok: false, code: exitNameOf(answer.code), message: answer.message };
      released.push(sessionId);
    }
    return context.answer(input, { productId, sessionIds: released }, () => [
      `Your ${productName} seat is free for others. The application keeps running.`,
    ]);
  });
}
