/** `usher wait PRODUCT -- COMMAND`: waits for a seat, runs the command, holds the seat while it runs. */
import type { AgentState } from '../../../shared/agent-api.ts';
import { assertNever } from '../../../shared/outcome.ts';
import { ordinal } from '../../../shared/strings.ts';
import { sleep } from '../clock.ts';
import { type Context, flag, type Input, textOption } from '../context.ts';
import { parseDuration } from '../durations-input.ts';
import { type ExitName, exitCodeOf, exitCodeOfSignal } from '../exit-codes.ts';
import { connectHost, type LocalHost } from '../local-host.ts';
import type { Named } from '../product-match.ts';
import { onStopSignal, signalNumber } from '../signals.ts';
import { acquireSeat, type WaitNews } from '../wait/acquire.ts';
import { keepHold } from '../wait/hold-keeper.ts';
import { runCommand } from '../wait/run-command.ts';
import { productsOf, resolveProduct, waitForPools } from '../wishes.ts';

const RECONNECT_MS = 1_000;

type News =
  | WaitNews
  | { readonly event: 'seat' | 'uncounted' | 'host-gone' | 'seat-again' }
  | { readonly event: 'ended'; readonly exitCode: number };

function sentenceOf(news: News): string | null {
  switch (news.event) {
    case 'no-contact':
      return 'no contact with the server; waiting for it.';
    case 'queued':
      return `you are ${ordinal(news.place)} in the queue.`;
    case 'offered':
      return 'it is your turn.';
    case 'missed':
      return 'the seat went to somebody else; queueing again.';
    case 'seat':
      return 'you have a seat; the command starts.';
    case 'uncounted':
      return 'nobody counts its seats; the command starts.';
    case 'host-gone':
      return 'the agent host is gone; the command goes on, and the seat is asked for again when it is back.';
    case 'seat-again':
      return 'the agent host is back and holds for the command again.';
    case 'ended':
      return null;
    default:
      return assertNever(news);
  }
}

type Teller = ReturnType<typeof makeTeller>;

/** stdout belongs to the command, so everything of ours goes to stderr. */
function makeTeller(context: Context, input: Input) {
  const isJson = flag(input, 'json');
  return {
    tell(product: Named, news: News): void {
      const sentence = sentenceOf(news);
      if (isJson) context.err.write(`${JSON.stringify({ ...news, productId: product.id })}\n`);
      else if (sentence) context.err.write(`usher: ${product.name}: ${sentence}\n`);
    },
    fail(code: ExitName, message: string, exitName: ExitName): number {
      context.err.write(isJson ? `${JSON.stringify({ error: { code, message } })}\n` : `usher: ${message}\n`);
      return exitCodeOf(exitName);
    },
  };
}

/** The whole of one wait; `again`: the agent host or the server is not there now. */
type Attempt = { readonly kind: 'over'; readonly exitCode: number } | { readonly kind: 'again' };

interface Wait {
  readonly context: Context;
  readonly input: Input;
  readonly teller: Teller;
  readonly stop: AbortSignal;
  readonly query: string;
  readonly file: string;
  readonly args: readonly string[];
  /** Called when the seat is there: from now on signals and time limits are the command's business. */
  onSeat(): void;
}

const over = (exitCode: number): Attempt => ({ kind: 'over', exitCode });

/** A product that nobody counts is known to the agent host alone, by its id. */
function productToHold(query: string, state: AgentState): ReturnType<typeof resolveProduct> {
  const product = resolveProduct(query, productsOf(state));
  const mayBeId = /^[a-z0-9]+(-[a-z0-9]+)*$/.test(query);
  if (product.ok || product.code === 'AMBIGUOUS' || !mayBeId) return product;
  return { ok: true, value: { id: query, name: query } };
}

async function attempt(wait: Wait, host: LocalHost): Promise<Attempt> {
  const { context, input, teller, stop, query } = wait;
  const state = await waitForPools(context.clock, host, stop);
  if (state.pools === null && state.connection.state !== 'refused') {
    teller.tell({ id: query, name: query }, { event: 'no-contact' });
    return { kind: 'again' };
  }
  const product = productToHold(query, state);
  if (!product.ok) return over(teller.fail(product.code, product.message, 'WAIT_FAILED'));
  const tell = (news: News) => teller.tell(product.value, news);
  const seat = await acquireSeat({
    clock: context.clock,
    host,
    productId: product.value.id,
    pid: process.pid,
    stop,
    tell,
  });
  switch (seat.kind) {
    case 'host-gone':
    case 'stopped':
      return { kind: 'again' };
    case 'failed':
      return over(teller.fail(seat.code, seat.message, 'WAIT_FAILED'));
    case 'held': {
      wait.onSeat();
      tell({ event: seat.isCounted ? 'seat' : 'uncounted' });
      const held = {
        host,
        product: product.value,
        sessionId: seat.sessionId,
        file: wait.file,
        args: wait.args,
      };
      return over(await runHeld(context, input, held, teller));
    }
    default:
      return assertNever(seat);
  }
}

async function waitAndRun(wait: Wait): Promise<number> {
  const { context, input, teller, stop } = wait;
  for (let isFirst = true; !stop.aborted; isFirst = false) {
    const connected = await connectHost(context, input);
    if (connected.ok) {
      const result = await attempt(wait, connected.value);
      connected.value.close();
      if (result.kind === 'over') return result.exitCode;
    } else if (isFirst) return teller.fail(connected.code, connected.message, 'WAIT_FAILED');
    if (!stop.aborted) await sleep(context.clock, RECONNECT_MS);
  }
  if (stop.reason === TIMED_OUT) {
    const message = `No seat for ${wait.query} within ${textOption(input, 'timeout')}.`;
    return teller.fail('TIMED_OUT', message, 'TIMED_OUT');
  }
  return exitCodeOfSignal(signalNumber(String(stop.reason)));
}

const TIMED_OUT = 'timed-out';

export async function run(context: Context, input: Input): Promise<number> {
  const [query = '', file = '', ...args] = input.words;
  const teller = makeTeller(context, input);
  const timeout = textOption(input, 'timeout');
  const timeoutMs = timeout === null ? null : parseDuration(timeout);
  if (timeoutMs && !timeoutMs.ok) return teller.fail('USAGE', timeoutMs.message, 'USAGE');
  const stop = new AbortController();
  const offSignals = onStopSignal((signal) => stop.abort(signal));
  const cancelTimeout = timeoutMs
    ? context.clock.setTimer(() => stop.abort(TIMED_OUT), timeoutMs.value)
    : () => {};
  const release = () => {
    cancelTimeout();
    offSignals();
  };
  try {
    return await waitAndRun({
      context,
      input,
      teller,
      stop: stop.signal,
      query,
      file,
      args,
      onSeat: release,
    });
  } finally {
    release();
  }
}

interface Held {
  readonly host: LocalHost;
  readonly product: Named;
  readonly sessionId: string;
  readonly file: string;
  readonly args: readonly string[];
}

async function runHeld(context: Context, input: Input, held: Held, teller: Teller): Promise<number> {
  const { host, product, sessionId, file, args } = held;
  const tell = (news: News) => teller.tell(product, news);
  const keeper = keepHold(
    context,
    input,
    { host, sessionId, productId: product.id, pid: process.pid },
    { onGone: () => tell({ event: 'host-gone' }), onBack: () => tell({ event: 'seat-again' }) },
  );
  const end = await runCommand(file, args, process.stdin.isTTY === true);
  if (end.failure) teller.fail(end.failure, end.message, end.failure);
  // The end of the socket would end the hold as well; asking first means that it has happened when we return.
  await keeper.end();
  tell({ event: 'ended', exitCode: end.exitCode });
  return end.exitCode;
}
