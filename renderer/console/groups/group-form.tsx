/** Makes a group or changes its name and place. */
import { Button, NativeSelect, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { treeOf } from '../../../shared/group-tree.ts';
import { type GroupResource, groupResourceSchema } from '../../../shared/rest.ts';
import { consoleText } from '../../../shared/strings-console.ts';
import { groupText } from '../../../shared/strings-people.ts';
import { Banner } from '../../kit/banner.tsx';
import { pageRandom } from '../../kit/clock.ts';
import { Dialog } from '../../kit/dialog.tsx';
import styles from '../console.module.css';
import { useConsoleData } from '../use-query.ts';
import { newGroupId } from './group-id.ts';

interface GroupFormProps {
  /** null: a new one. */
  readonly group: GroupResource | null;
  readonly groups: readonly GroupResource[];
  /** @param text what happened; null: nothing */
  readonly onClose: (text: string | null) => void;
}

export function GroupForm({ group, groups, onClose }: GroupFormProps) {
  const { api } = useConsoleData();
  const [name, setName] = useState(group?.name ?? '');
  const [parentId, setParentId] = useState(group?.parentId ?? '');
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isWrong, setWrong] = useState(false);
  const places = [
    { value: '', label: groupText.top },
    ...treeOf(groups)
      .filter((row) => row.group.groupId !== group?.groupId)
      .map((row) => ({ value: row.group.groupId, label: `${'  '.repeat(row.depth)}${row.group.name}` })),
  ];
  const save = async (event: FormEvent) => {
    event.preventDefault();
    const wanted = name.trim();
    const isBad = wanted === '' || wanted.length > 200 || /[|;]/.test(wanted);
    setWrong(isBad);
    if (isBad) return;
    const taken = new Set(groups.map(({ groupId }) => groupId));
    const groupId = group?.groupId ?? newGroupId(wanted, taken, pageRandom);
    const body = { name: wanted, parentId: parentId === '' ? null : parentId };
    const path = `/groups/${encodeURIComponent(groupId)}`;
    const outcome = await api.send('PUT', path, groupResourceSchema, body);
    if (outcome.ok) onClose(groupText.saved(wanted));
    else setRefusal(outcome.message);
  };
  return (
    <Dialog title={group ? groupText.editOf(group.name) : groupText.makeTitle} onClose={() => onClose(null)}>
      <form className={styles.form} noValidate onSubmit={(event) => void save(event)}>
        {refusal && <Banner tone="warning">{refusal}</Banner>}
        <TextInput
          label={groupText.name}
          value={name}
          error={isWrong ? groupText.noName : null}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <NativeSelect
          label={groupText.within}
          data={places}
          value={parentId}
          onChange={(event) => setParentId(event.currentTarget.value)}
        />
        <div className={styles.formFoot}>
          <Button variant="default" onClick={() => onClose(null)}>
            {consoleText.cancel}
          </Button>
          <Button type="submit">{group ? groupText.saveButton : groupText.makeButton}</Button>
        </div>
      </form>
    </Dialog>
  );
}
