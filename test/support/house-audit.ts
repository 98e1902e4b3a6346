/**
 * Judges a tortured house: what really ran against what the ledger, the REST interface, the faces and the usage
 * records say. Every finding is one sentence; none means that all four agree.
 */
import type { LeaseResource, PoolResource, UsageRecord } from '../../shared/rest.ts';
import { LedgerReader, type SeenSession } from './house-ledger.ts';
import type { LedgerEventResource, Rest } from './house-rest.ts';
import type { Team } from './house-team.ts';
import type { Asked, Outage, Run, Torture } from './house-torture.ts';

/** How far a clock of a scan, an exit noticed by this process, and /proc's start times may be apart on a busy machine. */
const SLACK_MS = 600;
/** What a host had seen so shortly before the contact was lost may not have become durable. */
const IN_FLIGHT_MS = 2_000;

export interface Judged {
  readonly events: readonly LedgerEventResource[];
  readonly reader: LedgerReader;
  readonly findings: readonly string[];
}

// ---------------------------------------------------------------- does everybody agree by now?

/** What is not as it shall be once everything is up and told; empty: the house has come to rest. */
export async function unrest(team: Team, torture: Torture): Promise<string[]> {
  const said: string[] = [];
  for (const member of [team.first, team.second]) {
    const { connection, outboxWaiting, sessions } = member.face.state;
    const { name } = member.person;
    if (connection.state !== 'online') said.push(`${name} is ${connection.state}`);
    if (outboxWaiting > 0) said.push(`${name} has ${outboxWaiting} facts to tell`);
    const running = torture.alive().filter((run) => run.member === member);
    const wanted = running.map(({ productId }) => productId).sort();
    const seen = sessions.map(({ productId }) => productId).sort();
    if (String(seen) !== String(wanted)) said.push(`${name} runs [${wanted}] and the host sees [${seen}]`);
  }
  const [pools, leases] = await Promise.all([team.rest.pools(), team.rest.leases()]);
  for (const pool of pools) said.push(...unrestOf(pool, leases, torture));
  return said;
}

function unrestOf({ view }: PoolResource, leases: readonly LeaseResource[], torture: Torture): string[] {
  const said: string[] = [];
  const { poolId, seats, productIds } = view;
  const holders = view.holders.map((one) => `${one.userName} ${one.productId}`).sort();
  const running = torture
    .alive()
    .filter((run) => productIds.includes(run.productId))
    .map((run) => `${run.member.person.name} ${run.productId}`)
    .sort();
  if (String(holders) !== String(running)) said.push(`${poolId}: runs [${running}], shown are [${holders}]`);
  const leased = leases.filter((one) => one.poolId === poolId);
  if (seats.state !== 'known' || seats.inUse !== leased.length)
    return [...said, `${poolId}: ${leased.length} leases and ${JSON.stringify(seats)}`];
  if (seats.free !== seats.capacity - seats.inUse - seats.offered)
    said.push(`${poolId}: ${JSON.stringify(seats)} does not add up`);
  const waiting = view.queue.filter(({ offeredUntilMs }) => offeredUntilMs === null);
  if (seats.free > 0 && waiting.length > 0)
    said.push(`${poolId}: ${seats.free} seats are free and ${waiting.length} wait`);
  const places = view.queue.map(({ place }) => place);
  if (places.some((place, index) => place !== index + 1)) said.push(`${poolId}: places are [${places}]`);
  return said;
}

// ---------------------------------------------------------------- the judgment

/** @param before the events at the last judgment: they must still be the beginning */
export async function judge(
  team: Team,
  torture: Torture,
  before: readonly LedgerEventResource[],
): Promise<Judged> {
  const { events, usage, leases, tickets, offers, queues } = await readAtOnce(team.rest);
  const reader = new LedgerReader().read(events);
  const findings = reader.violations.map((sentence) => `ledger: ${sentence}`);
  const complain = (sentence: string) => findings.push(sentence);

  before.forEach((event, index) => {
    if (JSON.stringify(event) !== JSON.stringify(events[index]))
      complain(`history: event ${event.eventNumber} is not what it was`);
  });
  sameIds('leases', leases, reader.leases.keys(), complain);
  sameIds('tickets', tickets, reader.tickets.keys(), complain);
  sameIds('offers', offers, reader.offers.keys(), complain);
  for (const [poolId, shown] of queues) {
    const kept = reader.line(poolId).map(({ ticketId }) => ticketId);
    if (String(shown) !== String(kept)) complain(`places: ${poolId} shows [${shown}], kept is [${kept}]`);
  }
  findings.push(...judgePromises(torture, reader));
  const runOf = matchRuns(torture, usage, complain);
  findings.push(...judgeSeats(reader, runOf));
  findings.push(...judgeUsage(usage, runOf, torture, reader));
  return { events, reader, findings };
}

/** Offers run out at any time: what was read is of one moment only when the seats were the same before and after. */
async function readAtOnce(rest: Rest) {
  for (;;) {
    const before = await readSeats(rest);
    const [events, usage] = [await rest.events(), await rest.usage()];
    const after = await readSeats(rest);
    if (JSON.stringify(before) === JSON.stringify(after)) return { events, usage, ...after };
  }
}

async function readSeats(rest: Rest) {
  const [leases, tickets, offers, pools] = await Promise.all([
    rest.leases(),
    rest.tickets(),
    rest.offers(),
    rest.pools(),
  ]);
  return {
    leases: leases.map(({ leaseId }) => leaseId),
    tickets: tickets.map(({ ticketId }) => ticketId),
    offers: offers.map(({ offerId }) => offerId),
    queues: pools.map(({ view }) => [view.poolId, view.queue.map(({ ticketId }) => ticketId)] as const),
  };
}

function sameIds(
  what: string,
  shown: readonly string[],
  kept: Iterable<string>,
  complain: (sentence: string) => void,
): void {
  const [a, b] = [[...shown].sort(), [...kept].sort()];
  if (String(a) !== String(b)) complain(`${what}: shown are [${a}], the events leave [${b}]`);
}

/** What was answered with yes is in the ledger: an answer is given only when it is durable. */
function judgePromises({ promised }: Torture, reader: LedgerReader): string[] {
  return promised
    .filter((asked) => !isDone(asked, reader))
    .map(({ type, id }) => `promise: ${type} ${id} was answered with yes and is not in the ledger`);
}

export function isDone({ type, id }: Asked, reader: LedgerReader): boolean {
  switch (type) {
    case 'queue':
      return reader.tickets.has(id) || reader.ends.has(`ticket ${id}`);
    case 'claim':
      return reader.ends.get(`offer ${id}`) === 'claimed';
    case 'decline':
      return reader.ends.get(`offer ${id}`) === 'declined';
    case 'release': {
      const { seated = [] } = reader.sessions.get(id) ?? {};
      return seated.some(({ leaseId }) => reader.ends.get(`lease ${leaseId}`) === 'released');
    }
    case 'leave':
      return reader.ends.get(`ticket ${id}`) === 'left';
  }
}

/** Which process each session was. One session per process, and one process per session. */
function matchRuns(
  torture: Torture,
  usage: readonly UsageRecord[],
  complain: (sentence: string) => void,
): Map<string, Run> {
  const runOf = new Map<string, Run>();
  const recordOf = new Map<Run, UsageRecord>();
  for (const record of usage) {
    const apartMs = ({ startedAtMs }: Run) => Math.abs(startedAtMs - record.startedAtMs);
    const [run] = torture.runs
      .filter(
        (one) =>
          one.member.person.name === record.userName &&
          one.productId === record.productId &&
          apartMs(one) < SLACK_MS,
      )
      .sort((a, b) => apartMs(a) - apartMs(b));
    if (!run) complain(`sessions: ${record.sessionId} (${record.productId}) was no process at all`);
    else if (recordOf.has(run)) complain(`sessions: a ${run.productId} process was counted as two sessions`);
    else {
      runOf.set(record.sessionId, run);
      recordOf.set(run, record);
    }
  }
  for (const run of torture.runs) {
    const record = recordOf.get(run);
    if (run.endedAtMs === null && record?.endedAtMs !== null)
      complain(`sessions: a running ${run.productId} has no open session`);
    if (!record && watchedMs(run, torture.outages) > SLACK_MS)
      complain(`sessions: a ${run.productId} ran ${watchedMs(run, torture.outages)} ms and made no session`);
  }
  return runOf;
}

/** How long a process that ended ran while its agent host was in contact. */
function watchedMs({ member, startedAtMs, endedAtMs }: Run, outages: readonly Outage[]): number {
  const endMs = endedAtMs ?? startedAtMs;
  return outages
    .filter((outage) => outage.member === member)
    .reduce(
      (ms, { fromMs, toMs }) => ms - Math.max(0, Math.min(toMs, endMs) - Math.max(fromMs, startedAtMs)),
      endMs - startedAtMs,
    );
}

/** Who runs and had a seat has it still, unless they gave it back. */
function judgeSeats(reader: LedgerReader, runOf: ReadonlyMap<string, Run>): string[] {
  const said: string[] = [];
  for (const session of reader.sessions.values()) {
    const run = runOf.get(session.sessionId);
    const { closed } = session;
    if (closed && run && (run.endedAtMs === null || closed.atMs < run.endedAtMs - SLACK_MS))
      said.push(`lost: session ${session.sessionId} was closed (${closed.reason}) while its process ran`);
    for (const { leaseId, toMs } of session.seated) {
      const reason = reader.ends.get(`lease ${leaseId}`);
      const isClosing = closed !== null && toMs === closed.atMs;
      if (toMs !== null && !isClosing && reason !== 'released')
        said.push(`lost: session ${session.sessionId} lost its seat (${reason ?? 'lease lives on'})`);
    }
  }
  return said;
}

// ---------------------------------------------------------------- usage

function judgeUsage(
  usage: readonly UsageRecord[],
  runOf: ReadonlyMap<string, Run>,
  torture: Torture,
  reader: LedgerReader,
): string[] {
  const said: string[] = [];
  const nowMs = Date.now();
  for (const record of usage) {
    const { sessionId, grantedMs, actualMs } = record;
    const session = reader.sessions.get(sessionId);
    const run = runOf.get(sessionId);
    if (session) said.push(...judgeGrants(record, session));
    said.push(...judgeIntervals(record));
    if (actualMs > grantedMs) said.push(`usage: ${sessionId} was used longer than it had a seat`);
    if (!run) continue; // Said already.
    const limitMs = noticedBy(run, torture.outages, nowMs) + SLACK_MS - run.startedAtMs;
    if (grantedMs > limitMs)
      said.push(`usage: ${sessionId} was granted ${grantedMs} ms, its process had ${limitMs} ms at most`);
  }
  const recorded = new Set(usage.map(({ sessionId }) => sessionId));
  for (const sessionId of reader.sessions.keys())
    if (!recorded.has(sessionId)) said.push(`usage: session ${sessionId} has no record`);
  return said;
}

/** When the end of a process could be known: at once, or when the contact that was lost then had come back. */
function noticedBy(run: Run, outages: readonly Outage[], nowMs: number): number {
  let atMs = run.endedAtMs ?? nowMs;
  for (const { member, fromMs, toMs } of outages)
    if (member === run.member && fromMs - IN_FLIGHT_MS <= atMs && atMs < toMs) atMs = toMs;
  return atMs;
}

/** The record's grants are the seats that the events tell, each once. */
function judgeGrants({ sessionId, grants, grantedMs }: UsageRecord, { seated }: SeenSession): string[] {
  const told = (all: readonly { leaseId: string; fromMs: number; toMs: number | null }[]) =>
    all
      .map(({ leaseId, fromMs, toMs }) => `${leaseId} ${fromMs} ${toMs}`)
      .sort()
      .join();
  const said: string[] = [];
  if (told(grants) !== told(seated)) said.push(`usage: the grants of ${sessionId} are not its seats`);
  const closed = seated.every(({ toMs }) => toMs !== null);
  const sumMs = seated.reduce((sum, { fromMs, toMs }) => sum + ((toMs ?? fromMs) - fromMs), 0);
  if (closed && sumMs !== grantedMs)
    said.push(`usage: ${sessionId} says ${grantedMs} ms granted, its seats are ${sumMs} ms`);
  return said;
}

/** The intervals of a session cover its life, without a gap and without an overlap. */
function judgeIntervals({ sessionId, intervals, startedAtMs, endedAtMs }: UsageRecord): string[] {
  const sorted = intervals.toSorted((a, b) => a.fromMs - b.fromMs);
  const said: string[] = [];
  let atMs = startedAtMs;
  for (const { fromMs, toMs } of sorted) {
    if (fromMs < atMs) said.push(`usage: ${sessionId} counts ${atMs - fromMs} ms twice`);
    if (fromMs > atMs) said.push(`usage: ${sessionId} leaves ${fromMs - atMs} ms out`);
    if (toMs === null) return endedAtMs === null ? said : [...said, `usage: ${sessionId} ended and goes on`];
    atMs = toMs;
  }
  if (atMs !== endedAtMs) said.push(`usage: ${sessionId} is told until ${atMs} and ended ${endedAtMs}`);
  return said;
}
