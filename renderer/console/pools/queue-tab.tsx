/** Who waits for the pool, and when each can expect a seat, as far as that is known. */
import { useEffect, useMemo } from 'react';
import { type PoolResource, poolForecastSchema } from '../../../shared/rest.ts';
import { poolText } from '../../../shared/strings-console.ts';
import { Empty } from '../parts.tsx';
import { QueueTable } from '../queue/queue-table.tsx';
import { useOne } from '../use-query.ts';

interface QueueTabProps {
  readonly view: PoolResource['view'];
  readonly nowMs: number;
}

export function QueueTab({ view, nowMs }: QueueTabProps) {
  const forecast = useOne(`/pools/${encodeURIComponent(view.poolId)}/forecast`, poolForecastSchema);
  const { refresh } = forecast;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the revision is what asks again
  useEffect(() => void refresh(), [view.revision, refresh]);
  const known = forecast.outcome?.ok ? forecast.outcome.value.waiting : null;
  const rows = useMemo(() => {
    const waits = new Map(known?.map(({ ticketId, expectedWait }) => [ticketId, expectedWait]));
    return view.queue.map((entry) => ({
      entry,
      poolName: view.name,
      poolId: view.poolId,
      expectedWait: waits.get(entry.ticketId) ?? null,
    }));
  }, [view, known]);
  if (rows.length === 0) return <Empty>{poolText.noQueue}</Empty>;
  return <QueueTable rows={rows} namesPool={false} nowMs={nowMs} />;
}
