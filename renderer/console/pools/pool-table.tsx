/** Every pool in one line: how full, who waits, what it serves, how it is enforced. */
import type { PoolResource } from '../../../shared/rest.ts';
import { enforcementText, heads, poolText } from '../../../shared/strings-console.ts';
import { type Column, DataTable } from '../../kit/data-table.tsx';
import { SeatCount } from '../../kit/seat-count.tsx';
import { hrefOf } from '../route.ts';
import { countingName } from './counting.ts';

const COLUMNS: readonly Column<PoolResource>[] = [
  {
    key: 'name',
    title: heads.pool,
    cell: ({ view }) => <a href={hrefOf('pools', view.poolId)}>{view.name}</a>,
    sortValue: ({ view }) => view.name,
  },
  {
    key: 'seats',
    title: heads.inUse,
    cell: ({ view }) => <SeatCount seats={view.seats} />,
    sortValue: ({ view: { seats } }) =>
      seats.state === 'known' && seats.capacity > 0 ? seats.inUse / seats.capacity : null,
  },
  {
    key: 'waiting',
    title: heads.waiting,
    align: 'right',
    cell: ({ view }) => view.queue.length,
    sortValue: ({ view }) => view.queue.length,
  },
  {
    key: 'overage',
    title: heads.withoutASeat,
    align: 'right',
    cell: ({ view }) => overageOf(view),
    sortValue: ({ view }) => overageOf(view),
  },
  {
    key: 'counting',
    title: heads.oneSeatForEach,
    cell: ({ settings }) => countingName(settings.counting.key),
    sortValue: ({ settings }) => countingName(settings.counting.key),
  },
  {
    key: 'enforcement',
    title: heads.whenFull,
    cell: ({ settings }) => enforcementText[settings.enforcement].name,
    sortValue: ({ settings }) => settings.enforcement,
  },
];

const overageOf = ({ holders }: PoolResource['view']): number =>
  holders.filter(({ seat }) => seat === 'overage').length;

export function PoolTable({ pools }: { readonly pools: readonly PoolResource[] }) {
  return (
    <DataTable
      name={poolText.pools}
      columns={COLUMNS}
      rows={pools}
      rowKey={({ view }) => view.poolId}
      filterText={({ view }) => `${view.name}\n${view.productIds.join('\n')}`}
      firstOrder={{ key: 'name', isDescending: false }}
      empty={null}
    />
  );
}
