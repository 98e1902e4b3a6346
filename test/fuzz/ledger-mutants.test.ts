/** Faults that are put into the decisions on purpose: the reference must find each, or its agreement means nothing. */
import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Enough for every mutant below; the ledger itself keeps all rules in them. */
const RUNS = 250;
const SEED = 20261122;

const MUTANTS = [
  [
    'serves the last instead of the first',
    'turn.ts',
    'compareRank(a.entry, b.entry)',
    'compareRank(b.entry, a.entry)',
  ],
  [
    'gives one unit more than is free',
    'turn.ts',
    'groupIds) < units) return',
    'groupIds) < units - 1) return',
  ],
  ['keeps nothing for who lacks one pool', 'turn.ts', 'lacking.length === 1', 'lacking.length === 9'],
  ['does not insist for who has risen', 'turn.ts', 'entry.rises > 0', 'entry.rises > 9'],
  ['lets nobody rise', 'follow-up.ts', 'if (rise) return [rise];', ''],
  [
    'forgives one missed offer too many',
    'offer.ts',
    'missed >= maximumMissedOffersOf',
    'missed > maximumMissedOffersOf',
  ],
  ['forgets the limit per person', 'request.ts', '!isBeyondLimit(state, take, userId)', 'take.units > 0'],
  [
    'lets newcomers pass those who wait',
    'request.ts',
    'take, groupIds, keepers)',
    'take, groupIds, new Map())',
  ],
  ['takes the highest class of several', 'priority.ts', 'Math.min', 'Math.max'],
  [
    'grants a handed-over seat twice',
    'handover.ts',
    'return [...leaving, ...ticketEnds,',
    'return [...ticketEnds,',
  ],
  [
    'leaves a seat behind when its last user goes',
    'lease.ts',
    'leasesLeftEmpty(state, closing))',
    'leasesLeftEmpty(state, new Set()))',
  ],
  [
    'offers nothing when a pool is opened or grows',
    'follow-up.ts',
    'if (next) return makeOffer',
    'if (next && changed.people.length > 0) return makeOffer',
  ],
] as const;

/** A copy of the sources with one fault, or none. @returns the first broken rule; null: none was broken */
async function firstBrokenRule(mutate: (copy: string) => Promise<void>): Promise<string | null> {
  const copy = await mkdtemp(join(tmpdir(), 'usher-mutant-'));
  try {
    for (const folder of ['server', 'shared', 'test/support', 'package.json']) {
      await cp(join(root, folder), join(copy, folder), { recursive: true });
    }
    await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
    await mutate(copy);
    return await play(join(copy, 'test/support/ledger-mutant-run.ts'));
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

async function play(script: string): Promise<string | null> {
  const child = spawn(process.execPath, [script, String(RUNS), String(SEED)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
  const code = await new Promise((resolve) => child.on('close', resolve));
  return code === 0 ? null : said;
}

describe.concurrent('the reference of the rules', () => {
  it('finds nothing wrong with the ledger as it is', async ({ expect }) => {
    expect(await firstBrokenRule(async () => undefined)).toBeNull();
  }, 240_000);

  it.each(MUTANTS)(
    'finds a ledger that %s',
    async (_what, file, from, to) => {
      const broken = await firstBrokenRule(async (copy) => {
        const path = join(copy, 'server/ledger/decide', file);
        const source = await readFile(path, 'utf8');
        expect(source.split(from)).toHaveLength(2);
        await writeFile(path, source.replace(from, to));
      });
      expect(broken).toMatch(/^\[L\d+\]/);
    },
    240_000,
  );
});
