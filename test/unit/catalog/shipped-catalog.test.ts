/** The shipped catalog as data: every file is well formed, every rule works, and no two products claim one process. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadShippedCatalog } from '../../../main/agent/sensors/catalog.ts';
import type { Platform } from '../../../main/agent/sensors/match-names.ts';
import { compileCatalog } from '../../../main/agent/sensors/process-match.ts';
import { catalogSchema } from '../../../shared/catalog.ts';
import { catalogJsonSchema } from '../../../shared/catalog-json-schema.ts';
import { measuredProcesses } from './measured-processes.ts';
import { rulesOf, syntheticProcesses } from './synthetic-processes.ts';

const folder = fileURLToPath(new URL('../../../resources/catalog/', import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith('.json') && name !== 'catalog.schema.json');
const { products, problems } = await loadShippedCatalog(folder);
const platforms: readonly Platform[] = ['linux', 'win32', 'darwin'];

describe('the shipped catalog', () => {
  it.each(files)('%s has the catalog shape, whole', (file) => {
    const content: unknown = JSON.parse(readFileSync(`${folder}${file}`, 'utf8'));

    const parsed = catalogSchema.safeParse(content);

    expect(parsed.error?.issues ?? []).toEqual([]);
    expect(content).toMatchObject({ $schema: './catalog.schema.json' });
  });

  it('loads without a problem, duplicates included', () => {
    expect(problems).toEqual([]);
  });

  it('has at least 80 products, and at least 40 that people buy seats for', () => {
    expect(new Set(products.map(({ productId }) => productId)).size).toBe(products.length);
    expect(products.length).toBeGreaterThanOrEqual(80);
    expect(products.filter(({ licensed }) => licensed).length).toBeGreaterThanOrEqual(40);
  });

  it('names every product differently', () => {
    const names = products.map(({ name }) => name.toLowerCase());
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it('has rules for at least one system in every product', () => {
    expect(products.filter((product) => platforms.every((platform) => !product[platform]))).toEqual([]);
  });

  it('has a JSON schema that is made from the code as it is now', () => {
    const written: unknown = JSON.parse(readFileSync(`${folder}catalog.schema.json`, 'utf8'));
    expect(written, 'run: node scripts/generate-catalog-schema.mjs').toEqual(
      JSON.parse(JSON.stringify(catalogJsonSchema())),
    );
  });

  it('calls a product confirmed exactly when a measured process stands behind it', () => {
    const confirmed = products.filter((product) => product.confirmed).map(({ productId }) => productId);
    const measured = measuredProcesses
      .filter(({ role }) => role === 'main')
      .map(({ productId }) => productId);
    expect(confirmed.toSorted()).toEqual([...new Set(measured)].toSorted());
  });
});

describe.each(platforms)('the rules for %s', (platform) => {
  const matcher = compileCatalog(products, platform);
  const synthetics = products
    .flatMap((product) => rulesOf(product, platform))
    .flatMap((use) => syntheticProcesses(use, platform));

  it('compile without a problem', () => {
    expect(matcher.problems).toEqual([]);
    expect(synthetics.length).toBeGreaterThan(50);
  });

  it('each find the process they describe, and no other product claims it', () => {
    const wrong = synthetics.flatMap(({ productId, vendor, role, process }) => {
      const match = matcher.match(process);
      const sharedHelper =
        role === 'helper' &&
        match?.role === 'helper' &&
        products.some((other) => other.productId === match.productId && other.vendor === vendor);
      const own = match?.productId === productId && match.role === role && match.certainty === 'exe';
      return own || sharedHelper ? [] : [{ productId, role, process, match }];
    });
    expect(wrong).toEqual([]);
  });

  it('let the process they describe through the prefilter by its kernel name', () => {
    expect(
      synthetics.filter(({ process }) => !matcher.candidate(process)).map(({ process }) => process.name),
    ).toEqual([]);
  });

  it('leave the programs of every desktop alone', () => {
    const everyday = {
      linux: [
        '/usr/bin/bash',
        '/usr/lib/systemd/systemd',
        '/usr/bin/python3.11',
        '/usr/bin/java',
        '/usr/bin/Xorg',
        '/usr/bin/flow',
      ],
      win32: [
        'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
        'C:\\Program Files\\Synergy\\synergy.exe',
        'C:\\eclipse\\eclipse.exe',
        'C:\\Windows\\explorer.exe',
        'C:\\Program Files\\Java\\bin\\javaw.exe',
        'C:\\Tools\\stats.exe',
        'C:\\Tools\\solver.exe',
        'C:\\Tools\\hw.exe',
        'C:\\Tools\\ads.exe',
        'C:\\Tools\\standard.exe',
      ],
      darwin: [
        '/bin/zsh',
        '/System/Library/CoreServices/Finder.app/Contents/MacOS/Finder',
        '/usr/bin/python3',
      ],
    }[platform];
    const claimed = everyday.filter((exePath) => {
      const name = exePath.split(/[\\/]/u).at(-1) ?? '';
      return matcher.match({ pid: 5, ppid: 1, startKey: '5', name, exePath, args: [exePath] }) !== undefined;
    });
    expect(claimed).toEqual([]);
  });
});

describe('processes measured on a real Linux desktop', () => {
  const matcher = compileCatalog(products, 'linux');

  it.each(measuredProcesses)(
    '$exePath as $name is $productId $role',
    ({ productId, role, name, exePath, args }) => {
      const process = { pid: 9, ppid: 1, startKey: '9', name, exePath, args };

      const match = matcher.match(process);

      expect(match).toEqual(role === 'none' ? undefined : { productId, role, certainty: 'exe' });
      if (role !== 'none') expect(matcher.candidate({ name })).toBe(true);
    },
  );
});
