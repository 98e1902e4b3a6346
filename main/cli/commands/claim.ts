/** `usher claim [PRODUCT]`: takes the seat that is held for this person. */
import type { Context, Input } from '../context.ts';
import { contactFailure, exitNameOf, pickSubject, waitForPools, withHost } from '../wishes.ts';

export async function run(context: Context, input: Input): Promise<number> {
  return withHost(context, input, async (host) => {
    const state = await waitForPools(context.clock, host);
    const offline = contactFailure(state);
    if (offline) return offline;
    const nothing = 'No seat is held for you now. `usher queue PRODUCT` puts you in the queue.';
    const offer = pickSubject(input.words[0], state.mine.offers, nothing);
    if (!offer.ok) return offer;
    const { offerId, productId, productName } = offer.value;
    const answer = await host.command('claim', { offerId });
    if (!answer.ok) return { ok: false, code: exitNameOf(answer.code), message: answer.message };
    return context.answer(input, { productId, offerId }, () => [
      `You have a seat for ${productName}. Start it now.`,
    ]);
  });
}
