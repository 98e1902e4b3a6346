/** What stands in the pool form, and what of it is sent. Pure. */
import type { Enforcement, FairShare, PoolSettings } from '../../../shared/domain.ts';
import { DEFAULT_POOL_SETTINGS } from '../../../shared/domain-schemas.ts';
import { failure, type Outcome, success } from '../../../shared/outcome.ts';
import type { PoolResource } from '../../../shared/rest.ts';
import { poolProblems } from '../../../shared/strings-console.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../shared/time.ts';
import { keyId, keyOfId } from './counting.ts';
import { type HoursDraft, hoursDraftOf, hoursOf } from './hours-draft.ts';

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
  readonly returnTickets: string;
  readonly falseDenialSeconds: string;
  /** '': off. */
  readonly fairShareHours: string;
  readonly workingHours: HoursDraft;
  readonly quietHours: HoursDraft;
}

const BLANK: PoolSettings = { ...DEFAULT_POOL_SETTINGS, name: '', capacity: 0 };

/** @param timeZone where hours that are not set yet would be, usually the viewer's own */
export function draftOf(pool: PoolResource | null, timeZone: string): PoolDraft {
  const settings = pool?.settings ?? BLANK;
  const { fairShare, workingHours, quietHours } = settings;
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
    returnTickets: String(settings.returnTicketsPerDay),
    falseDenialSeconds: String(settings.falseDenialWithinMs / SECOND),
    fairShareHours: fairShare === null ? '' : String(fairShare.idlePerClassMs / HOUR),
    workingHours: hoursDraftOf(workingHours, timeZone),
    quietHours: hoursDraftOf(quietHours, timeZone),
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
  const later = laterOf(draft, pool);
  if (!later.ok) return later;
  return success({
    ...later.value,
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

type Later = Pick<
  PoolSettings,
  'returnTicketsPerDay' | 'falseDenialWithinMs' | 'fairShare' | 'workingHours' | 'quietHours'
>;

/** Hours, and what counts over days. */
function laterOf(draft: PoolDraft, pool: PoolResource | null): Outcome<Later, DraftProblem> {
  const returnTicketsPerDay = wholeNumber(draft.returnTickets, 0, 24);
  if (returnTicketsPerDay === null) return failure('returnTickets', poolProblems.returnTickets);
  const seconds = wholeNumber(draft.falseDenialSeconds, 0, 3600);
  if (seconds === null) return failure('falseDenialSeconds', poolProblems.falseDenialSeconds);
  const fairShare = fairShareOf(draft.fairShareHours.trim(), pool?.settings.fairShare ?? null);
  if (!fairShare.ok) return fairShare;
  const workingHours = hoursOf(draft.workingHours);
  if (!workingHours.ok) return failure('workingHours', workingHours.message);
  const quietHours = hoursOf(draft.quietHours);
  if (!quietHours.ok) return failure('quietHours', quietHours.message);
  return success({
    returnTicketsPerDay,
    falseDenialWithinMs: seconds * SECOND,
    fairShare: fairShare.value,
    workingHours: workingHours.value,
    quietHours: quietHours.value,
  });
}

/** One length is asked for; the rest stays, or is what suits a working week. */
function fairShareOf(text: string, before: FairShare | null): Outcome<FairShare | null, 'fairShareHours'> {
  if (text === '') return success(null);
  const hours = Number(text);
  if (!(hours >= 1 / 60 && hours <= 8784)) return failure('fairShareHours', poolProblems.fairShareHours);
  const { halfLifeMs, maximumClasses } = before ?? { halfLifeMs: 7 * DAY, maximumClasses: 2 };
  return success({ idlePerClassMs: Math.round(hours * HOUR), halfLifeMs, maximumClasses });
}
