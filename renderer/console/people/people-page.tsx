/** Who uses workstations with Usher, what they hold and what they wait for. */
import { useMemo } from 'react';
import { type PersonResource, personResourceSchema } from '../../../shared/rest.ts';
import { consoleText, heads, tablesText } from '../../../shared/strings-console.ts';
import { type Column, DataTable } from '../../kit/data-table.tsx';
import { useLive } from '../console-context.ts';
import { Empty, Named, PageHead, Reading } from '../parts.tsx';
import { useList } from '../use-query.ts';

export default function PeoplePage() {
  const people = useList('/people', personResourceSchema);
  const { pools } = useLive();
  const columns = useMemo((): Column<PersonResource>[] => {
    const views = [...(pools?.values() ?? [])].map(({ view }) => view);
    const held = (userId: string) =>
      views.flatMap(({ holders }) =>
        holders.filter((holder) => holder.userId === userId).map(({ productName }) => productName),
      );
    const waited = (userId: string) =>
      views.flatMap(({ queue }) =>
        queue.filter((entry) => entry.userId === userId).map(({ productName }) => productName),
      );
    return [
      {
        key: 'name',
        title: heads.person,
        cell: ({ name, simulated }) => <Named name={name} simulated={simulated} />,
        sortValue: ({ name }) => name,
      },
      {
        key: 'uses',
        title: heads.usesNow,
        cell: ({ userId }) => [...new Set(held(userId))].join(', '),
        sortValue: ({ userId }) => held(userId).length,
      },
      {
        key: 'waits',
        title: heads.waitsFor,
        cell: ({ userId }) => [...new Set(waited(userId))].join(', '),
        sortValue: ({ userId }) => waited(userId).length,
      },
    ];
  }, [pools]);
  return (
    <>
      <PageHead title={consoleText.pages.people} />
      <Reading query={people}>
        {(rows) => (
          <DataTable
            name={consoleText.pages.people}
            columns={columns}
            rows={rows}
            rowKey={({ userId }) => userId}
            filterText={({ name }) => name}
            firstOrder={{ key: 'name', isDescending: false }}
            empty={<Empty>{tablesText.peopleEmpty}</Empty>}
          />
        )}
      </Reading>
    </>
  );
}
