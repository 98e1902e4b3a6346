/**
 * A model of a disk without power: what was synced is there; of what was not, anything may be. Fed with a recording, it
 * makes images of what a machine could find after it lost power at that point.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { Recorded } from './fault-recording.ts';

const SECTOR_BYTES = 512;

/** none: nothing that was not synced. all: everything (as after kill -9). some: any part, sectors torn, order lost. */
export type Luck = 'none' | 'all' | 'some';

type Change = { readonly offset: number; readonly data: Buffer } | { readonly size: number };

interface Inode {
  durable: Buffer;
  pending: { readonly change: Change; readonly isDoomed: boolean }[];
}

type NameChange =
  | { readonly kind: 'add'; readonly path: string; readonly inode: Inode }
  | { readonly kind: 'remove'; readonly path: string }
  | { readonly kind: 'move'; readonly path: string; readonly to: string; readonly inode: Inode };

export class PowerlessDisk {
  readonly #root: string;
  readonly #random: () => number;
  readonly #names = new Map<string, Inode>();
  readonly #durableNames = new Map<string, Inode>();
  #pendingNames: NameChange[] = [];

  /** @param root the recorded process's folder */
  constructor(root: string, random: () => number) {
    this.#root = root;
    this.#random = random;
  }

  apply(entry: Recorded): void {
    switch (entry.op) {
      case 'ack':
        return;
      case 'create':
        this.#rename({ kind: 'add', path: entry.path, inode: emptyInode() });
        return;
      case 'unlink':
        this.#rename({ kind: 'remove', path: entry.path });
        return;
      case 'rename':
        this.#rename({ kind: 'move', path: entry.path, to: entry.to, inode: this.#inode(entry.path) });
        return;
      case 'write':
        this.#change(entry.path, { offset: entry.offset, data: entry.data });
        return;
      case 'truncate':
        this.#change(entry.path, { size: entry.size });
        return;
      case 'sync':
        this.#sync(this.#inode(entry.path));
        return;
      case 'failed-sync':
        this.#doom(this.#inode(entry.path));
        return;
      case 'dirsync':
        this.#syncNames(entry.path);
        return;
    }
  }

  /** Writes what could be found after the power went now. */
  image(target: string, luck: Luck): void {
    const names = new Map(this.#durableNames);
    for (const change of this.#pendingNames) if (this.#isKept(luck)) applyName(names, change);
    for (const [path, inode] of names) {
      const file = join(target, relative(this.#root, path));
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, this.#contentOf(inode, luck), { mode: 0o600 });
    }
  }

  #contentOf({ durable, pending }: Inode, luck: Luck): Buffer {
    let content: Buffer = Buffer.from(durable);
    for (const { change } of pending) {
      if (!('data' in change)) {
        if (this.#isKept(luck)) content = applied(content, change);
      } else if (luck !== 'some') {
        if (luck === 'all') content = applied(content, change);
      } else content = this.#torn(content, change);
    }
    return content;
  }

  /** Half of the writes are there, a quarter is not, of a quarter any sectors are. */
  #torn(content: Buffer, change: { readonly offset: number; readonly data: Buffer }): Buffer {
    const chance = this.#random();
    if (chance < 0.5) return applied(content, change);
    if (chance < 0.75) return content;
    let result = content;
    const end = change.offset + change.data.length;
    for (let from = change.offset; from < end; ) {
      const to = Math.min(end, (Math.floor(from / SECTOR_BYTES) + 1) * SECTOR_BYTES);
      const data = change.data.subarray(from - change.offset, to - change.offset);
      if (this.#random() < 0.5) result = applied(result, { offset: from, data });
      from = to;
    }
    return result;
  }

  #isKept(luck: Luck): boolean {
    return luck === 'all' || (luck === 'some' && this.#random() < 0.5);
  }

  #inode(path: string): Inode {
    const found = this.#names.get(path);
    if (found) return found;
    // It was there before the recording began.
    const inode = emptyInode();
    this.#names.set(path, inode);
    this.#durableNames.set(path, inode);
    return inode;
  }

  #change(path: string, change: Change): void {
    this.#inode(path).pending.push({ change, isDoomed: false });
  }

  /** What an earlier sync failed to bring to the disk counts as clean from then on: later syncs do not try again. */
  #sync(inode: Inode): void {
    for (const { change, isDoomed } of inode.pending)
      if (!isDoomed || this.#random() < 0.5) inode.durable = applied(inode.durable, change);
    inode.pending = [];
  }

  #doom(inode: Inode): void {
    inode.pending = inode.pending.map(({ change }) => ({ change, isDoomed: true }));
  }

  #rename(change: NameChange): void {
    applyName(this.#names, change);
    this.#pendingNames.push(change);
  }

  #syncNames(folder: string): void {
    const isHere = (change: NameChange) => dirname(change.path) === folder;
    for (const change of this.#pendingNames.filter(isHere)) applyName(this.#durableNames, change);
    this.#pendingNames = this.#pendingNames.filter((change) => !isHere(change));
  }
}

function emptyInode(): Inode {
  return { durable: Buffer.alloc(0), pending: [] };
}

function applyName(names: Map<string, Inode>, change: NameChange): void {
  if (change.kind === 'add') names.set(change.path, change.inode);
  else if (change.kind === 'remove') names.delete(change.path);
  else {
    names.delete(change.path);
    names.set(change.to, change.inode);
  }
}

function applied(content: Buffer, change: Change): Buffer {
  if ('size' in change) {
    if (change.size <= content.length) return Buffer.from(content.subarray(0, change.size));
    return Buffer.concat([content, Buffer.alloc(change.size - content.length)]);
  }
  const { offset, data } = change;
  const end = offset + data.length;
  const result =
    end > content.length ? Buffer.concat([content, Buffer.alloc(end - content.length)]) : content;
  data.copy(result, offset);
  return result;
}
