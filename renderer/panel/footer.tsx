/** What Usher watches here and by which readers; a reader that failed or a fallback says so. */
import { Button } from '@mantine/core';
import type { AgentState, SensorHealth } from '../../shared/agent-api.ts';
import type { Tone } from '../../shared/agent-headline.ts';
import { assertNever } from '../../shared/outcome.ts';
import { sensorSentences } from '../../shared/strings.ts';
import { contactText } from '../../shared/strings-contact.ts';
import { panelText } from '../../shared/strings-panel.ts';
import { ToneMark, toneClass } from '../kit/tone-badge.tsx';
import styles from './panel.module.css';
import { Section } from './section.tsx';

interface FooterProps {
  readonly state: AgentState;
  readonly onOpenContact: () => void;
}

export function Footer({ state, onOpenContact }: FooterProps) {
  return (
    <footer className={styles.footer}>
      <Section title={panelText.sections.watching}>
        <p>{panelText.watching(state.watchedProducts, state.workstationName, state.userName)}</p>
        <ul className={styles.sensors}>
          <Sensor name={sensorSentences.name.processes} health={state.sensors.processes} />
          <Sensor name={sensorSentences.name.idle} health={state.sensors.idle} />
          <Sensor name={sensorSentences.name.power} health={state.sensors.power} />
        </ul>
        <div className={styles.footerLine}>
          <span>{panelText.credential[state.credentialStorage]}</span>
          <span>{panelText.version(state.agentVersion)}</span>
        </div>
        <div>
          <Button size="compact-sm" variant="default" onClick={onOpenContact}>
            {contactText.mine}
          </Button>
        </div>
      </Section>
    </footer>
  );
}

function Sensor({ name, health }: { readonly name: string; readonly health: SensorHealth }) {
  const { tone, sentence } = describe(health);
  return (
    <li>
      {tone !== 'muted' && (
        <span className={`${styles.sensorMark} ${toneClass(tone)}`}>
          <ToneMark tone={tone} />
        </span>
      )}
      {name}: {sentence}
    </li>
  );
}

/** A detail says more than that something failed, so it takes that sentence's place. */
function describe({ state, source, detail }: SensorHealth): {
  readonly tone: Tone;
  readonly sentence: string;
} {
  switch (state) {
    case 'working':
      return { tone: 'muted', sentence: withDetail(sensorSentences.working(source), detail) };
    case 'fallback':
      return { tone: 'info', sentence: withDetail(sensorSentences.fallback(source), detail) };
    case 'failed':
      return { tone: 'attention', sentence: detail ?? sensorSentences.failed(source) };
    default:
      return assertNever(state);
  }
}

const withDetail = (sentence: string, detail: string | undefined): string =>
  detail === undefined ? sentence : `${sentence} (${detail})`;
