/** Everybody who waits, over all pools, and the seats held for them. */
import { useMemo } from 'react';
import { consoleText, tablesText } from '../../../shared/strings-console.ts';
import { useLive } from '../console-context.ts';
import { Empty, Loading, PageHead, usePageNow } from '../parts.tsx';
import { QueueTable } from './queue-table.tsx';

export default function QueuePage() {
  const { pools } = useLive();
  const nowMs = usePageNow();
  const rows = useMemo(
    () =>
      [...(pools?.values() ?? [])].flatMap(({ view }) =>
        view.queue.map((entry) => ({ entry, poolId: view.poolId, poolName: view.name })),
      ),
    [pools],
  );
  return (
    <>
      <PageHead title={consoleText.pages.queue} isLivePage />
      {!pools && <Loading />}
      {pools && rows.length === 0 && <Empty>{tablesText.queueEmpty}</Empty>}
      {rows.length > 0 && <QueueTable rows={rows} nowMs={nowMs} />}
    </>
  );
}
