/** `usher ask PRODUCT [HOLDER] [--name]`: asks a holder to hand the seat over; without the name unless `--name`. */
import type { AgentState } from '../../../shared/agent-api.ts';
import { type AgentAction, viewAgent } from '../../../shared/agent-view.ts';
import { makeFormatClock } from '../../../shared/durations.ts';
import { failure, type Outcome, success } from '../../../shared/outcome.ts';
import type { HolderView } from '../../../shared/views.ts';
import { type Context, flag, type Input } from '../context.ts';
import { matchName } from '../product-match.ts';
import { contactFailure, exitNameOf, productsOf, resolveProduct, waitForPools, withHost } from '../wishes.ts';

type Ask = Extract<AgentAction, { type: 'askHolder' }>;

export async function run(context: Context, input: Input): Promise<number> {
  return withHost(context, input, async (host) => {
    const state = await waitForPools(context.clock, host);
    const offline = contactFailure(state);
    if (offline) return offline;
    const [query = '', holderQuery] = input.words;
    const product = resolveProduct(query, productsOf(state));
    if (!product.ok) return product;
    const chosen = chooseHolder(asksFor(context, state, product.value.id), holderQuery);
    if (!chosen.ok) return chosen;
    const { ask, holder } = chosen.value;
    const isNamed = flag(input, 'name');
    const { leaseId, productId } = ask;
    const answer = await host.command('askHolder', { leaseId, productId, isNamed });
    if (!answer.ok) return { ok: false, code: exitNameOf(answer.code), message: answer.message };
    const json = { productId, leaseId, holderName: holder.userName, isNamed };
    return context.answer(input, json, () => [
      `${holder.userName} was asked for the ${ask.productName} seat${isNamed ? '' : '; your name was not told'}. \`usher status\` shows the answer.`,
    ]);
  });
}

interface Askable {
  readonly ask: Ask;
  readonly holder: HolderView;
}

function asksFor(context: Context, state: AgentState, productId: string): Askable[] {
  const { asks } = viewAgent(state, context.clock.wallMs(), makeFormatClock());
  const holders = state.pools?.pools.flatMap((pool) => pool.holders) ?? [];
  const byLease = new Map(holders.map((holder) => [holder.leaseId, holder]));
  return [...asks].flatMap(([leaseId, ask]) => {
    const holder = byLease.get(leaseId);
    return holder && ask.type === 'askHolder' && ask.productId === productId ? [{ ask, holder }] : [];
  });
}

function chooseHolder(
  askable: readonly Askable[],
  query: string | undefined,
): Outcome<Askable, 'NOT_FOUND' | 'AMBIGUOUS'> {
  const [first] = askable;
  if (!first)
    return failure(
      'NOT_FOUND',
      'There is nobody to ask: a holder is asked by who waits (`usher queue`) or runs without a seat.',
    );
  const names = askable.map(({ holder }) => ({ id: holder.workstationName, name: holder.userName }));
  if (query === undefined) {
    if (askable.length === 1) return success(first);
    const list = names.map(({ name }) => name).join(', ');
    return failure('AMBIGUOUS', `Several hold one: ${list}. Say whom to ask.`);
  }
  const matched = matchName(query, names, 'holder who can be asked');
  if (!matched.ok) return matched;
  return success(askable[names.indexOf(matched.value)] ?? first);
}
