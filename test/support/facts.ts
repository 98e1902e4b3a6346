/** Facts as an agent would say them, with sensible defaults; every test names only what it is about. */
import type { Activity } from '../../shared/domain.ts';
import type { Fact, FactOf, Wish } from '../../shared/protocol.ts';

export const started = (sessionId: string, over: Partial<FactOf<'session-started'>> = {}): Fact => ({
  kind: 'session-started',
  sessionId,
  productId: 'freecad',
  productName: 'FreeCAD',
  startedAtMs: Date.now(),
  processKey: `process-of-${sessionId}`,
  origin: 'application',
  ...over,
});

export const ended = (sessionId: string, over: Partial<FactOf<'session-ended'>> = {}): Fact => ({
  kind: 'session-ended',
  sessionId,
  endedAtMs: Date.now(),
  reason: 'exit',
  ...over,
});

export const active = (sinceMs: number): Activity => ({
  state: 'active',
  sinceMs,
  reasons: [{ kind: 'just-started' }],
});

export const interval = (
  sessionId: string,
  over: { intervalId: string } & Partial<Omit<FactOf<'interval'>, 'activity'>> & { activity?: Activity },
): Fact => {
  const fromMs = over.fromMs ?? Date.now();
  return {
    kind: 'interval',
    sessionId,
    fromMs,
    toMs: null,
    projectId: null,
    ...over,
    activity: over.activity ?? active(fromMs),
  };
};

export const wish = (wishId: string, asked: Wish, expiresInMs = 60_000): Fact => ({
  kind: 'wish',
  wishId,
  wish: asked,
  expiresInMs,
});

/** A message of facts numbered from `firstSeq`. */
export const factsFrom = (firstSeq: number, ...facts: Fact[]) => ({
  type: 'facts' as const,
  facts: facts.map((fact, index) => ({ seq: firstSeq + index, fact })),
});
