/** `usher release [PRODUCT] [--come-back 14:30]`: gives a seat back; the application keeps running. */
import { makeFormatClock, nextTimeOfDay } from '../../../shared/durations.ts';
import { type Context, type Input, textOption } from '../context.ts';
import { contactFailure, exitNameOf, pickSubject, waitForPools, withHost } from '../wishes.ts';

export async function run(context: Context, input: Input): Promise<number> {
  const told = textOption(input, 'comeBack');
  const nowMs = context.clock.wallMs();
  const comeBackAtMs = told === null ? null : nextTimeOfDay(told, nowMs);
  if (told !== null && comeBackAtMs === null)
    return context.fail(input, 'USAGE', `"${told}" is no time of the day. Write it like 14:30.`);
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
      // One place is enough for all of them, and there is only one for each product.
      const booking = released.length === 0 ? comeBackAtMs : null;
      const answer = await host.command('release', { sessionId, comeBackAtMs: booking });
      if (!answer.ok) return { ok: false, code: exitNameOf(answer.code), message: answer.message };
      released.push(sessionId);
    }
    return context.answer(input, { productId, sessionIds: released, comeBackAtMs }, () => [
      `Your ${productName} seat is free for others. The application keeps running.`,
      ...(comeBackAtMs === null
        ? []
        : [`A place is booked for ${makeFormatClock()(comeBackAtMs, nowMs)}: then you go before who waits.`]),
    ]);
  });
}
