/** Lengths of time of a server, as defaults and as tests may shorten them. Read by config.ts. */
import { z } from 'zod';
import { LEASE_GRACE_MS, LEASE_TTL_MS, RENEW_EVERY_MS, USAGE_IDLE_AFTER_MS } from '../shared/domain.ts';
import { durationMsSchema } from '../shared/domain-schemas.ts';
import { failure, type Outcome, success } from '../shared/outcome.ts';
import { HOUR, SECOND } from '../shared/time.ts';

/** Lengths of time that tests may shorten; a person has no reason to. */
export interface ServerTiming {
  readonly leaseTtlMs: number;
  readonly leaseGraceMs: number;
  readonly renewEveryMs: number;
  readonly pingEveryMs: number;
  readonly helloTimeoutMs: number;
  readonly usageIdleAfterMs: number;
  /** Offer window of a new pool whose admin did not set one; undefined: the product's default. */
  readonly offerWindowMs: number | undefined;
  readonly adminSessionMs: number;
  /** How often old events are archived and silent machines forgotten. */
  readonly housekeepingEveryMs: number;
}

export const DEFAULT_TIMING: ServerTiming = {
  leaseTtlMs: LEASE_TTL_MS,
  leaseGraceMs: LEASE_GRACE_MS,
  renewEveryMs: RENEW_EVERY_MS,
  pingEveryMs: 30 * SECOND,
  helloTimeoutMs: 10 * SECOND,
  usageIdleAfterMs: USAGE_IDLE_AFTER_MS,
  offerWindowMs: undefined,
  adminSessionMs: 12 * HOUR,
  housekeepingEveryMs: HOUR,
};

/** What tests may shorten: times, and how long things are kept. */
export type TestTiming = Partial<ServerTiming> & {
  readonly auditRetentionMs?: number;
  readonly silentMachineMs?: number;
};

const timingSchema = z
  .object({
    leaseTtlMs: durationMsSchema.min(1),
    leaseGraceMs: durationMsSchema,
    renewEveryMs: durationMsSchema.min(10),
    pingEveryMs: durationMsSchema.min(10),
    helloTimeoutMs: durationMsSchema.min(1),
    usageIdleAfterMs: durationMsSchema.min(1),
    offerWindowMs: durationMsSchema.min(1_000),
    adminSessionMs: durationMsSchema.min(1),
    housekeepingEveryMs: durationMsSchema.min(10),
    auditRetentionMs: durationMsSchema,
    silentMachineMs: durationMsSchema,
  })
  .partial();

/** @param text of USHER_TEST_TIMING: JSON */
export function readTiming(text: string | undefined): Outcome<TestTiming, 'BAD_OPTION'> {
  if (text === undefined || text === '') return success({});
  try {
    const result = timingSchema.safeParse(JSON.parse(text));
    if (result.success) return success(result.data as TestTiming);
    const issue = result.error.issues[0];
    return failure('BAD_OPTION', `USHER_TEST_TIMING: ${issue?.path.join('.')}: ${issue?.message}.`);
  } catch {
    return failure('BAD_OPTION', 'USHER_TEST_TIMING is not JSON.');
  }
}
