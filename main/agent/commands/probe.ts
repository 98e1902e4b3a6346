/** What `usher probe` asks: the sensors opened once, read once, with the shipped catalog. Needs no agent host and no server. */
import { join } from 'node:path';
import { systemClock } from '../clock.ts';
import { loadShippedCatalog } from '../sensors/catalog.ts';
import { openOs } from '../sensors/os/index.ts';
import { type Probe, probeOnce } from '../sensors/probe.ts';
import { compileCatalog } from '../sensors/process-match.ts';

export interface ProbeReport extends Probe {
  readonly catalog: { readonly products: number; readonly problems: readonly string[] };
}

/** @param environment of this process: where displays and buses are */
export async function probeWorkstation(
  rootDir: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<ProbeReport> {
  const { products, problems } = await loadShippedCatalog(join(rootDir, 'resources', 'catalog'));
  const os = await openOs({ clock: systemClock, environment });
  try {
    const matcher = compileCatalog(products, os.own.platform);
    const said = [
      ...problems.map(({ file, message }) => `${file}: ${message}`),
      ...matcher.problems.map(({ productId, message }) => `${productId}: ${message}`),
    ];
    const watched = products.filter((product) => product[os.own.platform] !== undefined);
    return { ...(await probeOnce(os, { matcher })), catalog: { products: watched.length, problems: said } };
  } finally {
    os.close();
  }
}
