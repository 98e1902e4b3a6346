/** Random processes, random rules and random patterns: the matcher never throws and always comes to an end. */
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadShippedCatalog } from '../../main/agent/sensors/catalog.ts';
import { cutToBytes } from '../../main/agent/sensors/match-names.ts';
import type { ProcessInfo } from '../../main/agent/sensors/os/ports.ts';
import { compileCatalog } from '../../main/agent/sensors/process-match.ts';
import type { Product } from '../../shared/catalog.ts';
import { readCatalogText, withAddedProducts } from '../../shared/catalog-reading.ts';
import { compileGlob, compileRegex } from '../../shared/pattern.ts';

const shipped = await loadShippedCatalog(fileURLToPath(new URL('../../resources/catalog/', import.meta.url)));
const platforms = ['linux', 'win32', 'darwin'] as const;
const matchers = platforms.map((platform) => compileCatalog(shipped.products, platform));

const knownNames = shipped.products.flatMap((product) =>
  platforms.flatMap(
    (platform) =>
      product[platform]?.main.flatMap((rule) => [...(rule.exe ?? []), ...(rule.path ?? [])]) ?? [],
  ),
);
const anyText = fc.string({ unit: 'binary', maxLength: 60 });
const aName = fc.oneof(
  anyText,
  fc.constantFrom(...knownNames),
  fc.constantFrom('', ' (deleted)', '\uFFFD', ')', 'a b'),
);
const aPath = fc.oneof(
  aName,
  fc.array(aName, { maxLength: 6 }).map((parts) => `/${parts.join('/')}`),
  fc.array(aName, { maxLength: 6 }).map((parts) => `C:\\${parts.join('\\')}`),
);
const aProcess: fc.Arbitrary<ProcessInfo> = fc.record(
  {
    pid: fc.nat(),
    ppid: fc.nat(),
    startKey: fc.string(),
    name: aName,
    exePath: aPath,
    bundleId: anyText,
    args: fc.array(fc.oneof(aPath, anyText), { maxLength: 8 }),
  },
  { requiredKeys: ['pid', 'ppid', 'startKey', 'name'] },
);

const patternText = fc.oneof(
  anyText,
  fc.string({ unit: fc.constantFrom(...'ab*?[]()|+{}^$\\.-!,/0129dwsb'), maxLength: 40 }),
);
const someNames = fc.array(patternText, { maxLength: 3 });
const aRule = fc.record(
  {
    exe: someNames,
    path: someNames,
    bundle: someNames,
    comm: someNames,
    args: patternText,
    notArgs: patternText,
  },
  { requiredKeys: [] },
);
const someNamed = fc.array(fc.oneof(patternText, aRule), { maxLength: 3 });
const someRules = fc.record({
  main: fc.array(aRule, { maxLength: 4 }),
  launchers: someNamed,
  helpers: someNamed,
  workers: someNamed,
});
/** Has the shape of a product, and was checked by nobody. */
const aProduct: fc.Arbitrary<Product> = fc.record({
  productId: fc.string(),
  name: fc.string(),
  vendor: fc.string(),
  category: fc.constant('cad' as const),
  licensed: fc.boolean(),
  sessionPer: fc.constant('instance' as const),
  confirmed: fc.boolean(),
  linux: someRules,
  win32: someRules,
  darwin: someRules,
});

describe('the matcher', () => {
  it('never throws on any process, and knows the products of its answers', () => {
    const ids = new Set(shipped.products.map(({ productId }) => productId));
    fc.assert(
      fc.property(aProcess, (process) => {
        for (const matcher of matchers) {
          matcher.candidate(process);
          const match = matcher.match(process);
          expect(match === undefined || ids.has(match.productId)).toBe(true);
          expect(match === undefined || (match.certainty === 'exe') === Boolean(process.exePath)).toBe(true);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('lets through the prefilter whatever runs under its own name, cut or not', () => {
    fc.assert(
      fc.property(aProcess, (process) => {
        const base = (process.exePath ?? process.name).split('/').at(-1) ?? '';
        const running = { ...process, name: cutToBytes(base, 15) };
        const linux = compileCatalogOnce();
        if (linux.match(running)) expect(linux.candidate(running)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it('does not depend on the order of the products', () => {
    fc.assert(
      fc.property(
        fc.array(aProduct, { maxLength: 4 }),
        aProcess,
        fc.constantFrom(...platforms),
        (products, process, platform) => {
          const forth = compileCatalog(products, platform).match(process);
          const back = compileCatalog(products.toReversed(), platform).match(process);
          expect(back).toEqual(forth);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('tells every rule it cannot use, and never throws on rules nobody checked', () => {
    let told = 0;
    let matched = 0;
    fc.assert(
      fc.property(
        fc.array(aProduct, { minLength: 1, maxLength: 3 }),
        fc.array(aProcess),
        (products, processes) => {
          for (const platform of platforms) {
            const matcher = compileCatalog(products, platform);
            told += matcher.problems.length;
            for (const process of processes)
              if (matcher.candidate(process) || matcher.match(process)) matched += 1;
          }
        },
      ),
      { numRuns: 500 },
    );
    expect(told).toBeGreaterThan(0);
    expect(matched).toBeGreaterThan(0);
  });
});

function compileCatalogOnce() {
  const [linux] = matchers;
  if (!linux) throw new Error('there is a matcher for each platform');
  return linux;
}

describe('reading a catalog', () => {
  it('turns any text and any added value into products and problems', () => {
    fc.assert(
      fc.property(
        fc.oneof(anyText, fc.json()),
        fc.array(fc.oneof(fc.anything(), aProduct)),
        (text, added) => {
          const reading = withAddedProducts(readCatalogText('any.json', text), added);
          expect(new Set(reading.products.map(({ productId }) => productId)).size).toBe(
            reading.products.length,
          );
          expect(reading.problems.every(({ message }) => message.length > 0)).toBe(true);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

/** `**` follows a separator, and no star follows a star. */
function standsApart(piece: string, before = '/'): boolean {
  return piece === '**/' ? before.endsWith('/') : !(piece === '*' && before === '*');
}

describe('patterns', () => {
  const shortText = fc.string({ unit: fc.constantFrom(...'ab/-. 01Aé'), maxLength: 12 });
  const atom = fc.constantFrom(
    'a',
    'b',
    '.',
    '[ab]',
    '[^a]',
    '\\d',
    '\\w',
    '\\s',
    '\\b',
    '^',
    '$',
    '[0-9a-]',
    '\\.',
    'é',
    '-',
  );
  const { regex } = fc.letrec<{ regex: string; part: string }>((tie) => ({
    part: fc.oneof(
      { depthSize: 'small' },
      atom,
      fc
        .tuple(tie('regex'), fc.constantFrom('', '*', '+', '?', '{2}', '{1,}', '{0,3}', '*?'))
        .map(([inner, count]) => `(${inner})${count}`),
      fc.tuple(tie('regex'), tie('regex')).map(([left, right]) => `(?:${left}|${right})`),
    ),
    regex: fc.array(tie('part'), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('')),
  }));

  it('agree with the language’s own regular expressions on what they accept', () => {
    let accepted = 0;
    fc.assert(
      fc.property(regex, shortText, (source, text) => {
        const compiled = compileRegex(source);
        if (!compiled.ok) return;
        accepted += 1;
        expect(compiled.value.test(text)).toBe(new RegExp(source, 'su').test(text));
      }),
      { numRuns: 3000 },
    );
    expect(accepted).toBeGreaterThan(1000);
  });

  it('as globs agree with the regular expression they stand for, and could become what they match', () => {
    const piece = fc.constantFrom('*', '**/', '?', '[ab]', '[!a]', 'a', 'b', '/', '.', '0', 'é');
    const meaning: Record<string, string> = {
      '*': '[^/]*',
      '**/': '(?:.*\\/)?',
      '?': '[^/]',
      '[!a]': '[^a]',
      '.': '\\.',
      '/': '\\/',
    };
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), shortText, fc.nat(12), (pieces, text, length) => {
        const joined: string[] = [];
        for (const each of pieces) if (standsApart(each, joined.at(-1))) joined.push(each);
        const compiled = compileGlob(joined.join(''));
        expect(compiled.ok).toBe(true);
        if (!compiled.ok) return;
        const fits = new RegExp(`^${joined.map((each) => meaning[each] ?? each).join('')}$`, 'su').test(text);
        expect(compiled.value.test(text)).toBe(fits);
        if (fits) expect(compiled.value.couldBecome(text.slice(0, length))).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it('come to an end on any pattern and a long text', () => {
    fc.assert(
      fc.property(
        fc.oneof(patternText, regex),
        fc.constantFrom('a', 'ab', 'aab '),
        fc.boolean(),
        (source, unit, foldCase) => {
          const text = unit.repeat(3000);
          for (const compiled of [compileRegex(source, { foldCase }), compileGlob(source, { foldCase })])
            if (compiled.ok) compiled.value.test(text);
        },
      ),
      { numRuns: 300 },
    );
  });
});
