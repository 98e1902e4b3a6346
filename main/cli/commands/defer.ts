/** `usher defer [PRODUCT] [--for 15m]`: "not now"; the place in the queue is kept, and nothing is offered for a while. */
import { LONGEST_DEFERRAL_MS } from '../../../shared/domain.ts';
import { formatDuration, makeFormatClock } from '../../../shared/durations.ts';
import { success } from '../../../shared/outcome.ts';
import { MINUTE } from '../../../shared/time.ts';
import { type Context, type Input, textOption } from '../context.ts';
import { parseDuration } from '../durations-input.ts';
import { contactFailure, exitNameOf, pickSubject, waitForPools, withHost } from '../wishes.ts';

const USUAL_MS = 15 * MINUTE;

export async function run(context: Context, input: Input): Promise<number> {
  const told = textOption(input, 'for');
  const duration = told === null ? success(USUAL_MS) : parseDuration(told);
  if (!duration.ok) return context.fail(input, 'USAGE', duration.message);
  const forMs = duration.value;
  if (forMs < MINUTE || forMs > LONGEST_DEFERRAL_MS) {
    const longest = formatDuration(LONGEST_DEFERRAL_MS);
    return context.fail(input, 'USAGE', `A place can be put off for 1 min to ${longest}.`);
  }
  return withHost(context, input, async (host) => {
    const state = await waitForPools(context.clock, host);
    const offline = contactFailure(state);
    if (offline) return offline;
    const ticket = pickSubject(input.words[0], state.mine.tickets, 'You are in no queue.');
    if (!ticket.ok) return ticket;
    const { ticketId, productId, productName } = ticket.value;
    const answer = await host.command('defer', { ticketId, forMs });
    if (!answer.ok) return { ok: false, code: exitNameOf(answer.code), message: answer.message };
    const nowMs = context.clock.wallMs();
    const untilMs = nowMs + forMs;
    return context.answer(input, { productId, ticketId, untilMs }, () => [
      `${productName}: nothing is offered before ${makeFormatClock()(untilMs, nowMs)}; you keep your place.`,
    ]);
  });
}
