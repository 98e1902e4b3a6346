/** The product that docs/CATALOG.md builds step by step, taken from the page, does what the page says. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compileCatalog } from '../../../main/agent/sensors/process-match.ts';
import { productSchema } from '../../../shared/catalog.ts';

const page = readFileSync(new URL('../../../docs/CATALOG.md', import.meta.url), 'utf8');
const [, example = ''] = /```json\n([\s\S]*?)```/u.exec(page) ?? [];
const product = productSchema.parse(JSON.parse(example));

const roleOf = (platform: 'linux' | 'win32', exePath: string, ...args: string[]) => {
  const name = exePath.split(/[\\/]/u).at(-1)?.slice(0, 15) ?? '';
  return compileCatalog([product], platform).match({
    pid: 2,
    ppid: 1,
    startKey: '2',
    name,
    exePath,
    args: [exePath, ...args],
  })?.role;
};

describe('the documented product', () => {
  it('is its program on Linux, not its script, and the batch run is a worker', () => {
    const folder = '/opt/acme/bridge/bin';
    expect(roleOf('linux', `${folder}/bridge-gui.bin`, 'Forth.brg')).toBe('main');
    expect(roleOf('linux', `${folder}/bridge-gui.bin`, '-batch', 'Forth.brg')).toBe('worker');
    expect(roleOf('linux', `${folder}/solve`)).toBe('worker');
    expect(roleOf('linux', '/usr/bin/solve')).toBeUndefined();
    expect(roleOf('linux', '/usr/bin/dash', `${folder}/bridge`)).toBeUndefined();
  });

  it('is told from others of its name by its folder on Windows', () => {
    expect(roleOf('win32', 'C:\\Program Files\\Acme\\Bridge 7\\bridge.exe')).toBe('main');
    expect(roleOf('win32', 'C:\\Games\\Bridge.exe')).toBeUndefined();
  });
});
