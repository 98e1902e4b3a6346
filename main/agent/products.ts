/** The products this agent knows: the shipped catalog with what the admin added on top, for tracker, sensors and faces. */
import type { Catalog, Product } from '../../shared/catalog.ts';
import { type CatalogReading, withAddedProducts } from '../../shared/catalog-reading.ts';
import type { Log } from './log.ts';
import type { ProductRules } from './sensors/classify.ts';
import { compileCatalog, type Platform } from './sensors/process-match.ts';
import type { KnownProduct } from './session/session-life.ts';

export class ProductBook {
  readonly #shipped: CatalogReading;
  readonly #platform: Platform;
  readonly #log: Log;
  #products: ReadonlyMap<string, Product> = new Map();
  #rules: ProductRules;

  constructor(shipped: CatalogReading, platform: Platform, log: Log) {
    this.#shipped = shipped;
    this.#platform = platform;
    this.#log = log;
    this.#rules = this.#compile(shipped);
  }

  /** For the sensors; another object after every change. */
  get rules(): ProductRules {
    return this.#rules;
  }

  /** Products that have rules for this system. */
  get watchedCount(): number {
    return [...this.#products.values()].filter((product) => product[this.#platform] !== undefined).length;
  }

  find(productId: string): KnownProduct | undefined {
    return this.#products.get(productId);
  }

  /** The admin's products, all of them. @returns ids that are not known any more */
  setAdded({ products }: Catalog): readonly string[] {
    const before = [...this.#products.keys()];
    this.#rules = this.#compile(withAddedProducts(this.#shipped, products));
    return before.filter((productId) => !this.#products.has(productId));
  }

  #compile(reading: CatalogReading): ProductRules {
    this.#products = new Map(reading.products.map((product) => [product.productId, product]));
    const matcher = compileCatalog(reading.products, this.#platform);
    for (const { file, productId = '', message } of reading.problems)
      this.#log.warn('something in the catalog was left out', { file, productId, message });
    for (const { productId, message } of matcher.problems)
      this.#log.warn('a rule of the catalog cannot be used', { productId, message });
    const products = this.#products;
    return {
      matcher,
      sessionPer: (productId) => products.get(productId)?.sessionPer ?? 'login-session',
    };
  }
}
