/** Active, idle, locked, suspended: the word with its length, and the whole reason for pointer and screen reader. */
import type { Tone } from '../../shared/agent-headline.ts';
import type { Activity, ActivityState } from '../../shared/domain.ts';
import { explainActivity, nameActivity } from '../../shared/explain.ts';
import { marks } from '../../shared/strings.ts';
import { formatClock } from './format.ts';
import { ToneBadge } from './tone-badge.tsx';

const ACTIVITY_TONES: Readonly<Record<ActivityState, Tone>> = {
  active: 'positive',
  idle: 'neutral',
  locked: 'muted',
  suspended: 'info',
};

interface ActivityBadgeProps {
  /** null: the agent has not said yet. */
  readonly activity: Activity | null;
  readonly nowMs: number;
}

export function ActivityBadge({ activity, nowMs }: ActivityBadgeProps) {
  if (!activity) return <ToneBadge tone="muted">{marks.notKnownYet}</ToneBadge>;
  return (
    <ToneBadge tone={ACTIVITY_TONES[activity.state]} title={explainActivity(activity, nowMs, formatClock)}>
      {nameActivity(activity, nowMs)}
    </ToneBadge>
  );
}
