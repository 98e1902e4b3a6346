/** The options of `usher pool set` as settings of a pool. Pure. */
import { z } from 'zod';
import { poolSettingsSchema } from '../../../shared/domain-schemas.ts';
import { failure, type Outcome, success } from '../../../shared/outcome.ts';
import { type Input, textOption } from '../context.ts';
import { parseDuration } from '../durations-input.ts';

const changeSchema = z.object({
  settings: poolSettingsSchema.partial(),
  productIds: z.array(z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'ids look like `freecad`')).optional(),
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
  offerWindowMs: '--offer-window',
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

/** @returns what the person wants changed; the message names the option that is wrong */
export function readPoolOptions(input: Input): Outcome<PoolChange, 'USAGE'> {
  const window = textOption(input, 'offerWindow');
  const offerWindow = window === null ? null : parseDuration(window);
  if (offerWindow && !offerWindow.ok) return failure('USAGE', offerWindow.message);
  const settings = withoutUndefined({
    name: textOption(input, 'name') ?? undefined,
    capacity: numberOf(input.words[1] ?? null),
    overdraft: numberOf(textOption(input, 'overdraft')),
    enforcement: textOption(input, 'enforcement') ?? undefined,
    counting: countingOf(input),
    offerWindowMs: offerWindow?.value,
  });
  const result = changeSchema.safeParse(
    withoutUndefined({ settings, productIds: splitList(textOption(input, 'products')) }),
  );
  if (result.success) return success(result.data);
  const issue = result.error.issues[0];
  const field = issue?.path.find((part) => typeof part === 'string' && part !== 'settings');
  return failure(
    'USAGE',
    `${OPTION_OF[String(field)] ?? 'An option'} is not right: ${issue?.message ?? 'it cannot be read'}.`,
  );
}
