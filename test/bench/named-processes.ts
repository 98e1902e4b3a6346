/** Real processes for benchmarks: copies of `sleep` under the names of catalog products. For timing only. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { loadShippedCatalog } from '../../main/agent/sensors/catalog.ts';
import { projectRoot } from '../support/house.ts';

export interface NamedProduct {
  readonly productId: string;
  readonly executable: string;
}

/** Products whose Linux rule is a plain executable name; each gets a copy of `sleep` below `folder`. */
export async function makeNamedProducts(folder: string, atMost: number): Promise<NamedProduct[]> {
  const { products } = await loadShippedCatalog(join(projectRoot, 'resources/catalog'));
  const found: NamedProduct[] = [];
  const taken = new Set<string>();
  for (const product of products) {
    const rule = product.linux?.main.find(
      (candidate) =>
        candidate.exe && !candidate.path && !candidate.comm && !candidate.args && !candidate.notArgs,
    );
    const name = rule?.exe?.find((pattern) => /^[\w.+-]+$/.test(pattern));
    if (!name || taken.has(name) || found.length >= atMost) continue;
    taken.add(name);
    mkdirSync(folder, { recursive: true });
    const executable = join(folder, name);
    copyFileSync(realpathSync('/bin/sleep'), executable);
    chmodSync(executable, 0o755);
    found.push({ productId: product.productId, executable });
  }
  return found;
}

export interface Started {
  readonly child: ChildProcess;
  /** Monotonic time just before the process was asked for. */
  readonly atMs: number;
}

export function startProduct(product: NamedProduct): Started {
  const atMs = performance.now();
  return { child: spawn(product.executable, ['3600'], { stdio: 'ignore' }), atMs };
}

/** Ends what this benchmark started, by handle. */
export async function endAll(children: readonly ChildProcess[]): Promise<void> {
  await Promise.all(
    children.map((child) => {
      if (child.exitCode !== null || child.signalCode !== null) return undefined;
      child.kill('SIGKILL');
      return new Promise((resolve) => child.once('exit', resolve));
    }),
  );
}
