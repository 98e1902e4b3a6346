/**
 * The console's live socket: everything once, then what changed. A pool comes whole with its settings; workstations
 * come whole too, merged by id. What a slow page does not take is collected until it does, or the page is sent away.
 */
import type { WebSocket } from 'ws';
import { CLOSE_CODES } from '../../shared/protocol.ts';
import { type LiveMessage, liveMessageSchema } from '../../shared/rest.ts';
import { createCoalescer } from '../agents/coalescer.ts';
import type { Change } from '../announcer.ts';
import type { HttpParts } from './http-parts.ts';
import { poolResource } from './pool-resource.ts';
import { workstationResource } from './workstation-resource.ts';

const PERIOD_MS = 100;
const MAXIMUM_BUFFERED_BYTES = 16 * 1_048_576;

type Pending = `pool:${string}` | `workstation:${string}`;
type FeedParts = Pick<
  HttpParts,
  'ledger' | 'readModel' | 'announcer' | 'directory' | 'hub' | 'records' | 'clock' | 'config' | 'log'
>;

/**
 * Serves one page until either end closes.
 * @param mayStay asked at every ping: a page whose admin signed out is sent away
 */
export function serveLiveFeed(socket: WebSocket, parts: FeedParts, mayStay: () => Promise<boolean>): void {
  const { announcer, clock, config, log } = parts;
  let isAnswered = true;

  function send(message: LiveMessage): void {
    if (socket.readyState !== socket.OPEN) return;
    socket.send(JSON.stringify(liveMessageSchema.parse(message)));
    if (socket.bufferedAmount > MAXIMUM_BUFFERED_BYTES) socket.terminate();
  }
  const feed = createCoalescer<Pending>({
    clock,
    periodMs: PERIOD_MS,
    mayDeliver: () => socket.bufferedAmount * 2 <= MAXIMUM_BUFFERED_BYTES,
    deliver: (pending) => sendChanges(pending),
  });

  function sendChanges(pending: ReadonlySet<Pending>): void {
    const idsOf = (kind: string) =>
      [...pending].filter((entry) => entry.startsWith(kind)).map((entry) => entry.slice(kind.length));
    const pools = idsOf('pool:').map((poolId) => ({ poolId, resource: poolResource(poolId, parts) }));
    if (pools.length > 0)
      send({
        type: 'pools',
        full: false,
        pools: pools.flatMap(({ resource }) => resource ?? []),
        removedPoolIds: pools.filter(({ resource }) => resource === null).map(({ poolId }) => poolId),
      });
    const workstations = idsOf('workstation:').flatMap((id) => parts.directory.workstation(id) ?? []);
    if (workstations.length > 0)
      send({
        type: 'workstations',
        full: false,
        workstations: workstations.map((row) => workstationResource(row, parts)),
      });
  }

  function sendAll(): void {
    feed.clear();
    const pools = [...parts.ledger.state().pools.keys()].flatMap((id) => poolResource(id, parts) ?? []);
    send({ type: 'pools', full: true, pools, removedPoolIds: [] });
    const workstations = parts.directory.workstations().map((row) => workstationResource(row, parts));
    send({ type: 'workstations', full: true, workstations });
  }

  function tell(change: Change): void {
    if (change.isEverything) sendAll();
    else
      feed.add([
        ...[...change.poolIds].map((id): Pending => `pool:${id}`),
        ...[...change.workstationIds].map((id): Pending => `workstation:${id}`),
      ]);
  }

  function ping() {
    if (!isAnswered) return socket.terminate();
    isAnswered = false;
    socket.ping();
    send({ type: 'ping' });
    mayStay().then(
      (may) => may || socket.close(CLOSE_CODES.UNAUTHORIZED.code, 'UNAUTHORIZED'),
      (error: unknown) => log.warn({ err: error }, 'a live socket could not be checked'),
    );
    cancelPing = clock.setTimer(ping, config.timing.pingEveryMs);
  }

  const unsubscribe = announcer.subscribe(tell);
  let cancelPing = clock.setTimer(ping, config.timing.pingEveryMs);
  socket.on('pong', () => {
    isAnswered = true;
  });
  socket.on('error', (error) => log.debug({ err: error }, 'a live socket failed'));
  socket.on('close', () => {
    unsubscribe();
    cancelPing();
    feed.stop();
  });
  sendAll();
}

/** Tells a page that the server goes, so that it tries again soon. */
export function endLiveFeed(socket: WebSocket): void {
  socket.close(CLOSE_CODES.SHUTTING_DOWN.code, 'SHUTTING_DOWN');
}
