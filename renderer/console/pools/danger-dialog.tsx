/** Danger as a sentence with a named button: what will happen, to whom, and the way back. */
import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { Outcome } from '../../../shared/outcome.ts';
import { consoleText, poolText } from '../../../shared/strings-console.ts';
import { Banner } from '../../kit/banner.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import styles from '../console.module.css';

interface DangerDialogProps {
  readonly title: string;
  readonly sentence: string;
  readonly button: string;
  /** Whether a reason for the log must be written. */
  readonly asksReason?: boolean;
  readonly onRun: (reason: string) => Promise<Outcome<unknown>>;
  /** @param isDone whether it happened */
  readonly onClose: (isDone: boolean) => void;
}

/** forceReleaseSchema asks for as many. */
const SHORTEST_REASON = 3;

export function DangerDialog(props: DangerDialogProps) {
  const { title, sentence, button, asksReason = false, onRun, onClose } = props;
  const [reason, setReason] = useState('');
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isRunning, setRunning] = useState(false);
  const run = async () => {
    setRunning(true);
    const outcome = await onRun(reason.trim());
    setRunning(false);
    if (outcome.ok) onClose(true);
    else setRefusal(outcome.message);
  };
  return (
    <Dialog title={title} onClose={() => onClose(false)}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          void run();
        }}
      >
        <p>{sentence}</p>
        {refusal && <Banner tone="warning">{refusal}</Banner>}
        {asksReason && (
          <Textarea
            label={poolText.reason}
            description={poolText.reasonHint}
            minRows={2}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
        )}
        <div className={styles.formFoot}>
          <Button variant="default" onClick={() => onClose(false)}>
            {consoleText.cancel}
          </Button>
          <Button
            type="submit"
            color="danger"
            loading={isRunning}
            disabled={asksReason && reason.trim().length < SHORTEST_REASON}
          >
            {button}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
