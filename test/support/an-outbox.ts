/** Outboxes in a file of their own, and facts at fixed instants to put into them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Log, SILENT_LOG } from '../../main/agent/log.ts';
import { type Outbox, openOutbox } from '../../main/agent/report/outbox.ts';
import type { OutboxLimits } from '../../main/agent/report/summarize.ts';
import type { Fact, FactOf } from '../../shared/protocol.ts';

/** No limit, for `Outbox.read`. */
export const ALL = Number.MAX_SAFE_INTEGER;

/** A folder for one outbox file, which may be opened many times. */
export class OutboxFolder {
  readonly dir = mkdtempSync(join(tmpdir(), 'usher-outbox-'));
  readonly path = join(this.dir, 'outbox.sqlite');
  /** Closed at the end; a test adds what it opened itself. */
  readonly opened: Outbox[] = [];
  /** What the outboxes warned of. */
  readonly warnings: string[] = [];
  readonly log: Log = {
    ...SILENT_LOG,
    warn: (text) => this.warnings.push(text),
    error: (text) => this.warnings.push(text),
  };
  #ids = 0;
  readonly newId = () => `outbox-${++this.#ids}`;

  open(limits?: OutboxLimits): Outbox {
    const { path, newId, log } = this;
    const result = openOutbox({ path, newId, log, openFacts: () => [], ...(limits && { limits }) });
    if (!result.ok) throw new Error(result.message);
    this.opened.push(result.value);
    return result.value;
  }

  remove(): void {
    for (const outbox of this.opened) outbox.close();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

export const started = (sessionId: string): Fact => ({
  kind: 'session-started',
  sessionId,
  productId: 'freecad',
  productName: 'FreeCAD',
  startedAtMs: 1_000,
  processKey: `key-${sessionId}`,
  origin: 'application',
});

export const ended = (sessionId: string, endedAtMs = 9_000): Fact => ({
  kind: 'session-ended',
  sessionId,
  endedAtMs,
  reason: 'exit',
});

export function interval(
  sessionId: string,
  intervalId: string,
  fromMs: number,
  toMs: number | null,
  isActive = true,
): FactOf<'interval'> {
  return {
    kind: 'interval',
    sessionId,
    intervalId,
    activity: isActive
      ? { state: 'active', sinceMs: fromMs, reasons: [] }
      : { state: 'idle', sinceMs: fromMs, reason: { kind: 'no-input', percentOfCore: null } },
    fromMs,
    toMs,
    projectId: null,
  };
}
