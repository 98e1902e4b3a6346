/** What the shell uses of Node 24 and Node 12 does not have: names of modules, a few functions, the fetch types. */
import fs from 'node:fs';
import Module from 'node:module';
import { performance } from 'node:perf_hooks';
import zlib from 'node:zlib';
import { Headers, Request, Response } from './fetch-gaps.ts';

type Loader = { _load(name: string, parent: unknown, isMain: boolean): unknown };

function defineGlobal(name: string, value: unknown): void {
  if (name in globalThis) return;
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
}

export function completeNode(): void {
  defineGlobal('performance', performance);
  defineGlobal('Headers', Headers);
  defineGlobal('Request', Request);
  defineGlobal('Response', Response);
  if (!('rmSync' in fs)) Object.assign(fs, { rmSync });
  if (!('canParse' in URL)) Object.assign(URL, { canParse });
  if (!('crc32' in zlib)) Object.assign(zlib, { crc32 });
}

/** Files only; the shell removes no folders. */
function rmSync(path: string, { force = false }: { force?: boolean } = {}): void {
  if (fs.existsSync(path) || !force) fs.unlinkSync(path);
}

function canParse(address: string): boolean {
  try {
    return Boolean(new URL(address));
  } catch {
    // Not an address: that is the answer.
    return false;
  }
}

/** CRC-32 as PNG's annex D computes it, one bit at a time. */
function crc32(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** Loads `node:x` as `x`, and `fs/promises` from where it was; `replaced` takes a module and gives a better one. */
export function loadModules(replaced: Readonly<Record<string, (real: object) => object>>): void {
  const loader = Module as unknown as Loader;
  const load = loader._load;
  const made = new Map<string, object>();
  loader._load = (name, parent, isMain) => {
    const plain = name.startsWith('node:') ? name.slice(5) : name;
    if (plain === 'fs/promises') return fs.promises;
    const replace = replaced[plain];
    if (!replace) return load(plain, parent, isMain);
    const better = made.get(plain) ?? replace(load(plain, parent, isMain) as object);
    made.set(plain, better);
    return better;
  };
}
