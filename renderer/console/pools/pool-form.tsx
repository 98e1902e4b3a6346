/** Makes a pool or edits one: what is asked always at the top, what is rarely changed behind "More". */
import { Button, Checkbox, NativeSelect, Radio, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Enforcement } from '../../../shared/domain.ts';
import { type PoolResource, poolResourceSchema } from '../../../shared/rest.ts';
import { hoursText } from '../../../shared/strings-allocation.ts';
import { consoleText, enforcementText, poolText } from '../../../shared/strings-console.ts';
import { Banner } from '../../kit/banner.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import styles from '../console.module.css';
import { useConsole } from '../console-context.ts';
import { useConsoleData } from '../use-query.ts';
import { countingChoices } from './counting.ts';
import { HoursEditor } from './hours-editor.tsx';
import { type DraftProblem, draftOf, type PoolDraft, settingsOf } from './pool-draft.ts';
import { ProductPicker } from './product-picker.tsx';

interface PoolFormProps {
  /** null: a new one. */
  readonly pool: PoolResource | null;
  /** Chosen beforehand, for a new pool made from the catalog. */
  readonly productIds?: readonly string[];
  readonly onClose: (saved: PoolResource | null) => void;
}

interface Problem {
  readonly field: DraftProblem | null;
  readonly text: string;
}

type TextField = Exclude<
  DraftProblem,
  'productIds' | 'keepWhileAsleep' | 'enforcement' | 'workingHours' | 'quietHours'
>;
const TIME_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

export function PoolForm({ pool, productIds, onClose }: PoolFormProps) {
  const { api } = useConsoleData();
  const { say } = useConsole();
  const [draft, setDraft] = useState<PoolDraft>(() => {
    const blank = draftOf(pool, TIME_ZONE);
    return productIds ? { ...blank, productIds } : blank;
  });
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isSaving, setSaving] = useState(false);
  const change = (over: Partial<PoolDraft>) => setDraft((now) => ({ ...now, ...over }));
  const errorOf = (field: DraftProblem) => (problem?.field === field ? problem.text : null);
  const text = (field: TextField) => ({
    value: draft[field],
    error: errorOf(field),
    onChange: (event: { currentTarget: { value: string } }) => change({ [field]: event.currentTarget.value }),
  });

  const save = async (event: FormEvent) => {
    event.preventDefault();
    const settings = settingsOf(draft, pool);
    if (!settings.ok) return setProblem({ field: settings.code, text: settings.message });
    if (draft.productIds.length === 0) return setProblem({ field: 'productIds', text: poolText.noProducts });
    setSaving(true);
    const body = { settings: settings.value, productIds: draft.productIds };
    const outcome = pool
      ? await api.send('PATCH', `/pools/${encodeURIComponent(pool.view.poolId)}`, poolResourceSchema, body)
      : await api.send('POST', '/pools', poolResourceSchema, body);
    setSaving(false);
    if (!outcome.ok) return setProblem({ field: null, text: outcome.message });
    const { name } = outcome.value.settings;
    say({ tone: 'positive', text: pool ? poolText.saved(name) : poolText.created(name) });
    onClose(outcome.value);
  };

  return (
    <Dialog
      isWide
      title={pool ? poolText.editTitle(pool.settings.name) : poolText.make}
      onClose={() => onClose(null)}
    >
      <form className={styles.form} noValidate onSubmit={(event) => void save(event)}>
        {problem?.field === null && <Banner tone="warning">{problem.text}</Banner>}
        <div className={styles.formRow}>
          <TextInput label={poolText.name} data-autofocus {...text('name')} />
          <TextInput
            label={poolText.capacity}
            inputMode="numeric"
            description={poolText.capacityHint}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            {...text('capacity')}
          />
        </div>
        <ProductPicker
          picked={draft.productIds}
          error={errorOf('productIds')}
          onPick={(next) => change({ productIds: next })}
        />
        <div className={styles.formRow}>
          <NativeSelect
            label={poolText.counting}
            data={countingChoices(pool?.settings.counting.key ?? ['user', 'workstation'])}
            value={draft.countingKey}
            onChange={(event) => change({ countingKey: event.currentTarget.value })}
          />
          <TextInput
            label={poolText.instances}
            inputMode="numeric"
            description={poolText.instancesHint}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            {...text('instancesPerSeat')}
          />
        </div>
        <Radio.Group
          label={poolText.enforcement}
          value={draft.enforcement}
          onChange={(value) => change({ enforcement: value as Enforcement })}
        >
          <div className={styles.options}>
            {Object.entries(enforcementText).map(([value, { name, hint }]) => (
              <Radio key={value} size="sm" value={value} label={name} description={hint} />
            ))}
          </div>
        </Radio.Group>
        <details className={styles.more}>
          <summary>{poolText.more}</summary>
          <div className={styles.form}>
            <div className={styles.formRow}>
              <TextInput label={poolText.offerWindow} inputMode="decimal" {...text('offerMinutes')} />
              <TextInput label={poolText.missedOffers} inputMode="numeric" {...text('maximumMissedOffers')} />
            </div>
            <TextInput label={poolText.overdraft} inputMode="numeric" {...text('overdraft')} />
            <Checkbox
              label={poolText.keepWhileAsleep}
              checked={draft.keepWhileAsleep}
              onChange={(event) => change({ keepWhileAsleep: event.currentTarget.checked })}
            />
            <HoursEditor
              label={hoursText.working}
              hint={hoursText.workingHint}
              draft={draft.workingHours}
              error={errorOf('workingHours')}
              onChange={(workingHours) => change({ workingHours })}
            />
            <HoursEditor
              label={hoursText.quiet}
              hint={hoursText.quietHint}
              draft={draft.quietHours}
              error={errorOf('quietHours')}
              onChange={(quietHours) => change({ quietHours })}
            />
            <div className={styles.formRow}>
              <TextInput label={poolText.returnTickets} inputMode="numeric" {...text('returnTickets')} />
              <TextInput
                label={poolText.falseDenialSeconds}
                inputMode="numeric"
                {...text('falseDenialSeconds')}
              />
              <TextInput label={poolText.fairShareHours} inputMode="decimal" {...text('fairShareHours')} />
            </div>
          </div>
        </details>
        <div className={styles.formFoot}>
          <Button variant="default" onClick={() => onClose(null)}>
            {consoleText.cancel}
          </Button>
          <Button type="submit" loading={isSaving}>
            {pool ? poolText.save : poolText.create}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
