/** One pool: is it enough, who has it, who waits; edit, free a seat, remove. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import { formatDuration } from '../../../shared/durations.ts';
import { type PoolResource, productResourceSchema } from '../../../shared/rest.ts';
import { consoleText, enforcementText, poolText } from '../../../shared/strings-console.ts';
import { SeatCount } from '../../kit/seat-count.tsx';
import styles from '../console.module.css';
import { useConsole, useLive } from '../console-context.ts';
import { Block, Empty, Loading, PageHead, usePageNow } from '../parts.tsx';
import { QueueTable } from '../queue/queue-table.tsx';
import { goTo, hrefOf } from '../route.ts';
import { useConsoleData, useList } from '../use-query.ts';
import { countingName } from './counting.ts';
import { DangerDialog } from './danger-dialog.tsx';
import { HolderTable } from './holder-table.tsx';
import { PoolForm } from './pool-form.tsx';

export default function PoolPage({ poolId }: { readonly poolId: string }) {
  const { pools } = useLive();
  if (!pools) return <Loading />;
  const pool = pools.get(poolId);
  if (!pool) return <Empty>{poolText.unknownPool}</Empty>;
  return <KnownPool pool={pool} />;
}

function KnownPool({ pool }: { readonly pool: PoolResource }) {
  const { api } = useConsoleData();
  const { say } = useConsole();
  const nowMs = usePageNow();
  const [open, setOpen] = useState<'nothing' | 'form' | 'remove'>('nothing');
  const { view, settings } = pool;
  const rows = view.queue.map((entry) => ({ entry, poolName: view.name, poolId: view.poolId }));
  return (
    <>
      <PageHead title={view.name} isLivePage>
        <SeatCount seats={view.seats} />
        <Button size="xs" onClick={() => setOpen('form')}>
          {poolText.edit}
        </Button>
      </PageHead>
      <Block title={poolText.holders}>
        {view.holders.length === 0 ? (
          <Empty>{poolText.noHolders}</Empty>
        ) : (
          <HolderTable holders={view.holders} nowMs={nowMs} />
        )}
      </Block>
      <Block title={poolText.queue}>
        {rows.length === 0 ? (
          <Empty>{poolText.noQueue}</Empty>
        ) : (
          <QueueTable rows={rows} namesPool={false} nowMs={nowMs} />
        )}
      </Block>
      <Block title={poolText.settings}>
        <Settings settings={settings} productIds={view.productIds} />
      </Block>
      <div>
        <Button size="xs" variant="default" onClick={() => setOpen('remove')}>
          {poolText.remove}
        </Button>
      </div>
      {open === 'form' && <PoolForm pool={pool} onClose={() => setOpen('nothing')} />}
      {open === 'remove' && (
        <DangerDialog
          title={poolText.removeTitle(view.name)}
          sentence={poolText.removeSentence(view.holders.length, view.queue.length)}
          button={poolText.removeButton}
          onRun={() => api.send('DELETE', `/pools/${encodeURIComponent(view.poolId)}`, null)}
          onClose={(isDone) => {
            setOpen('nothing');
            if (!isDone) return;
            say({ tone: 'positive', text: poolText.removed(view.name) });
            goTo(hrefOf('pools'));
          }}
        />
      )}
    </>
  );
}

interface SettingsProps {
  readonly settings: PoolResource['settings'];
  readonly productIds: readonly string[];
}

function Settings({ settings, productIds }: SettingsProps) {
  const products = useList('/products', productResourceSchema);
  const catalog = products.outcome?.ok ? products.outcome.value : [];
  const nameOf = (id: string) => catalog.find(({ product }) => product.productId === id)?.product.name ?? id;
  const { counting, enforcement } = settings;
  const facts: readonly (readonly [string, string])[] = [
    [poolText.capacity, String(settings.capacity)],
    [poolText.products, productIds.map(nameOf).join(', ')],
    [poolText.counting, poolText.each(countingName(counting.key))],
    [
      poolText.instances,
      counting.instancesPerSeat === null ? poolText.anyNumber : String(counting.instancesPerSeat),
    ],
    [poolText.enforcement, `${enforcementText[enforcement].name}: ${enforcementText[enforcement].hint}`],
    [poolText.offerWindow, formatDuration(settings.offerWindowMs)],
    [poolText.missedOffers, String(settings.maximumMissedOffers)],
    [poolText.overdraft, String(settings.overdraft)],
    [poolText.keepWhileAsleep, settings.keepWhileAsleep ? poolText.yes : poolText.no],
  ];
  return (
    <dl
      className={`${styles.surface} ${styles.facts}`}
      aria-label={`${consoleText.pages.pools}: ${settings.name}`}
    >
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
