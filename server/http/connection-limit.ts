/**
 * How many connections this process takes. Each is a file descriptor, and some must be left for the database and for
 * pages: whoever comes beyond is cut off at once and comes back later, and the log says what to raise.
 */
import type { Server } from 'node:net';
import type { Logger } from 'pino';
import { type Clock, MINUTE } from '../../shared/time.ts';

/** Left for the database, the log, the console's files, and requests of the admin. */
export const RESERVED_DESCRIPTORS = 256;
const WARN_EVERY_MS = MINUTE;

/** Open files that the system allows this process; null: it does not say (Windows), or there is no limit. */
export function descriptorLimit(): number | null {
  // Without this the report looks up the name of every peer. The types do not know it yet.
  Object.assign(process.report, { excludeNetwork: true });
  const { userLimits } = process.report.getReport() as unknown as {
    readonly userLimits?: { readonly open_files?: { readonly soft?: number | string } };
  };
  const limit = Number(userLimits?.open_files?.soft);
  return Number.isSafeInteger(limit) && limit > 0 ? limit : null;
}

/** @param limit as descriptorLimit gives it; a tiny one is not cut further than by half */
export function limitConnections(
  server: Server,
  limit: number | null,
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
): void {
  if (limit === null) return;
  const maximum = Math.max(Math.floor(limit / 2), limit - RESERVED_DESCRIPTORS);
  server.maxConnections = maximum;
  let warnedAtMs = Number.NEGATIVE_INFINITY;
  server.on('drop', () => {
    if (clock.monotonicMs() - warnedAtMs < WARN_EVERY_MS) return;
    warnedAtMs = clock.monotonicMs();
    log.warn(
      { connections: maximum },
      'more agents come than this process may hold connections for; raise its limit of open files (LimitNOFILE of the service, ulimit -n)',
    );
  });
}
