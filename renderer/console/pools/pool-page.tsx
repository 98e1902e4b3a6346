/** One pool in tabs: seats, queue, users, allocation, settings. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import { formatDuration } from '../../../shared/durations.ts';
import { type PoolResource, productResourceSchema } from '../../../shared/rest.ts';
import { hoursText, poolTabs } from '../../../shared/strings-allocation.ts';
import { consoleText, enforcementText, poolText } from '../../../shared/strings-console.ts';
import { formatWeekHours } from '../../../shared/week-hours.ts';
import { SeatCount } from '../../kit/seat-count.tsx';
import styles from '../console.module.css';
import { useConsole, useLive } from '../console-context.ts';
import { Block, Empty, Loading, PageHead, usePageNow } from '../parts.tsx';
import { goTo, hrefOf } from '../route.ts';
import { Tabs, tabOf } from '../tabs.tsx';
import { useConsoleData, useList } from '../use-query.ts';
import { AdmissionButtons } from './admission-buttons.tsx';
import { AllocationTab } from './allocation-tab.tsx';
import { countingName } from './counting.ts';
import { DangerDialog } from './danger-dialog.tsx';
import { HolderTable } from './holder-table.tsx';
import { PoolForm } from './pool-form.tsx';
import { QueueTab } from './queue-tab.tsx';
import { UsersTab } from './users-tab.tsx';

interface PoolPageProps {
  readonly poolId: string;
  readonly tab: string | undefined;
}

export default function PoolPage({ poolId, tab }: PoolPageProps) {
  const { pools } = useLive();
  if (!pools) return <Loading />;
  const pool = pools.get(poolId);
  if (!pool) return <Empty>{poolText.unknownPool}</Empty>;
  return <KnownPool pool={pool} tab={tabOf(poolTabs, tab, 'seats')} />;
}

type TabName = keyof typeof poolTabs;

function KnownPool({ pool, tab }: { readonly pool: PoolResource; readonly tab: TabName }) {
  const nowMs = usePageNow();
  const [isEditing, setEditing] = useState(false);
  const { view, settings } = pool;
  const { poolId } = view;
  return (
    <>
      <PageHead title={view.name} isLivePage>
        <SeatCount seats={view.seats} />
        <AdmissionButtons pool={pool} />
        <Button size="xs" onClick={() => setEditing(true)}>
          {poolText.edit}
        </Button>
      </PageHead>
      <Tabs
        label={view.name}
        names={poolTabs}
        current={tab}
        hrefOf={(name) => hrefOf('pools', poolId, { tab: name })}
      />
      {tab === 'seats' &&
        (view.holders.length === 0 ? (
          <Empty>{poolText.noHolders}</Empty>
        ) : (
          <Block title={poolText.holders}>
            <HolderTable poolId={poolId} holders={view.holders} nowMs={nowMs} />
          </Block>
        ))}
      {tab === 'queue' && <QueueTab view={view} nowMs={nowMs} />}
      {tab === 'users' && <UsersTab poolId={poolId} revision={view.revision} nowMs={nowMs} />}
      {tab === 'allocation' && <AllocationTab pool={pool} nowMs={nowMs} />}
      {tab === 'settings' && (
        <>
          <Settings settings={settings} productIds={view.productIds} />
          <Removal pool={pool} />
        </>
      )}
      {isEditing && <PoolForm pool={pool} onClose={() => setEditing(false)} />}
    </>
  );
}

function Removal({ pool: { view } }: { readonly pool: PoolResource }) {
  const { api } = useConsoleData();
  const { say } = useConsole();
  const [isAsking, setAsking] = useState(false);
  return (
    <div>
      <Button size="xs" variant="default" onClick={() => setAsking(true)}>
        {poolText.remove}
      </Button>
      {isAsking && (
        <DangerDialog
          title={poolText.removeTitle(view.name)}
          sentence={poolText.removeSentence(view.holders.length, view.queue.length)}
          button={poolText.removeButton}
          onRun={() => api.send('DELETE', `/pools/${encodeURIComponent(view.poolId)}`, null)}
          onClose={(isDone) => {
            setAsking(false);
            if (!isDone) return;
            say({ tone: 'positive', text: poolText.removed(view.name) });
            goTo(hrefOf('pools'));
          }}
        />
      )}
    </div>
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
    [hoursText.working, settings.workingHours ? formatWeekHours(settings.workingHours) : hoursText.always],
    [hoursText.quiet, settings.quietHours ? formatWeekHours(settings.quietHours) : hoursText.never],
    [poolText.returnTickets, String(settings.returnTicketsPerDay)],
    [poolText.falseDenial, formatDuration(settings.falseDenialWithinMs)],
    [poolText.fairShare, fairShareText(settings.fairShare)],
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

function fairShareText(fairShare: PoolResource['settings']['fairShare']): string {
  if (fairShare === null) return poolText.fairShareOff;
  const { idlePerClassMs, halfLifeMs, maximumClasses } = fairShare;
  return poolText.fairShareOn(formatDuration(idlePerClassMs), maximumClasses, formatDuration(halfLifeMs));
}
