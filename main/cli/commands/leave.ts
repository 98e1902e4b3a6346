/** `usher leave PRODUCT`: gives up the place in the queue, and the offer with it. */
import type { Context, Input } from '../context.ts';
import { contactFailure, exitNameOf, pickSubject, waitForPools, withHost } from '../wishes.ts';

export async function run(context: Context, input: Input): Promise<number> {
  return withHost(context, input, async (host) => {
    const state = await waitForPools(context.clock, host);
    const offline = contactFailure(state);
    if (offline) return offline;
    const wishes = [...state.mine.tickets, ...state.mine.offers];
    const ticket = pickSubject(input.words[0], wishes, 'You are in no queue.');
    if (!ticket.ok) return ticket;
    const { ticketId, productId, productName } = ticket.value;
    const answer = await host.command('leave', { ticketId });
    if (!answer.ok) return { ok: false, code: exitNameOf(answer.code), message: answer.message };
    return context.answer(input, { productId, ticketId }, () => [`You left the queue for ${productName}.`]);
  });
}
