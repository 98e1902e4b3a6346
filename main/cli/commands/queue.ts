/** `usher queue PRODUCT`: asks for a place in the queue; a free seat is offered at once. */
import { makeFormatClock } from '../../../shared/durations.ts';
import { moments } from '../../../shared/strings.ts';
import type { Context, Input } from '../context.ts';
import { waitForState } from '../local-host.ts';
import { contactFailure, exitNameOf, productsOf, resolveProduct, waitForPools, withHost } from '../wishes.ts';

/** The new place arrives a moment after the answer. */
const PLACE_LIMIT_MS = 2_000;

export async function run(context: Context, input: Input): Promise<number> {
  return withHost(context, input, async (host) => {
    const before = await waitForPools(context.clock, host);
    const offline = contactFailure(before);
    if (offline) return offline;
    const product = resolveProduct(input.words[0] ?? '', productsOf(before));
    if (!product.ok) return product;
    const { id: productId, name } = product.value;
    const answer = await host.command('queue', { productId });
    if (!answer.ok) return { ok: false, code: exitNameOf(answer.code), message: answer.message };
    const isMine = (wish: { readonly productId: string }) => wish.productId === productId;
    const isKnown = (state: typeof before) =>
      state.mine.tickets.some(isMine) || state.mine.offers.some(isMine);
    const state = (await waitForState(context.clock, host, isKnown, PLACE_LIMIT_MS)) ?? host.state();
    const offer = state.mine.offers.find(isMine);
    const place = state.mine.tickets.find(isMine)?.place ?? null;
    const json = { productId, ...answer.value, place, offeredUntilMs: offer?.untilMs ?? null };
    const nowMs = context.clock.wallMs();
    return context.answer(input, json, () => {
      if (offer)
        return [
          `${name}: ${moments.yourTurn(makeFormatClock()(offer.untilMs, nowMs))} Start it, or \`usher claim ${productId}\`.`,
        ];
      if (place !== null) return [`${name}: ${moments.queued(place)} Usher tells you when it is your turn.`];
      return [`${name}: you are in the queue.`];
    });
  });
}
