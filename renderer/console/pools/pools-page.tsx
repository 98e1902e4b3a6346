/** Pools and the products they serve: the list, one pool, and the catalog below. */
import { Button } from '@mantine/core';
import { lazy, useState } from 'react';
import { consoleText, poolText } from '../../../shared/strings-console.ts';
import { useLive } from '../console-context.ts';
import { Block, Empty, Loading, PageHead } from '../parts.tsx';
import { goTo, hrefOf, type PageProps } from '../route.ts';
import { Catalog } from './catalog.tsx';
import { PoolForm } from './pool-form.tsx';
import { PoolTable } from './pool-table.tsx';

const PoolPage = lazy(() => import('./pool-page.tsx'));

export default function PoolsPage({ route }: PageProps) {
  return route.subjectId === null ? (
    <PoolList isMakingFirst={route.query.make === 'yes'} />
  ) : (
    <PoolPage poolId={route.subjectId} tab={route.query.tab} />
  );
}

/** Closed, or open for a new pool with some products chosen already. */
type Making = { readonly isOpen: false } | { readonly isOpen: true; readonly productIds: readonly string[] };

function PoolList({ isMakingFirst }: { readonly isMakingFirst: boolean }) {
  const { pools } = useLive();
  const [making, setMaking] = useState<Making>(
    isMakingFirst ? { isOpen: true, productIds: [] } : { isOpen: false },
  );
  return (
    <>
      <PageHead title={consoleText.pages.pools} isLivePage>
        <Button size="xs" onClick={() => setMaking({ isOpen: true, productIds: [] })}>
          {poolText.make}
        </Button>
      </PageHead>
      {!pools && <Loading />}
      {pools?.size === 0 && <Empty>{poolText.empty}</Empty>}
      {pools && pools.size > 0 && <PoolTable pools={[...pools.values()]} />}
      <Block title={poolText.catalog}>
        <Catalog onMakePool={(productId) => setMaking({ isOpen: true, productIds: [productId] })} />
      </Block>
      {making.isOpen && (
        <PoolForm
          pool={null}
          productIds={making.productIds}
          onClose={(saved) => {
            setMaking({ isOpen: false });
            if (saved) goTo(hrefOf('pools', saved.view.poolId));
          }}
        />
      )}
    </>
  );
}
