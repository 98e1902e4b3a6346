/** `usher answer free-now|in-10-minutes|busy [PRODUCT]`: answers who asks for a seat of mine. */
import type { HandoverAnswer } from '../../../shared/domain.ts';
import type { Context, Input } from '../context.ts';
import { contactFailure, exitNameOf, pickSubject, waitForPools, withHost } from '../wishes.ts';

const ANSWERS = ['free-now', 'in-10-minutes', 'busy'] as const satisfies readonly HandoverAnswer[];

const SAID: Readonly<Record<HandoverAnswer, (product: string) => string>> = {
  'free-now': (product) =>
    `Your ${product} seat is theirs now. Your application keeps running, without a seat.`,
  'in-10-minutes': (product) =>
    `They were told: in 10 minutes. Give the ${product} seat with \`usher answer free-now\`.`,
  busy: (product) => `They were told that you need the ${product} seat.`,
};

export async function run(context: Context, input: Input): Promise<number> {
  const [word, query] = input.words;
  const answer = ANSWERS.find((one) => one === word);
  if (!answer)
    return context.fail(input, 'USAGE', `Answer with one of ${ANSWERS.join(', ')}, not "${word ?? ''}".`);
  return withHost(context, input, async (host) => {
    const state = await waitForPools(context.clock, host);
    const offline = contactFailure(state);
    if (offline) return offline;
    const request = pickSubject(query, state.mine.handoverRequests, 'Nobody asks for a seat of yours.');
    if (!request.ok) return request;
    const { handoverId, productId, productName } = request.value;
    const told = await host.command('answerHandover', { handoverId, answer });
    if (!told.ok) return { ok: false, code: exitNameOf(told.code), message: told.message };
    return context.answer(input, { productId, handoverId, answer }, () => [SAID[answer](productName)]);
  });
}
