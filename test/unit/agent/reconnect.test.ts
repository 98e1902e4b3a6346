/** How long an agent waits before it tries again. */
import { describe, expect, it } from 'vitest';
import type { Closing, ClosingName } from '../../../main/agent/report/connection.ts';
import { afterClosing, mayHurry, RETRY_TIMING } from '../../../main/agent/report/reconnect.ts';
import { CLOSE_CODES, type CloseName } from '../../../shared/protocol.ts';

const closing = (name: ClosingName, livedMs = 0, isFatal = false): Closing => ({ name, livedMs, isFatal });
const never = () => 0;
const almostOne = () => 0.999_999;

describe('afterClosing', () => {
  it('[P36] spreads the first tries of many agents over five seconds', () => {
    const waits = Array.from({ length: 1_000 }, (_, index) =>
      Number(afterClosing(0, closing('GONE', 3_600_000), () => index / 1_000).waitMs),
    );

    expect(Math.min(...waits)).toBe(500);
    expect(Math.max(...waits)).toBeGreaterThan(4_900);
    expect(Math.max(...waits)).toBeLessThanOrEqual(5_000);
    const inFirstHalf = waits.filter((waitMs) => waitMs < 2_750).length;
    expect(inFirstHalf).toBeGreaterThan(450);
    expect(inFirstHalf).toBeLessThan(550);
  });

  it('[P36] doubles the ceiling from failure to failure up to thirty seconds', () => {
    const ceilings = [0, 1, 2, 3, 4, 5, 50].map(
      (failures) => afterClosing(failures, closing('UNREACHABLE'), almostOne).waitMs,
    );

    expect(ceilings).toEqual([5_000, 5_000, 5_000, 10_000, 20_000, 30_000, 30_000]);
    expect(afterClosing(50, closing('UNREACHABLE'), never).waitMs).toBe(RETRY_TIMING.shortestMs);
  });

  it('[P36] starts over after a connection that lived for a minute, and when the server restarts', () => {
    expect(afterClosing(9, closing('GONE', 60_000), never).failures).toBe(1);
    expect(afterClosing(9, closing('GONE', 59_999), never).failures).toBe(10);
    expect(afterClosing(9, closing('SHUTTING_DOWN'), never).failures).toBe(1);
  });

  it('[P36] comes back later where the code says that soon is pointless', () => {
    const waits = (['TOO_NEW', 'REPLACED', 'TOO_SLOW', 'INTERNAL'] as const).map(
      (name) => afterClosing(0, closing(name), never).waitMs,
    );

    expect(waits).toEqual([60_000, 10_000, 5_000, 500]);
  });

  it('[P34] never tries again after a fatal code', () => {
    for (const name of Object.keys(CLOSE_CODES) as CloseName[]) {
      const { waitMs } = afterClosing(0, closing(name, 0, CLOSE_CODES[name].fatal), never);
      expect(waitMs === null).toBe(CLOSE_CODES[name].fatal);
    }
  });
});

describe('mayHurry', () => {
  it('[P36] lets a hint end the waiting, but not more often than once a second', () => {
    expect(mayHurry(10_000, 9_001)).toBe(false);
    expect(mayHurry(10_000, 9_000)).toBe(true);
    expect(mayHurry(10_000, Number.NEGATIVE_INFINITY)).toBe(true);
  });
});
