/** What one group may expect of a pool. */
import { Button, NativeSelect, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { treeOf } from '../../../shared/group-tree.ts';
import { type GroupResource, type PoolResource, poolResourceSchema } from '../../../shared/rest.ts';
import { shareText } from '../../../shared/strings-allocation.ts';
import { consoleText } from '../../../shared/strings-console.ts';
import { Banner } from '../../kit/banner.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import styles from '../console.module.css';
import { useConsoleData } from '../use-query.ts';

interface ShareFormProps {
  readonly pool: PoolResource;
  readonly groups: readonly GroupResource[];
  /** null: the group is chosen in the form. */
  readonly groupId: string | null;
  readonly onClose: (isSaved: boolean) => void;
}

/** '' is none; undefined: no whole number. */
function numberOf(text: string): number | null | undefined {
  if (text.trim() === '') return null;
  return /^\d{1,7}$/.test(text.trim()) ? Number(text) : undefined;
}

export function ShareForm({ pool, groups, groupId, onClose }: ShareFormProps) {
  const { api } = useConsoleData();
  const { shares } = pool.settings.allocation;
  const free = treeOf(groups).filter(({ group }) => !shares.some((share) => share.groupId === group.groupId));
  const [chosen, setChosen] = useState(groupId ?? free[0]?.group.groupId ?? '');
  const known = shares.find((share) => share.groupId === groupId);
  const [reserved, setReserved] = useState(String(known?.reservedUnits ?? 0));
  const [cap, setCap] = useState(known?.capUnits?.toString() ?? '');
  const [rank, setRank] = useState(known?.priorityClass?.toString() ?? '');
  const [refusal, setRefusal] = useState<string | null>(null);
  const numbers = {
    reservedUnits: numberOf(reserved),
    capUnits: numberOf(cap),
    priorityClass: numberOf(rank),
  };
  const path = `/pools/${encodeURIComponent(pool.view.poolId)}/shares/${encodeURIComponent(chosen)}`;
  const isWrong = Object.values(numbers).includes(undefined);

  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (isWrong || chosen === '') return;
    const body = { ...numbers, reservedUnits: numbers.reservedUnits ?? 0 };
    const outcome = await api.send('PUT', path, poolResourceSchema, body);
    if (outcome.ok) onClose(true);
    else setRefusal(outcome.message);
  };
  const remove = async () => {
    const outcome = await api.send('DELETE', path, null);
    if (outcome.ok) onClose(true);
    else setRefusal(outcome.message);
  };
  const field = (label: string, hint: string, value: string, set: (text: string) => void) => (
    <TextInput
      label={label}
      description={hint}
      inputMode="numeric"
      value={value}
      error={numberOf(value) === undefined ? shareText.wrongNumber : null}
      onChange={(event) => set(event.currentTarget.value)}
    />
  );
  const name = groups.find((group) => group.groupId === groupId)?.name ?? groupId;
  return (
    <Dialog
      title={name === null ? shareText.newShare : shareText.editShare(name)}
      onClose={() => onClose(false)}
    >
      <form className={styles.form} noValidate onSubmit={(event) => void save(event)}>
        {refusal && <Banner tone="warning">{refusal}</Banner>}
        {groupId === null && (
          <NativeSelect
            label={shareText.group}
            data={free.map(({ group, depth }) => ({
              value: group.groupId,
              label: `${'  '.repeat(depth)}${group.name}`,
            }))}
            value={chosen}
            onChange={(event) => setChosen(event.currentTarget.value)}
          />
        )}
        {field(shareText.reservedLabel, shareText.reservedHint, reserved, setReserved)}
        {field(shareText.capLabel, shareText.capHint, cap, setCap)}
        {field(shareText.rankLabel, shareText.rankHint, rank, setRank)}
        <div className={styles.formFoot}>
          {groupId !== null && (
            <Button variant="default" onClick={() => void remove()}>
              {shareText.removeShare}
            </Button>
          )}
          <Button variant="default" onClick={() => onClose(false)}>
            {consoleText.cancel}
          </Button>
          <Button type="submit" disabled={chosen === ''}>
            {shareText.saveShare}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
