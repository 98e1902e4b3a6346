/** "Come back at …": gives the seat back and books a place for a time of the next 24 hours. */
import { Button, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { type AgentAction, actionLabel } from '../../shared/agent-view.ts';
import { nextTimeOfDay } from '../../shared/durations.ts';
import { buttons } from '../../shared/strings.ts';
import { panelText } from '../../shared/strings-panel.ts';
import { HOUR, MINUTE } from '../../shared/time.ts';
import styles from './panel.module.css';
import type { Wishes } from './use-agent.ts';

interface ComeBackProps {
  readonly release: Extract<AgentAction, { type: 'release' }>;
  readonly wishes: Wishes;
  readonly nowMs: number;
}

const STEP_MS = 5 * MINUTE;

/** In an hour, on a round time: a meeting. */
function suggestedTime(nowMs: number): string {
  const date = new Date(Math.ceil((nowMs + HOUR) / STEP_MS) * STEP_MS);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

export function ComeBack({ release, wishes, nowMs }: ComeBackProps) {
  const [time, setTime] = useState<string | null>(null);
  const press = wishes.pressOf(release);
  if (time === null)
    return (
      <Button
        size="xs"
        variant="subtle"
        disabled={press !== 'ready'}
        aria-label={`${buttons.comeBack}: ${release.productName}`}
        onClick={() => setTime(suggestedTime(nowMs))}
      >
        {buttons.comeBack}
      </Button>
    );
  const comeBackAtMs = nextTimeOfDay(time, nowMs);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (comeBackAtMs === null) return;
    setTime(null);
    wishes.run({ ...release, comeBackAtMs });
  };
  return (
    <form className={styles.comeBack} onSubmit={submit}>
      <TextInput
        type="time"
        size="xs"
        label={panelText.comeBackTime}
        value={time}
        onChange={({ currentTarget }) => setTime(currentTarget.value)}
        data-autofocus
      />
      <Button size="xs" type="submit" disabled={comeBackAtMs === null || press !== 'ready'}>
        {actionLabel({ ...release, comeBackAtMs: 0 })}
      </Button>
      <Button size="xs" variant="subtle" onClick={() => setTime(null)}>
        {panelText.cancel}
      </Button>
    </form>
  );
}
