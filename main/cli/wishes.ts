/** What queue, leave, claim, release and wait share: finding the product, sending the wish, saying how it went. */
import type { AgentState, WishFailure } from '../../shared/agent-api.ts';
import type { Outcome } from '../../shared/outcome.ts';
import type { Context, Input } from './context.ts';
import type { ExitName } from './exit-codes.ts';
import { connectHost, type LocalHost, waitForState } from './local-host.ts';
import { matchName, type Named } from './product-match.ts';

const CONTACT_LIMIT_MS = 5_000;

/** Exit code of a wish that was not granted. */
export function exitNameOf(code: WishFailure): ExitName {
  if (code === 'OFFLINE') return 'OFFLINE';
  return code === 'NOT_FOUND' ? 'NOT_FOUND' : 'REFUSED';
}

/** @returns the state as soon as it says something about the server's pools, or as it is after some seconds */
export async function waitForPools(
  clock: Context['clock'],
  host: LocalHost,
  stop?: AbortSignal,
): Promise<AgentState> {
  const isSettled = (state: AgentState) =>
    (state.connection.state === 'online' && state.pools !== null) ||
    state.connection.state === 'refused' ||
    (state.connection.state === 'offline' && state.pools !== null);
  return (await waitForState(clock, host, isSettled, CONTACT_LIMIT_MS, stop)) ?? host.state();
}

export function productsOf(state: AgentState): readonly Named[] {
  const names = new Map<string, string>();
  for (const { productId, name } of state.pools?.products ?? []) names.set(productId, name);
  for (const { productId, productName } of [...state.sessions, ...state.mine.tickets, ...state.mine.offers])
    names.set(productId, productName);
  return [...names].map(([id, name]) => ({ id, name }));
}

/** A failure on its way to the exit code. */
export interface CommandFailure {
  readonly ok: false;
  readonly code: ExitName;
  readonly message: string;
}

/** Why nothing can be asked of the server now; null: it can. */
export function contactFailure(state: AgentState): CommandFailure | null {
  const { connection } = state;
  if (connection.state === 'refused') return { ok: false, code: 'REFUSED', message: connection.message };
  if (connection.state === 'online' && state.pools !== null) return null;
  const why = connection.state === 'offline' ? ` (${connection.reason})` : '';
  return {
    ok: false,
    code: 'OFFLINE',
    message: `No contact with the server${why}. The agent host keeps trying; \`usher status\` shows when it is back.`,
  };
}

/** Connects, runs `body`, disconnects; failures become messages and exit codes. */
export async function withHost(
  context: Context,
  input: Input,
  body: (host: LocalHost) => Promise<number | CommandFailure>,
): Promise<number> {
  const host = await connectHost(context, input);
  if (!host.ok) return context.fail(input, host.code, host.message);
  try {
    const result = await body(host.value);
    return typeof result === 'number' ? result : context.fail(input, result.code, result.message);
  } finally {
    host.value.close();
  }
}

/** The product that the person means, among `candidates`. */
export function resolveProduct(
  query: string,
  candidates: readonly Named[],
): Outcome<Named, 'NOT_FOUND' | 'AMBIGUOUS'> {
  return matchName(query, candidates, 'product with seats here');
}

/** One of `subjects`: the one that is named, or the only one there is. */
export function pickSubject<T extends { readonly productId: string; readonly productName: string }>(
  query: string | undefined,
  subjects: readonly T[],
  nothing: string,
): Outcome<T, 'NOT_FOUND' | 'AMBIGUOUS'> {
  const [first] = subjects;
  if (!first) return { ok: false, code: 'NOT_FOUND', message: nothing };
  const products = [...new Map(subjects.map((subject) => [subject.productId, subject.productName]))];
  if (query === undefined) {
    if (products.length === 1) return { ok: true, value: first };
    const names = products.map(([, name]) => name).join(', ');
    return { ok: false, code: 'AMBIGUOUS', message: `There are several: ${names}. Say which product.` };
  }
  const product = resolveProduct(
    query,
    products.map(([id, name]) => ({ id, name })),
  );
  if (!product.ok) return product;
  const found = subjects.find(({ productId }) => productId === product.value.id);
  return found ? { ok: true, value: found } : { ok: false, code: 'NOT_FOUND', message: nothing };
}
