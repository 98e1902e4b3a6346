/** What a simulated colleague starts: a program that the product's own rule in the catalog recognizes. Pure. */
import type { Product } from '../../../shared/catalog.ts';
import type { OwnSession } from '../sensors/os/ports.ts';
import type { SimulatedProgram } from './simulated-os.ts';

export interface ProgramOnPlatform {
  readonly platform: OwnSession['platform'];
  readonly program: SimulatedProgram;
}

/** Windows first: most of these products run there. A name without wildcards is needed to make up a path. */
const PLATFORMS = ['win32', 'linux'] as const;
/** Linux cuts the kernel's name of a process to 15 bytes (TASK_COMM_LEN). */
const KERNEL_NAME_BYTES = 15;

/** @returns null when no rule of the product names a plain file */
export function programOf(product: Product): ProgramOnPlatform | null {
  for (const platform of PLATFORMS) {
    const rules =
      product[platform]?.main.filter((rule) => rule.args === undefined && rule.path === undefined) ?? [];
    const name = rules.flatMap((rule) => rule.exe ?? []).find((exe) => !/[*?[]/.test(exe));
    if (name === undefined) continue;
    const isWindows = platform === 'win32';
    const exePath = isWindows
      ? `C:\\Program Files\\${product.vendor}\\${name}`
      : `/opt/${product.productId}/bin/${name}`;
    return {
      platform,
      program: { name: isWindows ? name : name.slice(0, KERNEL_NAME_BYTES), exePath, args: [exePath] },
    };
  }
  return null;
}
