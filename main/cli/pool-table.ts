/** Who holds seats of which pool and who waits, as lines and as rows of JSON. Pure. */
import type { FormatClock } from '../../shared/durations.ts';
import { nameActivity } from '../../shared/explain.ts';
import { ordinal } from '../../shared/strings.ts';
import type { HolderView, PoolView, QueueEntryView } from '../../shared/views.ts';
import type { Column, Row } from './output/table.ts';
import { withSimulatedMark } from './words.ts';

export const HOLDER_COLUMNS: readonly Column[] = [
  { title: 'seat', minimumWidth: 4 },
  { title: 'who', minimumWidth: 6 },
  { title: 'where', minimumWidth: 6, dropOrder: 2 },
  { title: 'product', minimumWidth: 6, dropOrder: 3 },
  { title: 'since', dropOrder: 1 },
  { title: 'activity', minimumWidth: 6 },
];

function holderRow(holder: HolderView, nowMs: number, formatClock: FormatClock): Row {
  const isHeld = holder.seat === 'held';
  const seat = isHeld ? (holder.units === 1 ? 'has one' : `has ${holder.units}`) : 'without';
  return [
    { text: seat, tone: isHeld ? 'positive' : 'warning' },
    { text: withSimulatedMark(holder.userName, holder.simulated) },
    { text: holder.workstationName },
    { text: holder.productName },
    { text: formatClock(holder.sinceMs, nowMs) },
    {
      text: holder.activity ? nameActivity(holder.activity, nowMs) : '-',
      tone: holder.activity?.state === 'active' ? 'neutral' : 'muted',
    },
  ];
}

function queueRow(entry: QueueEntryView, nowMs: number, formatClock: FormatClock): Row {
  const isOffered = entry.offeredUntilMs !== null;
  const activity = isOffered
    ? `a seat is held until ${formatClock(entry.offeredUntilMs ?? 0, nowMs)}`
    : 'waits';
  return [
    { text: ordinal(entry.place), tone: isOffered ? 'attention' : 'info' },
    { text: withSimulatedMark(entry.userName, entry.simulated) },
    { text: '' },
    { text: entry.productName },
    { text: formatClock(entry.sinceMs, nowMs) },
    { text: activity },
  ];
}

export function poolRows(pool: PoolView, nowMs: number, formatClock: FormatClock): readonly Row[] {
  const held = pool.holders.filter(({ seat }) => seat === 'held');
  const overage = pool.holders.filter(({ seat }) => seat !== 'held');
  const bySince = (left: HolderView, right: HolderView) => left.sinceMs - right.sinceMs;
  return [
    ...held.toSorted(bySince).map((holder) => holderRow(holder, nowMs, formatClock)),
    ...overage.toSorted(bySince).map((holder) => holderRow(holder, nowMs, formatClock)),
    ...pool.queue
      .toSorted((left, right) => left.place - right.place)
      .map((entry) => queueRow(entry, nowMs, formatClock)),
  ];
}
