/** What `usher start` shows while it runs: lines that stay, progress, and the table. One interface, three outputs. */
import type { AgentState } from '../../../shared/agent-api.ts';
import type { Tone } from '../../../shared/agent-view.ts';
import { makeFormatClock } from '../../../shared/durations.ts';
import { type Context, flag, type Input } from '../context.ts';
import { createLiveBlock } from '../output/live-block.ts';
import { formatTable } from '../output/table.ts';
import { SESSION_COLUMNS, type SessionLine, sessionLines, sessionRow } from '../session-table.ts';

type ScreenContext = Pick<Context, 'out' | 'clock'>;

export interface Addresses {
  /** Opens once: it carries a token for one use. null: the agent host gave none. */
  readonly panelUrl: string | null;
  readonly consoleUrl: string | null;
}

export interface Screen {
  /** A line that stays. `event` names it for scripts. */
  say(text: string, tone?: Tone, event?: string): void;
  /** What takes longer than a second right now; null: nothing does. */
  progress(text: string | null): void;
  addresses(addresses: Addresses): void;
  /** Shown once in the life of a data folder. */
  adminToken(token: string): void;
  table(state: AgentState): void;
  /** Draws the last table again with the present time. */
  refresh(): void;
  finish(): void;
}

const EMPTY = (products: number) =>
  `Nothing licensed is running here. Usher watches ${products} products; open one and it appears.`;

function addressLines({ panelUrl, consoleUrl }: Addresses): readonly string[] {
  return [
    ...(panelUrl ? [`Panel    ${panelUrl}  (works once; start again for a new one)`] : []),
    ...(consoleUrl ? [`Console  ${consoleUrl}`] : []),
  ];
}

function tokenLines(token: string): readonly string[] {
  return [
    `Admin token for the console: ${token}`,
    'It is shown only now. `usher admin token` makes another one.',
  ];
}

/** A terminal: the table stays at the bottom and is drawn again in place. */
function terminalScreen(context: ScreenContext): Screen {
  const block = createLiveBlock(context.out);
  const { paint } = context.out;
  let last: AgentState | null = null;
  let running: string | null = null;
  const draw = () => {
    const nowMs = context.clock.wallMs();
    const formatClock = makeFormatClock();
    const lines = last ? sessionLines(last, nowMs, formatClock) : [];
    const rows = lines.map((line) => sessionRow(line, nowMs, formatClock));
    const table = formatTable(SESSION_COLUMNS, rows, { width: context.out.width(), paint });
    const contact =
      last && last.connection.state === 'offline'
        ? [paint('No contact with the server; Usher goes on recording.', 'warning')]
        : [];
    block.draw([
      ...(last ? ['', ...(rows.length > 0 ? table : [EMPTY(last.watchedProducts)]), ...contact] : []),
      ...(running ? [paint(running, 'muted')] : []),
      ...(last ? [paint('Ctrl-C ends this.', 'muted')] : []),
    ]);
  };
  return {
    say: (text, tone = 'neutral') => block.print([paint(text, tone)]),
    progress(text) {
      running = text;
      draw();
    },
    addresses: (addresses) => block.print(addressLines(addresses)),
    adminToken: (token) => block.print(tokenLines(token)),
    table(state) {
      last = state;
      draw();
    },
    refresh: draw,
    finish: () => block.finish(),
  };
}

/** What makes a line of the table another one where only changes are printed: not the seconds that pass. */
function signatureOf(line: SessionLine): string {
  const { activity } = line;
  const reason = activity?.state === 'active' ? activity.reasons[0]?.kind : activity?.state;
  return JSON.stringify([line.productName, activity?.state, reason, line.seatText]);
}

/** A place in the queue that became a session is no end of anything. */
function goneWords(line: SessionLine | undefined, now: readonly SessionLine[]): readonly string[] {
  if (!line) return [];
  if (line.sinceMs !== null) return [`${line.productName}  ended`];
  const isStillHere = now.some(({ productId }) => productId === line.productId);
  return isStillHere ? [] : [`${line.productName}  not waited for any more`];
}

/** No terminal: the table once, then a line for each change. */
function plainScreen(context: ScreenContext): Screen {
  const { paint } = context.out;
  let shown: ReadonlyMap<string, string> | null = null;
  let names: ReadonlyMap<string, SessionLine> = new Map();
  let lastProgress: string | null = null;
  const print = (lines: readonly string[]) => {
    if (lines.length > 0) context.out.write(lines.map((line) => `${line}\n`).join(''));
  };
  return {
    say: (text, tone = 'neutral') => print([paint(text, tone)]),
    progress(text) {
      if (text !== null && text !== lastProgress) print([text]);
      lastProgress = text;
    },
    addresses: (addresses) => print(addressLines(addresses)),
    adminToken: (token) => print(tokenLines(token)),
    table(state) {
      const nowMs = context.clock.wallMs();
      const formatClock = makeFormatClock();
      const lines = sessionLines(state, nowMs, formatClock);
      const rowsOf = (some: readonly SessionLine[]) =>
        some.map((line) => sessionRow(line, nowMs, formatClock));
      const format = (some: readonly SessionLine[]) =>
        formatTable(SESSION_COLUMNS, rowsOf(some), { width: context.out.width(), paint });
      const next = new Map(lines.map((line) => [line.key, signatureOf(line)]));
      if (!shown) print(lines.length > 0 ? format(lines) : [EMPTY(state.watchedProducts)]);
      else {
        const before = shown;
        const changed = lines.filter((line) => before.get(line.key) !== next.get(line.key));
        const gone = [...before.keys()].filter((key) => !next.has(key));
        const time = formatClock(nowMs, nowMs);
        print(
          changed.length > 0
            ? format(changed)
                .slice(1)
                .map((line) => `${time}  ${line}`)
            : [],
        );
        print(gone.flatMap((key) => goneWords(names.get(key), lines)).map((words) => `${time}  ${words}`));
      }
      shown = next;
      names = new Map(lines.map((line) => [line.key, line]));
    },
    refresh() {},
    finish() {},
  };
}

/** One JSON object a line, each with `event`. */
function jsonScreen(context: ScreenContext): Screen {
  const emit = (event: string, fields: object) =>
    context.out.write(`${JSON.stringify({ event, ...fields })}\n`);
  let lastTable = '';
  return {
    say: (text, _tone, event = 'note') => emit(event, { text }),
    progress: (text) => (text === null ? undefined : emit('progress', { text })),
    addresses: (addresses) => emit('addresses', addresses),
    adminToken: (token) => emit('admin-token', { token }),
    table(state) {
      const lines = sessionLines(state, context.clock.wallMs(), makeFormatClock()).map(
        ({ tone: _, ...line }) => line,
      );
      const signature = JSON.stringify([
        state.connection.state,
        lines.map((line) => ({ ...line, activityText: '' })),
      ]);
      if (signature === lastTable) return;
      lastTable = signature;
      emit('table', { connection: state.connection.state, products: lines });
    },
    refresh() {},
    finish() {},
  };
}

export function createScreen(context: ScreenContext, input: Input): Screen {
  if (flag(input, 'json')) return jsonScreen(context);
  return context.out.isTerminal ? terminalScreen(context) : plainScreen(context);
}
