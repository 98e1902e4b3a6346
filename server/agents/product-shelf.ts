/**
 * The products this server knows: the shipped catalog, what an admin added or changed on top of it, and names that
 * agents told of products that are in neither. Rows of the records are checked when they are read.
 */
import { type Product, productSchema } from '../../shared/catalog.ts';
import type { ProductId } from '../../shared/domain.ts';
import type { Records } from '../stores/records.ts';

const REVISION_SETTING = 'catalog-revision';
/** Names learned from agents; more than any catalog has, less than what could hurt. */
const MAXIMUM_LEARNED_NAMES = 10_000;

export interface ProductShelf {
  get(productId: ProductId): { readonly product: Product; readonly source: 'shipped' | 'admin' } | null;
  all(): readonly { readonly product: Product; readonly source: 'shipped' | 'admin' }[];
  /** The name a person knows; the id where nobody said one. */
  name(productId: ProductId): string;
  learnName(productId: ProductId, name: string): void;
  adminProducts(): readonly Product[];
  /** Grows with every change of the admin's products, also over restarts. */
  revision(): number;
  put(product: Product, nowMs: number): Promise<void>;
  /** @returns false: there is no such product of an admin */
  remove(productId: ProductId): Promise<boolean>;
  /** Reads the admin's products again: another server may have changed them. */
  reload(): Promise<void>;
}

export async function loadProductShelf(
  records: Records,
  shipped: readonly Product[],
  onUnreadable: (productId: string) => void,
): Promise<ProductShelf> {
  const shippedById = new Map(shipped.map((product) => [product.productId, product]));
  const adminById = new Map<ProductId, Product>();
  const learned = new Map<ProductId, string>();
  let revision = 0;

  async function reload(): Promise<void> {
    const rows = await records.products.all();
    const stored = await records.settings.get(REVISION_SETTING);
    adminById.clear();
    for (const row of rows) {
      const product = productSchema.safeParse(row.product);
      if (product.success) adminById.set(row.productId, product.data);
      else onUnreadable(row.productId);
    }
    revision = typeof stored === 'number' ? stored : adminById.size;
  }
  await reload();

  const get: ProductShelf['get'] = (productId) => {
    const own = adminById.get(productId);
    if (own) return { product: own, source: 'admin' };
    const known = shippedById.get(productId);
    return known ? { product: known, source: 'shipped' } : null;
  };
  const nextRevision = () =>
    ({ record: 'setting', op: 'put', row: { name: REVISION_SETTING, value: revision + 1 } }) as const;

  return {
    get,
    all: () =>
      [...new Set([...shippedById.keys(), ...adminById.keys()])]
        .map(get)
        .filter((entry) => entry !== null)
        .sort((a, b) => a.product.name.localeCompare(b.product.name, 'en')),
    name: (productId) => get(productId)?.product.name ?? learned.get(productId) ?? productId,
    learnName(productId, name) {
      if (get(productId) === null && learned.size < MAXIMUM_LEARNED_NAMES) learned.set(productId, name);
    },
    reload,
    adminProducts: () => [...adminById.values()],
    revision: () => revision,
    async put(product, nowMs) {
      const row = { productId: product.productId, product, changedAtMs: nowMs };
      await records.write([{ record: 'product', op: 'put', row }, nextRevision()]);
      adminById.set(product.productId, product);
      revision++;
    },
    async remove(productId) {
      if (!adminById.has(productId)) return false;
      await records.write([{ record: 'product', op: 'delete', key: { productId } }, nextRevision()]);
      adminById.delete(productId);
      revision++;
      return true;
    },
  };
}
