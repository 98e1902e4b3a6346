/** Every product the agents can recognize, and the pool that counts it. */
import { Button } from '@mantine/core';
import { useMemo } from 'react';
import { type ProductResource, productResourceSchema } from '../../../shared/rest.ts';
import { heads, poolText } from '../../../shared/strings-console.ts';
import { type Column, DataTable } from '../../kit/data-table.tsx';
import styles from '../console.module.css';
import { useLive } from '../console-context.ts';
import { Reading } from '../parts.tsx';
import { hrefOf } from '../route.ts';
import { useList } from '../use-query.ts';

export function Catalog({ onMakePool }: { readonly onMakePool: (productId: string) => void }) {
  const products = useList('/products', productResourceSchema);
  const { pools } = useLive();
  const columns = useMemo((): Column<ProductResource>[] => {
    const poolsOf = (productId: string) =>
      [...(pools?.values() ?? [])].filter(({ view }) => view.productIds.includes(productId));
    return [
      {
        key: 'name',
        title: heads.product,
        cell: ({ product }) => product.name,
        sortValue: ({ product }) => product.name,
      },
      {
        key: 'vendor',
        title: heads.vendor,
        cell: ({ product }) => product.vendor,
        sortValue: ({ product }) => product.vendor,
      },
      {
        key: 'category',
        title: heads.kind,
        cell: ({ product }) => product.category,
        sortValue: ({ product }) => product.category,
      },
      {
        key: 'pools',
        title: heads.countedBy,
        cell: ({ product }) => {
          const counting = poolsOf(product.productId);
          if (counting.length === 0) return <span className={styles.dimmed}>{poolText.notCounted}</span>;
          return counting.map(({ view }) => (
            <a key={view.poolId} href={hrefOf('pools', view.poolId)}>
              {view.name}{' '}
            </a>
          ));
        },
        sortValue: ({ product }) => poolsOf(product.productId)[0]?.view.name ?? null,
      },
      {
        key: 'make',
        title: '',
        align: 'right',
        cell: ({ product }) =>
          poolsOf(product.productId).length > 0 ? null : (
            <Button
              size="compact-sm"
              variant="default"
              aria-label={poolText.makeFor(product.name)}
              onClick={() => onMakePool(product.productId)}
            >
              {poolText.make}
            </Button>
          ),
      },
    ];
  }, [pools, onMakePool]);
  return (
    <Reading query={products}>
      {(rows) => (
        <DataTable
          name={poolText.catalog}
          columns={columns}
          rows={rows}
          rowKey={({ product }) => product.productId}
          filterText={({ product }) => `${product.name}\n${product.vendor}\n${product.category}`}
          firstOrder={{ key: 'name', isDescending: false }}
          empty={null}
        />
      )}
    </Reading>
  );
}
