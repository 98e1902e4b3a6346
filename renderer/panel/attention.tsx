/** What waits for the person: an offer, a seat that was not free, places in queues, and what happened meanwhile. */
import { Button, CloseButton } from '@mantine/core';
import {
  type AgentView,
  actionLabel,
  type DenialView,
  type NoticeView,
  type OfferView,
  type TicketView,
} from '../../shared/agent-view.ts';
import { formatDuration } from '../../shared/durations.ts';
import { buttons, moments } from '../../shared/strings.ts';
import { panelText } from '../../shared/strings-panel.ts';
import { Banner } from '../kit/banner.tsx';
import { Countdown } from '../kit/countdown.tsx';
import { toneClass } from '../kit/tone-badge.tsx';
import { ActionButton } from './action-button.tsx';
import { Handover } from './handover.tsx';
import styles from './panel.module.css';
import { Section } from './section.tsx';
import type { Wishes } from './use-agent.ts';

interface AttentionProps {
  readonly view: AgentView;
  readonly wishes: Wishes;
  readonly nowMs: number;
  readonly onShowHolders: (productId: string) => void;
}

/** One thing at a time: while there is an offer, nothing else of this part is shown but the places in queues. */
export function Attention({ view, wishes, nowMs, onShowHolders }: AttentionProps) {
  const [offer] = view.offers;
  return (
    <>
      <Handover view={view} wishes={wishes} />
      {offer && (
        <Section title={panelText.sections.yourTurn}>
          <Offer view={offer} wishes={wishes} />
        </Section>
      )}
      {!offer && view.denials.length > 0 && (
        <Section title={panelText.sections.denied}>
          <Denials denials={view.denials} wishes={wishes} onShowHolders={onShowHolders} />
        </Section>
      )}
      {view.tickets.length > 0 && (
        <Section title={panelText.sections.waiting}>
          <Tickets tickets={view.tickets} wishes={wishes} nowMs={nowMs} />
        </Section>
      )}
      {!offer && view.notices.length > 0 && (
        <Section title={panelText.sections.notices}>
          <Notices notices={view.notices} wishes={wishes} />
        </Section>
      )}
    </>
  );
}

function Offer({ view, wishes }: { readonly view: OfferView; readonly wishes: Wishes }) {
  return (
    <div className={styles.offer} data-tone="attention">
      <div className={styles.offerHead}>
        <div>
          <div className={styles.offerName}>{view.offer.productName}</div>
          {view.sentences.map((sentence) => (
            <p key={sentence}>{sentence}</p>
          ))}
        </div>
        <span className={toneClass('attention')}>
          <Countdown untilMs={view.offer.untilMs} />
        </span>
      </div>
      <div className={styles.buttons}>
        <ActionButton action={view.claim} wishes={wishes} weight="main" />
        <ActionButton action={view.decline} wishes={wishes} weight="quiet" />
        <ActionButton action={view.defer} wishes={wishes} weight="quiet" />
        <ActionButton action={view.leave} wishes={wishes} weight="quiet" />
      </div>
    </div>
  );
}

interface DenialsProps {
  readonly denials: readonly DenialView[];
  readonly wishes: Wishes;
  readonly onShowHolders: (productId: string) => void;
}

function Denials({ denials, wishes, onShowHolders }: DenialsProps) {
  return (
    <ul className={styles.card}>
      {denials.map(({ denial, sentence, queue }) => (
        <li key={denial.productId} className={styles.ask}>
          <p>{sentence}</p>
          <div className={styles.buttons}>
            <ActionButton action={queue} wishes={wishes} weight="main" />
            <Button size="sm" variant="subtle" onClick={() => onShowHolders(denial.productId)}>
              {buttons.whoHasOne}
            </Button>
          </div>
        </li>
      ))}
    </ul>
  );
}

interface TicketsProps {
  readonly tickets: readonly TicketView[];
  readonly wishes: Wishes;
  readonly nowMs: number;
}

function Tickets({ tickets, wishes, nowMs }: TicketsProps) {
  return (
    <ul className={styles.card}>
      {tickets.map(({ ticket, sentence, defer, back, leave }) => (
        <li key={ticket.ticketId} className={styles.row}>
          <div className={styles.rowMain}>
            <div className={styles.name}>{ticket.productName}</div>
            <div className={styles.dimmed}>
              {sentence} {moments.waited(formatDuration(nowMs - ticket.sinceMs))}
            </div>
          </div>
          <div className={styles.buttons}>
            {defer && <ActionButton action={defer} wishes={wishes} weight="quiet" />}
            {back && <ActionButton action={back} wishes={wishes} label={panelText.waitAgain} />}
            <ActionButton action={leave} wishes={wishes} />
          </div>
        </li>
      ))}
    </ul>
  );
}

function Notices({ notices, wishes }: { readonly notices: readonly NoticeView[]; readonly wishes: Wishes }) {
  return (
    <div style={{ display: 'grid', gap: 8 }}>
      {notices.map(({ notice, sentence, dismiss }) => (
        <Banner
          key={notice.noticeId}
          tone="info"
          action={
            <CloseButton
              size="sm"
              aria-label={`${actionLabel(dismiss)}: ${sentence}`}
              onClick={() => wishes.run(dismiss)}
            />
          }
        >
          {sentence}
        </Banner>
      ))}
    </div>
  );
}
