/**
 * From JSON to products, one at a time: a bad product becomes a problem, the others stay. Pure; whoever reads the
 * files (agent and server) hands in their text.
 */
import type { z } from 'zod';
import { type Product, productSchema } from './catalog.ts';

/** Something in a catalog that was left out, and what to do about it. */
export interface CatalogProblem {
  /** Name of the file, or `ADDED_PRODUCTS`. */
  readonly file: string;
  readonly productId?: string;
  readonly message: string;
}

export interface CatalogReading {
  readonly products: readonly Product[];
  readonly problems: readonly CatalogProblem[];
}

/** Stands where a file name would: these came from the server. */
export const ADDED_PRODUCTS = 'products added by the administrator';

const MAX_ISSUES_TOLD = 5;

/** @param text one file of resources/catalog; a byte-order mark is fine */
export function readCatalogText(file: string, text: string): CatalogReading {
  let content: unknown;
  try {
    content = JSON.parse(text.replace(/^\uFEFF/u, ''));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'it cannot be parsed';
    return {
      products: [],
      problems: [{ file, message: `the file is not JSON (${why}); correct it and start again` }],
    };
  }
  const listed =
    typeof content === 'object' && content !== null && 'products' in content ? content.products : undefined;
  if (!Array.isArray(listed))
    return {
      products: [],
      problems: [{ file, message: 'the file needs a list "products", see docs/CATALOG.md' }],
    };
  return readProducts(file, listed);
}

/** @param listed anything; what is not a product is told as a problem */
export function readProducts(file: string, listed: readonly unknown[]): CatalogReading {
  const products: Product[] = [];
  const problems: CatalogProblem[] = [];
  for (const [index, entry] of listed.entries()) {
    const parsed = productSchema.safeParse(entry);
    if (parsed.success) products.push(parsed.data);
    else
      problems.push({
        file,
        ...productIdOf(entry),
        message: `product ${index + 1} is left out: ${issuesOf(parsed.error)}`,
      });
  }
  return { products, problems };
}

function productIdOf(entry: unknown): { productId?: string } {
  if (typeof entry !== 'object' || entry === null || !('productId' in entry)) return {};
  return typeof entry.productId === 'string' ? { productId: entry.productId.slice(0, 64) } : {};
}

function issuesOf(error: z.ZodError): string {
  const told = error.issues
    .slice(0, MAX_ISSUES_TOLD)
    .map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`);
  const more = error.issues.length - told.length;
  return [...told, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

/** Several files as one catalog. The first product with an id stays; a second one is told as a problem. */
export function joinReadings(
  readings: readonly (CatalogReading & { readonly file: string })[],
): CatalogReading {
  const byId = new Map<string, Product>();
  const problems: CatalogProblem[] = [];
  for (const { file, products, problems: own } of readings) {
    problems.push(...own);
    for (const product of products) {
      const { productId } = product;
      if (byId.has(productId))
        problems.push({ file, productId, message: 'this productId is taken already; choose another' });
      else byId.set(productId, product);
    }
  }
  return { products: [...byId.values()], problems };
}

/**
 * The shipped catalog with what an administrator added or changed on top: the last word on a productId wins.
 * @param added as the server sent them; a product that cannot be used leaves the shipped one in force
 */
export function withAddedProducts(shipped: CatalogReading, added: readonly unknown[]): CatalogReading {
  const reading = readProducts(ADDED_PRODUCTS, added);
  const byId = new Map(
    [...shipped.products, ...reading.products].map((product) => [product.productId, product]),
  );
  return { products: [...byId.values()], problems: [...shipped.problems, ...reading.problems] };
}
