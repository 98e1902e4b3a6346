/** The options of `usher pool set` as settings of a pool. Pure. */
import { z } from 'zod';
import type { FairShare, WeekHours } from '../../../shared/domain.ts';
import { failure, type Outcome, success } from '../../../shared/outcome.ts';
import { poolChangeSchema } from '../../../shared/rest/pools.ts';
import { DAY } from '../../../shared/time.ts';
import { parseWeekHours } from '../../../shared/week-hours.ts';
import { type Input, textOption } from '../context.ts';
import { parseDuration } from '../durations-input.ts';

const changeSchema = z.object({
  settings: poolChangeSchema,
  productIds: z.array(z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'ids look like `freecad`')).optional(),
  reason: z.string().min(3, 'at least three characters').max(500).optional(),
});
export type PoolChange = z.infer<typeof changeSchema>;

function splitList(text: string | null): readonly string[] | undefined {
  return text
    ?.split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** The option that a person typed, for each field that can be wrong. */
const OPTION_OF: Readonly<Record<string, string>> = {
  capacity: 'The number of seats',
  name: '--name',
  productIds: '--products',
  overdraft: '--overdraft',
  enforcement: '--enforcement',
  counting: '--count-by and --instances-per-seat',
  reason: '--reason',
  offerWindowMs: '--offer-window',
  unitsPerUser: '--units-per-user',
  lending: '--lending',
  returnTicketsPerDay: '--return-tickets',
  falseDenialWithinMs: '--false-denial-within',
  fairShare: '--fair-share',
};

function countingOf(input: Input): object | undefined {
  const key = splitList(textOption(input, 'countBy'));
  const instances = textOption(input, 'instancesPerSeat');
  if (!key && instances === null) return undefined;
  const instancesPerSeat = instances === null || instances === 'any' ? null : Number(instances);
  return { key: key ?? ['user', 'workstation'], instancesPerSeat };
}

function numberOf(text: string | null): number | undefined {
  return text === null ? undefined : Number(text);
}

function withoutUndefined(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** undefined: not said. A word in place of a length or of hours: null. */
type Said<T> = Outcome<T | null | undefined, 'USAGE'>;

function lengthOf(input: Input, name: string, word: string | null = null): Said<number> {
  const text = textOption(input, name);
  if (text === null) return success(undefined);
  if (text === word) return success(null);
  const length = parseDuration(text);
  return length.ok ? length : failure('USAGE', length.message);
}

function hoursOf(input: Input, name: string, word: string): Said<WeekHours> {
  const text = textOption(input, name);
  if (text === null) return success(undefined);
  if (text === word) return success(null);
  const hours = parseWeekHours(text, Intl.DateTimeFormat().resolvedOptions().timeZone);
  return hours.ok ? hours : failure('USAGE', hours.message);
}

const HALF_LIFE_MS = 7 * DAY;

/** Only what is said: the server leaves the rest of the allocation as it is. */
function allocationOf(input: Input): object | undefined {
  const unitsPerUser = textOption(input, 'unitsPerUser');
  const lending = textOption(input, 'lending');
  if (unitsPerUser === null && lending === null) return undefined;
  return {
    ...(unitsPerUser === null ? {} : { unitsPerUser: unitsPerUser === 'any' ? null : Number(unitsPerUser) }),
    ...(lending === null ? {} : { lending }),
  };
}

/** @returns what the person wants changed; the message names the option that is wrong */
export function readPoolOptions(input: Input): Outcome<PoolChange, 'USAGE'> {
  const offerWindow = lengthOf(input, 'offerWindow');
  const falseWithin = lengthOf(input, 'falseDenialWithin');
  const fairShare = lengthOf(input, 'fairShare', 'off');
  const workingHours = hoursOf(input, 'workingHours', 'always');
  const quietHours = hoursOf(input, 'quietHours', 'never');
  for (const said of [offerWindow, falseWithin, fairShare, workingHours, quietHours])
    if (!said.ok) return said;
  const settings = withoutUndefined({
    name: textOption(input, 'name') ?? undefined,
    capacity: numberOf(input.words[1] ?? null),
    overdraft: numberOf(textOption(input, 'overdraft')),
    enforcement: textOption(input, 'enforcement') ?? undefined,
    counting: countingOf(input),
    offerWindowMs: saidValue(offerWindow),
    falseDenialWithinMs: saidValue(falseWithin),
    workingHours: saidValue(workingHours),
    quietHours: saidValue(quietHours),
    returnTicketsPerDay: numberOf(textOption(input, 'returnTickets')),
    fairShare: fairShareOf(saidValue(fairShare)),
    allocation: allocationOf(input),
  });
  const products = splitList(textOption(input, 'products'));
  const reason = textOption(input, 'reason') ?? undefined;
  const result = changeSchema.safeParse(withoutUndefined({ settings, productIds: products, reason }));
  if (result.success) return success(result.data);
  const issue = result.error.issues[0];
  const field = issue?.path.findLast((part) => typeof part === 'string' && part in OPTION_OF);
  return failure(
    'USAGE',
    `${OPTION_OF[String(field)] ?? 'An option'} is not right: ${issue?.message ?? 'it cannot be read'}.`,
  );
}

const saidValue = <T>(said: Said<T>): T | null | undefined => (said.ok ? said.value : undefined);

/** One length is asked for; the rest is what suits a working week. */
function fairShareOf(idlePerClassMs: number | null | undefined): FairShare | null | undefined {
  if (idlePerClassMs === undefined || idlePerClassMs === null) return idlePerClassMs;
  return { idlePerClassMs, halfLifeMs: HALF_LIFE_MS, maximumClasses: 2 };
}
