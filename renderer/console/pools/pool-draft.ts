/** What stands in the pool form, and what of it is sent. Pure. */
import type { Enforcement, PoolSettings } from '../../../shared/domain.ts';
import { DEFAULT_POOL_SETTINGS } from '../../../shared/domain-schemas.ts';
import { failure, type Outcome, success } from '../../../shared/outcome.ts';
import type { PoolResource } from '../../../shared/rest.ts';
import { poolProblems } from '../../../shared/strings-console.ts';
import { MINUTE } from '../../../shared/time.ts';
import { keyId, keyOfId } from './counting.ts';

/** Fields as text, as a person types them. */
export interface PoolDraft {
  readonly name: string;
  readonly capacity: string;
  readonly productIds: readonly string[];
  readonly countingKey: string;
  readonly instancesPerSeat: string;
  readonly enforcement: Enforcement;
  readonly offerMinutes: string;
  readonly maximumMissedOffers: string;
  readonly overdraft: string;
  readonly keepWhileAsleep: boolean;
}

const BLANK: PoolSettings = { ...DEFAULT_POOL_SETTINGS, name: '', capacity: 0 };

export function draftOf(pool: PoolResource | null): PoolDraft {
  const settings = pool?.settings ?? BLANK;
  return {
    name: settings.name,
    capacity: pool ? String(settings.capacity) : '',
    productIds: pool?.view.productIds ?? [],
    countingKey: keyId(settings.counting.key),
    instancesPerSeat:
      settings.counting.instancesPerSeat === null ? '' : String(settings.counting.instancesPerSeat),
    enforcement: settings.enforcement,
    offerMinutes: String(settings.offerWindowMs / MINUTE),
    maximumMissedOffers: String(settings.maximumMissedOffers),
    overdraft: String(settings.overdraft),
    keepWhileAsleep: settings.keepWhileAsleep,
  };
}

/** Which field is wrong, with what to do about it. */
export type DraftProblem = Extract<keyof PoolDraft, string>;

type Settings = Partial<PoolSettings> & Pick<PoolSettings, 'name' | 'capacity'>;

function wholeNumber(text: string, least: number, most: number): number | null {
  if (!/^\d{1,9}$/.test(text.trim())) return null;
  const value = Number(text);
  return value >= least && value <= most ? value : null;
}

/** Settings to send, or the first field that does not fit. */
export function settingsOf(draft: PoolDraft, pool: PoolResource | null): Outcome<Settings, DraftProblem> {
  const name = draft.name.trim();
  if (name === '' || name.length > 200) return failure('name', poolProblems.name);
  const capacity = wholeNumber(draft.capacity, 0, 1_000_000);
  if (capacity === null) return failure('capacity', poolProblems.capacity);
  const isUnlimited = draft.instancesPerSeat.trim() === '';
  const instancesPerSeat = isUnlimited ? null : wholeNumber(draft.instancesPerSeat, 1, 1_000_000);
  if (!isUnlimited && instancesPerSeat === null) {
    return failure('instancesPerSeat', poolProblems.instancesPerSeat);
  }
  const offerMinutes = Number(draft.offerMinutes);
  if (!(offerMinutes >= 0.1 && offerMinutes <= 1440)) {
    return failure('offerMinutes', poolProblems.offerMinutes);
  }
  const maximumMissedOffers = wholeNumber(draft.maximumMissedOffers, 1, 100);
  if (maximumMissedOffers === null) {
    return failure('maximumMissedOffers', poolProblems.maximumMissedOffers);
  }
  const overdraft = wholeNumber(draft.overdraft, 0, 1_000_000);
  if (overdraft === null) return failure('overdraft', poolProblems.overdraft);
  return success({
    name,
    capacity,
    counting: {
      key: [...keyOfId(draft.countingKey, (pool?.settings ?? BLANK).counting.key)],
      instancesPerSeat,
    },
    enforcement: draft.enforcement,
    offerWindowMs: Math.round(offerMinutes * MINUTE),
    maximumMissedOffers,
    overdraft,
    keepWhileAsleep: draft.keepWhileAsleep,
  });
}
