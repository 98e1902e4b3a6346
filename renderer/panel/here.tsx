/** My sessions on this workstation: what runs, whether it counts as active and why, and its seat. */
import type { AgentView, SessionView } from '../../shared/agent-view.ts';
import { assertNever } from '../../shared/outcome.ts';
import { panelText } from '../../shared/strings-panel.ts';
import { ActivityBadge } from '../kit/activity-badge.tsx';
import { EmptyState } from '../kit/empty-state.tsx';
import { formatClock } from '../kit/format.ts';
import { ToneBadge } from '../kit/tone-badge.tsx';
import { ActionButton } from './action-button.tsx';
import { ComeBack } from './come-back.tsx';
import styles from './panel.module.css';
import { Section } from './section.tsx';
import type { Wishes } from './use-agent.ts';

interface HereProps {
  readonly view: AgentView;
  readonly watchedProducts: number;
  readonly wishes: Wishes;
  readonly nowMs: number;
}

export function Here({ view, watchedProducts, wishes, nowMs }: HereProps) {
  return (
    <Section title={panelText.sections.here}>
      {view.sessions.length === 0 ? (
        <div className={styles.card}>
          <EmptyState>{panelText.nothingHere(watchedProducts)}</EmptyState>
        </div>
      ) : (
        <ul className={styles.card}>
          {view.sessions.map((session) => (
            <SessionRow
              key={session.session.sessionId}
              view={session}
              isAskedAbove={view.denials.some(({ denial }) => denial.productId === session.session.productId)}
              wishes={wishes}
              nowMs={nowMs}
            />
          ))}
        </ul>
      )}
    </Section>
  );
}

interface SessionRowProps {
  readonly view: SessionView;
  /** The denial above has the button to queue. */
  readonly isAskedAbove: boolean;
  readonly wishes: Wishes;
  readonly nowMs: number;
}

function SessionRow({ view, isAskedAbove, wishes, nowMs }: SessionRowProps) {
  const { session, release, queue } = view;
  const facts = [
    seatText(session.seat, nowMs),
    ...(session.origin === 'hold' ? [panelText.hold] : []),
    ...(session.processCount > 1 ? [panelText.processes(session.processCount)] : []),
  ];
  return (
    <li className={styles.row}>
      <div className={styles.rowMain}>
        <div className={styles.nameLine}>
          <span className={styles.name}>{session.productName}</span>
          <ActivityBadge activity={session.activity} nowMs={nowMs} />
          {session.seat?.state === 'overage' && (
            <ToneBadge tone="attention">{panelText.withoutSeat}</ToneBadge>
          )}
        </div>
        <div className={styles.dimmed}>{view.activityReason}</div>
        <div className={styles.dimmed}>{facts.join(' · ')}</div>
      </div>
      <div className={styles.buttons}>
        {release && <ActionButton action={release} wishes={wishes} />}
        {release?.type === 'release' && <ComeBack release={release} wishes={wishes} nowMs={nowMs} />}
        {queue && !isAskedAbove && <ActionButton action={queue} wishes={wishes} />}
      </div>
    </li>
  );
}

function seatText(seat: SessionView['session']['seat'], nowMs: number): string {
  if (!seat) return panelText.seatState.unknown;
  switch (seat.state) {
    case 'not-counted':
      return panelText.seatState['not-counted'];
    case 'held':
      return panelText.seatState.held(formatClock(seat.sinceMs, nowMs));
    case 'overage':
      return panelText.seatState.overage(formatClock(seat.sinceMs, nowMs));
    default:
      return assertNever(seat);
  }
}
