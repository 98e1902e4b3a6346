/**
 * The audit of a ledger: verifies the chain of hashes and the snapshots, replays everything from the oldest start, and
 * compares with the snapshots on the way and with the records that follow from events.
 */
import { durableFrom } from '../ledger/heads.ts';
import { imageOf, type StateImage } from '../ledger/snapshot.ts';
import type { LedgerState } from '../ledger/state.ts';
import {
  CHAIN_START,
  type EventRow,
  eventOf,
  isSnapshotWhole,
  linkOf,
  type SnapshotRow,
} from '../stores/event-chain.ts';
import { firstDifference } from './differences.ts';
import type { Evidence } from './evidence.ts';
import type { Findings } from './findings.ts';
import { ReplayAudit } from './replay-audit.ts';

export interface LedgerFacts {
  /** The last event that is archived; the database goes on behind it. 0: nothing is. */
  readonly archivedThrough: number;
  readonly firstEvent: number;
  readonly lastEvent: number;
  readonly lastAtMs: number | null;
  /** Hash at `archivedThrough`: where the newest archive has to end. */
  readonly baseHash: string;
  readonly sessions: number;
  readonly leases: number;
  readonly waiting: number;
  readonly offers: number;
}

/** Adds what it finds; the facts are for the person who asked. */
export async function examineLedger(evidence: Evidence, findings: Findings): Promise<LedgerFacts> {
  for (const problem of await evidence.integrityProblems())
    findings.damage('file', `The database's own check says: ${problem}`);
  const snapshots = await evidence.snapshots();
  const whole = snapshots.filter((snapshot) => isWhole(snapshot, findings));
  const walk = await walkEvents(evidence, whole, findings);
  if (walk.audit.isWhole) {
    compareWithLoad(walk, whole, findings);
    await compareWithRecords(evidence, walk.audit.state, findings);
  }
  const { answers, outboxMarks } = await evidence.bounds();
  findings.note('records', `${answers} first answers and the marks of ${outboxMarks} outboxes are kept.`);
  const { sessions, leases, tickets, offers } = walk.audit.state;
  return {
    ...{ archivedThrough: walk.archivedThrough, baseHash: walk.baseHash, firstEvent: walk.firstEvent },
    ...{ lastEvent: walk.last.eventNumber, lastAtMs: walk.lastAtMs },
    ...{ sessions: sessions.size, leases: leases.size, offers: offers.size },
    waiting: tickets.size - offers.size,
  };
}

function isWhole(snapshot: SnapshotRow, findings: Findings): boolean {
  if (isSnapshotWhole(snapshot)) return true;
  findings.warning(
    'snapshot',
    `The snapshot at event ${snapshot.eventNumber} is damaged; the server passes it over for the one before.`,
    'Check the disk, and make a backup now: `usher backup FILE`.',
  );
  return false;
}

interface Walk {
  readonly audit: ReplayAudit;
  readonly archivedThrough: number;
  readonly baseHash: string;
  readonly firstEvent: number;
  readonly last: { readonly eventNumber: number; readonly hash: string };
  readonly lastAtMs: number | null;
  /** Events behind the newest whole snapshot, for the way in which a server loads. */
  readonly tail: readonly EventRow[];
}

async function walkEvents(
  evidence: Evidence,
  whole: readonly SnapshotRow[],
  findings: Findings,
): Promise<Walk> {
  const newest = whole[0]?.eventNumber ?? 0;
  const tail: EventRow[] = [];
  let start: { audit: ReplayAudit; base: SnapshotRow | null; firstEvent: number } | null = null;
  let previous: { readonly eventNumber: number; readonly hash: string } = {
    eventNumber: 0,
    hash: CHAIN_START,
  };
  let lastAtMs: number | null = null;
  for await (const rows of evidence.eventRows()) {
    for (const row of rows) {
      if (start === null) {
        start = beginAt(row.eventNumber, whole, findings);
        previous = { eventNumber: row.eventNumber - 1, hash: start.base?.chainHash ?? CHAIN_START };
      }
      checkLink(row, previous, start.firstEvent === row.eventNumber && start.base === null, findings);
      start.audit.enter(eventOf(row));
      compareWithSnapshot(start.audit, whole, row, findings);
      if (row.eventNumber > newest) tail.push(row);
      previous = row;
      lastAtMs = row.atMs;
    }
  }
  // All events are archived, or there never was one: the newest snapshot is where it goes on.
  start ??= beginAt(newest + 1, whole, findings);
  start.audit.end();
  const last =
    previous.eventNumber > 0 ? previous : { eventNumber: newest, hash: whole[0]?.chainHash ?? CHAIN_START };
  if (previous.eventNumber > 0 && previous.eventNumber < newest)
    findings.damage('chain', `Events ${previous.eventNumber + 1} to ${newest} are missing.`);
  const { audit, base, firstEvent } = start;
  const archivedThrough = base?.eventNumber ?? 0;
  return {
    audit,
    archivedThrough,
    baseHash: base?.chainHash ?? CHAIN_START,
    firstEvent,
    last,
    lastAtMs,
    tail,
  };
}

function beginAt(firstEvent: number, whole: readonly SnapshotRow[], findings: Findings) {
  const base = whole.find(({ eventNumber }) => eventNumber === firstEvent - 1) ?? null;
  if (firstEvent > 1 && base === null)
    findings.damage('chain', `Events begin at ${firstEvent}, and no whole snapshot stands before them.`);
  const image = base === null ? null : (JSON.parse(base.body) as StateImage);
  return { audit: new ReplayAudit(findings, image), base, firstEvent };
}

/** @param isLoose the first event behind a base that is lost: nothing says what its hash goes on from */
function checkLink(
  row: EventRow,
  previous: { readonly eventNumber: number; readonly hash: string },
  isLoose: boolean,
  findings: Findings,
): void {
  if (row.eventNumber !== previous.eventNumber + 1)
    findings.damage('chain', `Events ${previous.eventNumber + 1} to ${row.eventNumber - 1} are missing.`);
  else if (row.hash !== linkOf(row, previous.hash) && !(isLoose && row.eventNumber > 1))
    findings.damage('chain', `Event ${row.eventNumber} was changed after it was written.`);
}

function compareWithSnapshot(
  audit: ReplayAudit,
  whole: readonly SnapshotRow[],
  row: EventRow,
  findings: Findings,
): void {
  const snapshot = whole.find(({ eventNumber }) => eventNumber === row.eventNumber);
  if (!snapshot || !audit.isWhole) return;
  if (snapshot.chainHash !== row.hash)
    findings.damage(
      'snapshot',
      `The snapshot at event ${row.eventNumber} belongs to another chain of events.`,
    );
  const kept = durableFrom({
    snapshot: { eventNumber: row.eventNumber, body: JSON.parse(snapshot.body) },
    events: [],
  });
  const difference = firstDifference(JSON.parse(JSON.stringify(imageOf(kept))), audit.image());
  if (difference !== null)
    findings.damage(
      'replay',
      `The snapshot at event ${row.eventNumber} is not what the events say: ${difference}.`,
    );
}

/** What a server would start with, against what all events say. */
function compareWithLoad({ audit, tail }: Walk, whole: readonly SnapshotRow[], findings: Findings): void {
  const [newest] = whole;
  const snapshot = newest ? { eventNumber: newest.eventNumber, body: JSON.parse(newest.body) } : null;
  let loaded: StateImage;
  try {
    const durable = durableFrom({ snapshot, events: tail.map(eventOf) });
    loaded = JSON.parse(JSON.stringify(imageOf(durable))) as StateImage;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    findings.damage('replay', `The newest snapshot and the events after it do not fit together: ${why}.`);
    return;
  }
  const difference = firstDifference(loaded, audit.image());
  if (difference !== null)
    findings.damage('replay', `Snapshot and tail give another state than all events: ${difference}.`);
}

const MAKE_USAGE_AGREE = 'Seats are not concerned. Reports may be wrong by these; tell the makers of Usher.';

/** Usage is written in the transactions of the events: open grants are the seats that are out. */
async function compareWithRecords(evidence: Evidence, state: LedgerState, findings: Findings): Promise<void> {
  const open = await evidence.openGrants();
  const held = new Set<string>();
  for (const { sessionId, seat } of state.sessions.values())
    if (seat.state === 'held') for (const leaseId of seat.leaseIds) held.add(`${sessionId} ${leaseId}`);
  const without = [...held].filter((one) => !open.has(one)).length;
  const over = [...open].filter((one) => !held.has(one)).length;
  if (without > 0)
    findings.warning(
      'records',
      `${without} seats are out without an open grant in the usage records.`,
      MAKE_USAGE_AGREE,
    );
  if (over > 0)
    findings.warning(
      'records',
      `${over} grants are open in the usage records whose seat has ended.`,
      MAKE_USAGE_AGREE,
    );
  const known = await evidence.openUsageSessions();
  const unknown = [...state.sessions.keys()].filter((sessionId) => !known.has(sessionId)).length;
  if (unknown > 0)
    findings.warning('records', `${unknown} open sessions have no open usage record.`, MAKE_USAGE_AGREE);
}
