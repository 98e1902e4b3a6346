/** Seats of mine that end, who asks for one of mine, and whom I asked. */
import type { AgentView, AskedView, RequestView, WarningView } from '../../shared/agent-view.ts';
import { panelText } from '../../shared/strings-panel.ts';
import { Countdown } from '../kit/countdown.tsx';
import { toneClass } from '../kit/tone-badge.tsx';
import { ActionButton } from './action-button.tsx';
import styles from './panel.module.css';
import { Section } from './section.tsx';
import type { Wishes } from './use-agent.ts';

interface HandoverProps {
  readonly view: AgentView;
  readonly wishes: Wishes;
}

export function Handover({ view, wishes }: HandoverProps) {
  return (
    <>
      {view.warnings.length > 0 && (
        <Section title={panelText.sections.warned}>
          {view.warnings.map((warning) => (
            <Warning key={warning.warning.leaseId} view={warning} />
          ))}
        </Section>
      )}
      {view.requests.length > 0 && (
        <Section title={panelText.sections.asked}>
          <ul className={styles.card}>
            {view.requests.map((request) => (
              <Request key={request.request.handoverId} view={request} wishes={wishes} />
            ))}
          </ul>
        </Section>
      )}
      {view.asked.length > 0 && (
        <Section title={panelText.sections.youAsked}>
          <ul className={styles.card}>
            {view.asked.map((asked) => (
              <Asked key={asked.handover.handoverId} view={asked} />
            ))}
          </ul>
        </Section>
      )}
    </>
  );
}

function Warning({ view }: { readonly view: WarningView }) {
  return (
    <div className={styles.offer} data-tone="warning">
      <div className={styles.offerHead}>
        <div>
          <div className={styles.offerName}>{view.warning.productName}</div>
          {view.sentences.map((sentence) => (
            <p key={sentence}>{sentence}</p>
          ))}
        </div>
        <span className={toneClass('warning')}>
          <Countdown untilMs={view.warning.untilMs} />
        </span>
      </div>
    </div>
  );
}

function Request({ view, wishes }: { readonly view: RequestView; readonly wishes: Wishes }) {
  return (
    <li className={styles.ask}>
      {view.sentences.map((sentence, index) => (
        <p key={sentence} className={index === 0 ? styles.name : styles.dimmed}>
          {sentence}
        </p>
      ))}
      <div className={styles.buttons}>
        <ActionButton action={view.freeNow} wishes={wishes} weight="main" />
        {view.inTenMinutes && <ActionButton action={view.inTenMinutes} wishes={wishes} />}
        <ActionButton action={view.busy} wishes={wishes} />
      </div>
    </li>
  );
}

function Asked({ view }: { readonly view: AskedView }) {
  return (
    <li className={styles.row}>
      <div className={styles.rowMain}>
        {view.sentences.map((sentence, index) => (
          <p key={sentence} className={index === 0 ? styles.name : styles.dimmed}>
            {sentence}
          </p>
        ))}
      </div>
    </li>
  );
}
