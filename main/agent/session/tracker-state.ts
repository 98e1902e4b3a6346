/** What the session tracker remembers: plain data, kept on disk between two runs of the agent. No behavior. */
import { z } from 'zod';
import {
  activeReasonSchema,
  activitySchema,
  idSchema,
  instantMsSchema,
} from '../../../shared/domain-schemas.ts';
import { failure, type Outcome, success } from '../../../shared/outcome.ts';

type Frozen<T> = T extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Frozen<T[Key]> }
    : T;

const instanceSchema = z.strictObject({
  instanceKey: z.string().min(1).max(500),
  processCount: z.number().int().min(0),
  /** The last sign of any activity. */
  lastActiveAtMs: instantMsSchema,
  /** The last sign that is more than input: processor, disk, busy child, or the start itself. */
  lastComputedAtMs: instantMsSchema,
  reasons: z.array(activeReasonSchema).max(8),
  percentOfCore: z.number().min(0).nullable(),
});
export type TrackedInstance = Frozen<z.infer<typeof instanceSchema>>;

const sessionSchema = z.strictObject({
  sessionId: idSchema,
  productId: idSchema,
  productName: z.string().min(1).max(200),
  startedAtMs: instantMsSchema,
  processKey: idSchema,
  origin: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('application') }),
    z.strictObject({ kind: z.literal('hold'), pid: z.number().int().min(1) }),
  ]),
  /** awaited: known from an earlier run of the agent, not yet seen in this one. */
  presence: z.discriminatedUnion('state', [
    z.strictObject({ state: z.literal('seen') }),
    z.strictObject({ state: z.literal('awaited'), lastSeenAtMs: instantMsSchema }),
  ]),
  instances: z.array(instanceSchema),
  /** The open interval; when its reasons were last looked at, and last told with which one leading (E17). */
  interval: z.strictObject({
    intervalId: idSchema,
    fromMs: instantMsSchema,
    activity: activitySchema,
    refreshedAtMs: instantMsSchema,
    statedAtMs: instantMsSchema,
    statedKind: z.string(),
  }),
  /** An active interval that a lock or sleep closed in the middle of a silence (E16). */
  tail: z
    .strictObject({
      intervalId: idSchema,
      fromMs: instantMsSchema,
      toMs: instantMsSchema,
      activity: activitySchema,
      lastActiveAtMs: instantMsSchema,
    })
    .nullable(),
});
export type TrackedSession = Frozen<z.infer<typeof sessionSchema>>;

const appearedSchema = z.strictObject({
  instanceKey: z.string(),
  productId: z.string(),
  processKey: z.string(),
  startedAtMs: z.number(),
  processCount: z.number(),
  ancestorPids: z.array(z.number()),
  seenAtMs: z.number(),
});
/** An instance before it is known to which session it belongs. */
export type Appeared = Frozen<z.infer<typeof appearedSchema>>;

const trackerStateSchema = z.strictObject({
  version: z.literal(1),
  bootId: z.string(),
  /** Until when the sensors were awake: the end of sessions that vanish unseen. */
  lastSeenAtMs: instantMsSchema,
  machine: z.strictObject({
    sleepingSinceMs: instantMsSchema.nullable(),
    lockedSinceMs: instantMsSchema.nullable(),
    /** Silence counts from here at the earliest: start of the agent, last unlock, last resume. */
    silenceFromMs: instantMsSchema,
  }),
  /** running: what appears is collected until the first full scan is done (E23). */
  firstScan: z.discriminatedUnion('state', [
    z.strictObject({
      state: z.literal('running'),
      startedAtMs: instantMsSchema,
      appeared: z.array(appearedSchema),
    }),
    z.strictObject({ state: z.literal('done') }),
  ]),
  sessions: z.array(sessionSchema),
});
export type TrackerState = Frozen<z.infer<typeof trackerStateSchema>>;

/** The state of an agent that has seen nothing yet. */
export const EMPTY_TRACKER: TrackerState = {
  version: 1,
  bootId: '',
  lastSeenAtMs: 0,
  machine: { sleepingSinceMs: null, lockedSinceMs: null, silenceFromMs: 0 },
  firstScan: { state: 'done' },
  sessions: [],
};

export function encodeTrackerState(state: TrackerState): string {
  return JSON.stringify(state);
}

/** Takes what an earlier run left on the disk; a text of another version or a torn one is refused, never guessed at. */
export function decodeTrackerState(text: string): Outcome<TrackerState, 'BAD_STATE'> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return failure('BAD_STATE', 'The saved sessions are not JSON; running applications are found anew.');
  }
  const result = trackerStateSchema.safeParse(value);
  if (result.success) return success(result.data);
  const issue = result.error.issues[0];
  return failure(
    'BAD_STATE',
    `The saved sessions do not fit at ${issue?.path.map(String).join('.') || 'their top'}; running applications are found anew.`,
  );
}
