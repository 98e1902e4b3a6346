/** Taking a seat back: at once, or announced; then the dialog shows live what the holder's agent says. */
import { Button, Radio, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useState } from 'react';
import { type LeaseResource, leaseResourceSchema } from '../../../shared/rest.ts';
import { releaseText } from '../../../shared/strings-allocation.ts';
import { consoleText, poolText } from '../../../shared/strings-console.ts';
import { MINUTE } from '../../../shared/time.ts';
import type { HolderView } from '../../../shared/views.ts';
import { Banner } from '../../kit/banner.tsx';
import { Countdown } from '../../kit/countdown.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import { formatClock } from '../../kit/format.ts';
import styles from '../console.module.css';
import { useLive } from '../console-context.ts';
import { usePageNow } from '../parts.tsx';
import { useConsoleData, useOne } from '../use-query.ts';

interface ReleaseDialogProps {
  readonly holder: HolderView;
  readonly leaseId: string;
  readonly poolId: string;
  /** @param text what happened; null: nothing that is not shown anyway */
  readonly onClose: (text: string | null) => void;
}

/** forceReleaseSchema asks for as many. */
const SHORTEST_REASON = 3;
const USUAL_MINUTES = '5';

export function ReleaseDialog(props: ReleaseDialogProps) {
  const [isWarned, setWarned] = useState(props.holder.warnedUntilMs !== null);
  const { holder, onClose } = props;
  return (
    <Dialog
      title={isWarned ? releaseText.lookOf(holder.userName) : poolText.freeTitle(holder.userName)}
      onClose={() => onClose(null)}
    >
      {isWarned ? <Announced {...props} /> : <Ask {...props} onWarned={() => setWarned(true)} />}
    </Dialog>
  );
}

function Ask({ holder, leaseId, onClose, onWarned }: ReleaseDialogProps & { readonly onWarned: () => void }) {
  const { api } = useConsoleData();
  const [reason, setReason] = useState('');
  const [when, setWhen] = useState<'now' | 'warned'>('now');
  const [minutes, setMinutes] = useState(USUAL_MINUTES);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isRunning, setRunning] = useState(false);
  const isWrong = !(Number(minutes) >= 1 && Number(minutes) <= 1440);
  const run = async (event: FormEvent) => {
    event.preventDefault();
    if (when === 'warned' && isWrong) return;
    setRunning(true);
    const warnMs = when === 'warned' ? Math.round(Number(minutes) * MINUTE) : 0;
    const outcome = await api.send(
      'DELETE',
      `/leases/${encodeURIComponent(leaseId)}`,
      leaseResourceSchema.nullable(),
      { reason: reason.trim(), warnMs },
    );
    setRunning(false);
    if (!outcome.ok) setRefusal(outcome.message);
    else if (outcome.value === null) onClose(poolText.freed(holder.userName));
    else onWarned();
  };
  return (
    <form className={styles.form} noValidate onSubmit={(event) => void run(event)}>
      <p>{poolText.freeSentence(holder.userName, holder.productName, holder.workstationName)}</p>
      {refusal && <Banner tone="warning">{refusal}</Banner>}
      <Textarea
        label={poolText.reason}
        description={poolText.reasonHint}
        minRows={2}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <Radio.Group
        label={releaseText.when}
        value={when}
        onChange={(value) => setWhen(value === 'warned' ? 'warned' : 'now')}
      >
        <div className={styles.options}>
          <Radio size="sm" value="now" label={releaseText.now} />
          <Radio size="sm" value="warned" label={releaseText.warned} />
        </div>
      </Radio.Group>
      {when === 'warned' && (
        <TextInput
          label={releaseText.minutes}
          inputMode="numeric"
          value={minutes}
          error={isWrong ? releaseText.wrongMinutes : null}
          onChange={(event) => setMinutes(event.currentTarget.value)}
        />
      )}
      <div className={styles.formFoot}>
        <Button variant="default" onClick={() => onClose(null)}>
          {consoleText.cancel}
        </Button>
        <Button
          type="submit"
          color="danger"
          loading={isRunning}
          disabled={reason.trim().length < SHORTEST_REASON}
        >
          {when === 'now' ? poolText.freeButton : releaseText.warnButton}
        </Button>
      </div>
    </form>
  );
}

function Announced({ holder, leaseId, poolId, onClose }: ReleaseDialogProps) {
  const { api } = useConsoleData();
  const path = `/leases/${encodeURIComponent(leaseId)}`;
  const lease = useOne(path, leaseResourceSchema);
  const [refusal, setRefusal] = useState<string | null>(null);
  const revision = useLive().pools?.get(poolId)?.view.revision;
  const { refresh } = lease;
  // Every change of the pool may be the agent's word on unsaved work, or the seat's end.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the revision is what asks again
  useEffect(() => void refresh(), [revision, refresh]);
  const isGone =
    useLive()
      .pools?.get(poolId)
      ?.view.holders.every((one) => one.leaseId !== leaseId) ?? false;
  useEffect(() => {
    if (isGone) onClose(poolText.freed(holder.userName));
  }, [isGone, holder.userName, onClose]);
  const keep = async () => {
    const outcome = await api.send('DELETE', `${path}/warning`, leaseResourceSchema);
    if (outcome.ok) onClose(releaseText.kept(holder.userName));
    else setRefusal(outcome.message);
  };
  const endNow = async (note: string) => {
    const outcome = await api.send('DELETE', path, leaseResourceSchema.nullable(), {
      reason: note,
      warnMs: 0,
    });
    if (outcome.ok) onClose(poolText.freed(holder.userName));
    else setRefusal(outcome.message);
  };
  const warning = lease.outcome?.ok ? lease.outcome.value.warning : null;
  return (
    <div className={styles.form}>
      {refusal && <Banner tone="warning">{refusal}</Banner>}
      {warning === null ? <p>{consoleText.loading}</p> : <Warning holder={holder} warning={warning} />}
      <div className={styles.formFoot}>
        <Button variant="default" onClick={() => void keep()}>
          {releaseText.keep}
        </Button>
        <Button
          color="danger"
          variant="default"
          disabled={warning === null}
          onClick={() => void endNow(warning?.note ?? '')}
        >
          {releaseText.endNow}
        </Button>
        <Button onClick={() => onClose(null)}>{releaseText.close}</Button>
      </div>
    </div>
  );
}

interface WarningProps {
  readonly holder: HolderView;
  readonly warning: NonNullable<LeaseResource['warning']>;
}

function Warning({ holder, warning: { note, untilMs, unsavedWork } }: WarningProps) {
  const nowMs = usePageNow();
  return (
    <>
      <p>
        {releaseText.told(holder.userName, formatClock(untilMs, nowMs))} <Countdown untilMs={untilMs} />
      </p>
      <p className={styles.dimmed}>{releaseText.note(note)}</p>
      <Banner tone={unsavedWork === 'yes' ? 'warning' : 'info'}>
        {releaseText.unsaved[unsavedWork ?? 'silent']}
      </Banner>
    </>
  );
}
