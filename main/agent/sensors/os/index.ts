/** Opens the ports of this operating system. The only switch over systems; one folder is loaded, the others never are. */
import type { OpenOsOptions } from './open-options.ts';
import type { OsPorts } from './ports.ts';

export type { OpenOsOptions } from './open-options.ts';

/** @throws on a system that Usher does not know; a reader that fails makes a fallback, never an exception */
export async function openOs(options: OpenOsOptions): Promise<OsPorts> {
  switch (process.platform) {
    case 'linux':
      return (await import('./linux/open.ts')).openLinux(options);
    case 'win32':
      return (await import('./win32/open.ts')).openWindows(options);
    case 'darwin':
      return (await import('./darwin/open.ts')).openDarwin(options);
    default:
      throw new Error(
        `Usher does not know the system "${process.platform}"; run it on Linux, Windows or macOS.`,
      );
  }
}
