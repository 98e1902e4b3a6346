/**
 * Once an hour: old events go to the archive, old answers and the marks of machines that never return are forgotten,
 * and such machines' sessions end. Keeps memory and disk bounded by what is going on.
 */
import type { Logger } from 'pino';
import { type Cancel, type Clock, HOUR, MINUTE, type NewId } from '../shared/time.ts';
import type { Ledger } from './ledger/ports.ts';
import type { Session } from './ledger/state.ts';
import type { Retention } from './retention.ts';
import type { AgentRow, Records } from './stores/records.ts';
import type { StoreHousekeeping } from './stores/store.ts';

export interface HousekeepingParts {
  readonly ledger: Ledger;
  readonly records: Records;
  /** undefined: the store forgets with its process. */
  readonly store: StoreHousekeeping | undefined;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly log: Logger;
  readonly retention: Retention;
  readonly everyMs: number;
  /** false: another server keeps this house. */
  readonly isOurs?: () => boolean;
}

/** A wrong wall clock must not end anybody's session: so long a machine has to be silent while this server runs. */
const LEAST_SILENCE_MS = HOUR;
const FIRST_AFTER_MS = MINUTE;

export interface Housekeeping {
  /** One round now. Never rejects: what could not be done is logged and tried again in the next round. */
  round(): Promise<void>;
  stop(): Promise<void>;
}

export function createHousekeeping(parts: HousekeepingParts): Housekeeping {
  const { clock, everyMs } = parts;
  let cancel: Cancel = () => undefined;
  let running: Promise<void> = Promise.resolve();
  let isStopped = false;
  const round = () => {
    running = running.then(() => (isStopped ? undefined : keepHouse(parts, () => isStopped)));
    return running;
  };
  const arm = (delayMs: number) => {
    cancel = clock.setTimer(() => void round().then(() => (isStopped ? undefined : arm(everyMs))), delayMs);
  };
  arm(Math.min(FIRST_AFTER_MS, everyMs));
  return {
    round,
    stop() {
      isStopped = true;
      cancel();
      return running;
    },
  };
}

async function keepHouse(parts: HousekeepingParts, isStopped: () => boolean): Promise<void> {
  const { clock, log, retention, store, isOurs = () => true } = parts;
  if (!isOurs()) return;
  const nowMs = clock.wallMs();
  const attempts: readonly [string, () => Promise<unknown>][] = [
    ['sessions of machines that are gone could not be ended', () => endSilentSessions(parts, nowMs)],
    ['old events could not be archived; they stay in the database', () => archive(parts, nowMs, isStopped)],
    [
      'old answers could not be forgotten',
      async () =>
        store?.trim({
          answersBeforeMs: nowMs - retention.answersMs,
          marksBeforeMs: nowMs - retention.silentMachineMs,
        }),
    ],
  ];
  for (const [sentence, attempt] of attempts) {
    if (isStopped()) return;
    try {
      await attempt();
    } catch (error) {
      log.warn({ err: error }, sentence);
    }
  }
}

/** In portions, so that nobody waits long for the writer. */
async function archive(
  { store, log, retention }: HousekeepingParts,
  nowMs: number,
  isStopped: () => boolean,
): Promise<void> {
  if (!store) return;
  let events = 0;
  for (let portion = 1; portion > 0 && !isStopped(); events += portion)
    portion = await store.archiveEvents(nowMs - retention.auditMs);
  if (events > 0) log.info({ events }, 'old events were archived');
}

/** [L178] Nobody will report the end of these sessions; the agent corrects it if it ever returns. */
async function endSilentSessions(parts: HousekeepingParts, nowMs: number): Promise<void> {
  const { ledger, records, newId, retention } = parts;
  const quiet = [...ledger.state().sessions.values()].filter(
    ({ sessionId }) => !ledger.isLive(sessionId) && ledger.silentMs(sessionId) >= quietMs(retention),
  );
  if (quiet.length === 0) return;
  const agents = new Map((await records.agents.all()).map((agent) => [placeOf(agent), agent]));
  for (const session of quiet) {
    const heardAtMs = lastHeard(agents.get(placeOf(session)), session);
    if (nowMs - heardAtMs < retention.silentMachineMs) continue;
    const { sessionId } = session;
    await ledger.submit({
      commandId: newId(),
      by: { kind: 'server' },
      command: { kind: 'end-session', sessionId, endedAtMs: heardAtMs, reason: 'unseen' },
    });
  }
}

function quietMs({ silentMachineMs }: Retention): number {
  return Math.min(LEAST_SILENCE_MS, silentMachineMs);
}

function lastHeard(agent: AgentRow | undefined, { startedAtMs }: Session): number {
  return Math.max(agent?.lastContactMs ?? 0, startedAtMs);
}

function placeOf({ workstationId, userId }: Pick<Session, 'workstationId' | 'userId'>): string {
  return `${workstationId} ${userId}`;
}
