/** Bad catalogs: every problem is a value, and everything else still loads. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { loadShippedCatalog } from '../../../main/agent/sensors/catalog.ts';
import { ADDED_PRODUCTS, withAddedProducts } from '../../../shared/catalog-reading.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function aFolder(files: Record<string, unknown>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'usher-catalog-'));
  folders.push(folder);
  for (const [name, content] of Object.entries(files))
    await writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  return folder;
}

const product = (productId: string, change: object = {}) => ({
  productId,
  name: `The ${productId}`,
  vendor: 'Acme',
  category: 'cad',
  licensed: true,
  linux: { main: [{ exe: [productId] }] },
  ...change,
});

const idsOf = (reading: { products: readonly { productId: string }[] }) =>
  reading.products.map(({ productId }) => productId);

describe('reading a folder of catalog files', () => {
  it('leaves out only what is bad, and says which and why', async () => {
    const folder = await aFolder({
      'a.json': `\uFEFF${JSON.stringify({ products: [product('one'), product('bad', { licensed: 'yes' }), product('two')] })}`,
      'b.json': '{ "products": [',
      'c.json': [product('three')],
      'd.json': { products: [product('four'), null, product('one', { name: 'Another one' })] },
      'catalog.schema.json': { type: 'object' },
      'notes.txt': 'not a catalog',
    });

    const reading = await loadShippedCatalog(folder);

    expect(idsOf(reading)).toEqual(['one', 'two', 'four']);
    expect(reading.problems).toEqual([
      {
        file: 'a.json',
        productId: 'bad',
        message: expect.stringMatching(/^product 2 is left out: licensed: /u),
      },
      { file: 'b.json', message: expect.stringContaining('not JSON') },
      { file: 'c.json', message: expect.stringContaining('"products"') },
      { file: 'd.json', message: expect.stringContaining('product 2 is left out') },
      { file: 'd.json', productId: 'one', message: expect.stringContaining('taken already') },
    ]);
  });

  it('says that a folder is missing and gives an empty catalog', async () => {
    const reading = await loadShippedCatalog(join(tmpdir(), 'usher-no-such-folder'));

    expect(reading.products).toEqual([]);
    expect(reading.problems).toEqual([
      { file: expect.any(String), message: expect.stringContaining('ENOENT') },
    ]);
  });

  it('explains a rule that names a shell or a program host', async () => {
    const folder = await aFolder({
      'a.json': {
        products: [
          product('scripted', { linux: { main: [{ exe: ['bash'], args: 'cad' }] } }),
          product('hosted', { linux: { main: [{ exe: ['python3'] }] } }),
          product('nothing', { linux: { main: [{ args: 'cad' }] } }),
          product('helped', { linux: { main: [{ exe: ['fine'] }], workers: ['java'] } }),
        ],
      },
    });

    const { problems, products } = await loadShippedCatalog(folder);

    expect(products).toEqual([]);
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringContaining('a script is never recognized by its shell'),
      expect.stringContaining('runs any program: add path or args'),
      expect.stringContaining('a rule needs exe or path'),
      expect.stringContaining('workers.0'),
    ]);
  });
});

describe('products added by the administrator', () => {
  it('come on top, the last word on an id wins, and a bad one leaves the shipped one in force', async () => {
    const shipped = await loadShippedCatalog(
      await aFolder({ 'a.json': { products: [product('one'), product('two')] } }),
    );
    const added = [
      product('two', { name: 'First word' }),
      product('two', { name: 'Last word' }),
      product('three'),
      product('one', { linux: { main: [{ exe: ['x'], args: '(((' }] } }),
    ];

    const reading = withAddedProducts(shipped, added);

    expect(reading.products.map(({ name }) => name)).toEqual(['The one', 'Last word', 'The three']);
    expect(reading.problems).toEqual([
      { file: ADDED_PRODUCTS, productId: 'one', message: expect.stringContaining('has no ")"') },
    ]);
  });
});
