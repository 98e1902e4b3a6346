/** A table that sorts, filters and counts; the columns say how. Rows and cells only, no fetching. */
import { TextInput, UnstyledButton } from '@mantine/core';
import { type ReactNode, useMemo, useState } from 'react';
import { consoleText } from '../../shared/strings-console.ts';
import { IconArrowDown, IconArrowUp, IconSearch } from './icons.ts';
import styles from './table.module.css';
import { type ColumnOrder, compareValues, fitsFilter, type SortValue } from './table-rows.ts';

export interface Column<Row> {
  readonly key: string;
  readonly title: string;
  readonly cell: (row: Row) => ReactNode;
  /** What to sort by; a column without it does not sort. */
  readonly sortValue?: (row: Row) => SortValue;
  readonly align?: 'right';
}

/** So few rows are seen at once: a filter would only be in the way. */
const UNFILTERED_ROWS = 7;

interface DataTableProps<Row> {
  readonly name: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  /** What a filter looks through; absent: no filter field. */
  readonly filterText?: (row: Row) => string;
  readonly firstOrder?: ColumnOrder;
  readonly empty: ReactNode;
}

export function DataTable<Row>(props: DataTableProps<Row>) {
  const { name, columns, rows, rowKey, filterText, firstOrder, empty } = props;
  const [order, setOrder] = useState<ColumnOrder | null>(firstOrder ?? null);
  const [filter, setFilter] = useState('');
  const shown = useMemo(() => {
    const fitting = filterText ? rows.filter((row) => fitsFilter(filterText(row), filter)) : rows;
    const value = columns.find(({ key }) => key === order?.key)?.sortValue;
    if (!value || !order) return fitting;
    const sign = order.isDescending ? -1 : 1;
    return fitting.toSorted((left, right) => sign * compareValues(value(left), value(right)));
  }, [rows, columns, filterText, filter, order]);

  const isFiltered = filterText !== undefined && rows.length > UNFILTERED_ROWS;
  if (rows.length === 0) return <>{empty}</>;
  return (
    <div>
      {isFiltered && (
        <div className={styles.tools}>
          <TextInput
            className={styles.filter}
            size="xs"
            type="search"
            aria-label={`${consoleText.filter}: ${name}`}
            placeholder={consoleText.filter}
            leftSection={<IconSearch size={14} aria-hidden="true" />}
            value={filter}
            onChange={(event) => setFilter(event.currentTarget.value)}
          />
        </div>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className={styles.frame} aria-label={name} tabIndex={0}>
        <table className={styles.table}>
          <thead>
            <tr>
              {columns.map((column) => (
                <Head key={column.key} column={column} order={order} onOrder={setOrder} />
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <tr key={rowKey(row)}>
                {columns.map(({ key, cell, align }) => (
                  <td key={key} data-align={align}>
                    {cell(row)}
                  </td>
                ))}
              </tr>
            ))}
            {shown.length === 0 && (
              <tr>
                <td colSpan={columns.length}>{consoleText.noMatch}</td>
              </tr>
            )}
          </tbody>
        </table>
      </section>
      <p className={styles.count}>{consoleText.shown(shown.length, rows.length)}</p>
    </div>
  );
}

interface HeadProps<Row> {
  readonly column: Column<Row>;
  readonly order: ColumnOrder | null;
  readonly onOrder: (order: ColumnOrder) => void;
}

function Head<Row>({ column: { key, title, align, sortValue }, order, onOrder }: HeadProps<Row>) {
  if (!sortValue) {
    return (
      <th scope="col" data-align={align}>
        <span className={styles.plainHead}>{title}</span>
      </th>
    );
  }
  const isSorted = order?.key === key;
  const Arrow = order?.isDescending ? IconArrowDown : IconArrowUp;
  return (
    <th
      scope="col"
      data-align={align}
      aria-sort={isSorted ? (order.isDescending ? 'descending' : 'ascending') : 'none'}
    >
      <UnstyledButton
        className={styles.sort}
        onClick={() => onOrder({ key, isDescending: isSorted && !order.isDescending })}
      >
        {title}
        {isSorted && <Arrow size={12} aria-hidden="true" />}
      </UnstyledButton>
    </th>
  );
}
