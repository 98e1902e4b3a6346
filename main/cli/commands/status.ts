/** `usher status`: what runs here, my seats, offers and places in queues, and how good the contact is. */
import type { AgentState } from '../../../shared/agent-api.ts';
import { viewAgent } from '../../../shared/agent-view.ts';
import { makeFormatClock } from '../../../shared/durations.ts';
import { moments, sensorSentences } from '../../../shared/strings.ts';
import type { Context, Input } from '../context.ts';
import { formatTable } from '../output/table.ts';
import { SESSION_COLUMNS, sessionLines, sessionRow } from '../session-table.ts';
import { waitForPools, withHost } from '../wishes.ts';
import { healthWords } from '../words.ts';

const SENSORS = ['processes', 'idle', 'power'] as const;

/** The shape of `--json`, kept stable for scripts. */
function statusJson(state: AgentState, nowMs: number) {
  const formatClock = makeFormatClock();
  const view = viewAgent(state, nowMs, formatClock);
  return {
    headline: view.headline,
    asOfMs: state.asOfMs,
    connection: state.connection,
    userName: state.userName,
    workstationName: state.workstationName,
    agentVersion: state.agentVersion,
    credentialStorage: state.credentialStorage,
    sensors: state.sensors,
    watchedProducts: state.watchedProducts,
    sessions: sessionLines(state, nowMs, formatClock).map(({ tone: _, ...line }) => line),
    tickets: state.mine.tickets,
    offers: state.mine.offers,
    handoverRequests: state.mine.handoverRequests,
    handovers: state.mine.handovers,
    warnings: state.mine.warnings,
    notices: view.notices.map(({ notice, sentence }) => ({ ...notice, sentence })),
    outboxWaiting: state.outboxWaiting,
  };
}

function statusLines(context: Context, state: AgentState, nowMs: number): readonly string[] {
  const formatClock = makeFormatClock();
  const { width, paint } = { width: context.out.width(), paint: context.out.paint };
  const view = viewAgent(state, nowMs, formatClock);
  const lines = sessionLines(state, nowMs, formatClock);
  const rows = lines.map((line) => sessionRow(line, nowMs, formatClock));
  const sensors = SENSORS.filter((name) => state.sensors[name].state !== 'working').map(
    (name) => `${sensorSentences.name[name]}: ${healthWords(state.sensors[name])}`,
  );
  return [
    paint(view.headline, view.tone),
    ...(view.connectionSentence ? [view.connectionSentence] : []),
    ...(lines.length > 0 ? ['', ...formatTable(SESSION_COLUMNS, rows, { width, paint })] : []),
    ...view.warnings.map(({ warning, sentences }) => `${warning.productName}: ${sentences.join(' ')}`),
    ...view.requests.map(
      ({ sentences }) => `${sentences.join(' ')} Answer: usher answer free-now|in-10-minutes|busy`,
    ),
    ...view.asked.map(({ sentences }) => sentences.join(' ')),
    ...view.tickets.map(({ ticket, sentence }) => `${ticket.productName}: ${sentence}`),
    ...view.denials.map(({ sentence }) => sentence),
    ...view.notices.map(({ sentence }) => sentence),
    '',
    paint(
      `Usher watches ${state.watchedProducts} products for ${state.userName} on ${state.workstationName}.`,
      'muted',
    ),
    ...sensors.map((line) => paint(line, 'muted')),
    ...(state.outboxWaiting > 0 && !view.isLive ? [moments.outboxWaiting(state.outboxWaiting)] : []),
  ];
}

export async function run(context: Context, input: Input): Promise<number> {
  return withHost(context, input, async (host) => {
    const state = await waitForPools(context.clock, host);
    const nowMs = context.clock.wallMs();
    return context.answer(input, statusJson(state, nowMs), () => statusLines(context, state, nowMs));
  });
}
