/** `usher probe`: one reading of processes, idle sources and matched products, for support. Works without a server. */
import { formatDuration, makeFormatClock } from '../../../shared/durations.ts';
import type { ProbeReport } from '../../agent/commands/probe.ts';
import type { Context, Input } from '../context.ts';
import { type Column, formatTable } from '../output/table.ts';
import { healthWords } from '../words.ts';

const COLUMNS: readonly Column[] = [
  { title: 'product', minimumWidth: 8 },
  { title: 'role', dropOrder: 1 },
  { title: 'pid', align: 'right' },
  { title: 'process', minimumWidth: 8, dropOrder: 4 },
  { title: 'since', dropOrder: 2 },
  { title: 'whose', dropOrder: 3 },
  { title: 'program', minimumWidth: 12, dropOrder: 5 },
];

function idleText({ reading }: ProbeReport['idle']): string {
  if (reading.known) return `no input for ${formatDuration(reading.idleMs)}`;
  return reading.because === 'no-source'
    ? 'nobody can tell here, which counts as active'
    : 'the source did not answer';
}

function lockText(isLocked: boolean | null): string {
  if (isLocked === null) return 'nobody can tell whether the screen is locked';
  return isLocked ? 'the screen is locked' : 'the screen is not locked';
}

function lines(context: Context, probe: ProbeReport): readonly string[] {
  const formatClock = makeFormatClock();
  const nowMs = context.clock.wallMs();
  const { processes, idle, power, catalog } = probe;
  const rows = processes.matched.map((match) => [
    { text: match.productId },
    { text: match.role },
    { text: String(match.pid) },
    { text: match.name },
    { text: match.startedAtMs === null ? '-' : formatClock(match.startedAtMs, nowMs) },
    { text: match.isOurs ? 'mine' : 'other' },
    { text: match.exePath ?? '-' },
  ]);
  return [
    `System     ${probe.platform}, login session ${probe.osSession}`,
    `Processes  ${processes.total}, ${processes.ours} of this account (${healthWords(processes.health)})`,
    `Idle       ${idleText(idle)} (${healthWords(idle.health)})`,
    `Power      ${lockText(power.isLocked)} (${healthWords(power.health)})`,
    `Catalog    ${catalog.products} products for this system`,
    ...catalog.problems.map((problem) => `           ${problem}`),
    '',
    ...(rows.length > 0
      ? formatTable(COLUMNS, rows, { width: context.out.width(), paint: context.out.paint })
      : ['No process here is a product of the catalog.']),
  ];
}

export async function run(context: Context, input: Input): Promise<number> {
  const { probeWorkstation } = await import('../../agent/commands/probe.ts');
  const probe = await probeWorkstation(context.rootDir, context.environment.env);
  return context.answer(input, probe, () => lines(context, probe));
}
